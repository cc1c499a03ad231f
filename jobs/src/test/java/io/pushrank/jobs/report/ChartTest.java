package io.pushrank.jobs.report;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChartTest {
    @Test
    void pointsAreJoinedByALine() {
        String drawn = lineOf(2, Double.NaN, 4).toString();

        assertTrue(drawn.contains("points=\"60.0,117.0 330.0,12.0 \""), drawn);
        assertFalse(drawn.contains("<circle"), drawn);
    }

    /** As of a simulation of one day. */
    @Test
    void aSinglePointIsADot() {
        String drawn = lineOf(2).toString();

        assertTrue(drawn.contains("<circle cx=\"60.0\" cy=\"117.0\" r=\"4\""), drawn);
        assertFalse(drawn.contains("<polyline"), drawn);
    }

    private static Chart lineOf(double... values) {
        List<Chart.Point> points = IntStream.range(0, values.length)
                .mapToObj(index -> new Chart.Point(index, values[index]))
                .toList();
        return new Chart("title", "day", "sends", 2, 4).line("mine", points);
    }
}
