package io.pushrank.jobs.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Precision at 1, recall at 10 and NDCG at 10 of one user, counted by hand. */
class RankingEvaluationTest {
    @Test
    void figuresOfAUserAreThoseCountedByHand() {
        check(List.of(), 3, 0, 0, 0);
        check(List.of(1), 1, 1, 1, 1);
        check(List.of(1, 2, 3), 3, 1, 1, 1);
        check(List.of(3), 1, 0, 1, 0.5);
        // Gains 1 / log2(3) and 1 / log2(5); at best 1, 1 / log2(3) and 1 / 2.
        double third = 1 / (Math.log(3) / Math.log(2));
        double fifth = 1 / (Math.log(5) / Math.log(2));
        check(List.of(2, 4), 3, 0, 2.0 / 3, (third + fifth) / (1 + third + 0.5));
    }

    @Test
    void ofMoreThanTenRelevantItemsTenCanBeAmongTheBestTen() {
        check(List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 20, 1, 0.5, 1);
    }

    private static void check(List<Integer> places, int relevant, double precision, double recall, double ndcg) {
        assertArrayEquals(new double[] {precision, recall, ndcg}, RankingEvaluation.figures(places, relevant), 1e-12);
    }
}
