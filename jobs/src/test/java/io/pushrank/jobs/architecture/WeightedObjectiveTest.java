package io.pushrank.jobs.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.metric.BinaryMetrics;
import io.pushrank.udf.model.FeatureShape;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WeightedObjectiveTest {
    private static final FeatureShape SHAPE = new FeatureShape(2, 1);
    private static final float[] OPENED = {1, 1, 0, 0, 0};
    private static final float[] P_OONC = {0.9f, 0.3f, 0.6f, 0.2f, 0.1f};
    private static final float[] WEIGHT = {1, 1, 5, 5, 5};

    private static Predictions predictions() {
        Predictions predictions = new Predictions();
        predictions.add(
                5,
                Map.of(
                        "oonc",
                        OPENED,
                        "engagement",
                        new float[] {1, 0, 0, 0, 0},
                        "label",
                        new float[] {0.8f, 0.4f, 0.1f, 0.2f, 0.1f},
                        "weight",
                        WEIGHT,
                        "p_oonc",
                        P_OONC,
                        "p_engagement",
                        new float[] {0.5f, 0.1f, 0.1f, 0.1f, 0.05f},
                        "score",
                        P_OONC));
        return predictions;
    }

    private static String params(String name, boolean isWeighted) {
        return SampleParams.whole(name)
                .replaceFirst(
                        "(?m)^( *)patience:", "$1" + (isWeighted ? "weighted_objective: true\n$1" : "") + "patience:");
    }

    private static Ranker heavy(boolean isWeighted) {
        return new HeavyRanker(HeavyParams.parse("test", params("sample-heavy", isWeighted)), SHAPE);
    }

    private static Ranker light(boolean isWeighted) {
        return new LightRanker(LightParams.parse("test", params("sample-light", isWeighted)), SHAPE);
    }

    @Test
    void earlyStoppingCountsEveryExampleAlikeUnlessTheParamsSayOtherwise() {
        Ranker.Evaluation heavy = heavy(false).evaluate(predictions());
        assertEquals("oonc_pr_auc", heavy.objective());
        assertEquals(BinaryMetrics.prAuc(P_OONC, OPENED), heavy.value());
        assertTrue(heavy.metrics().keySet().stream().noneMatch(name -> name.contains("weighted")), heavy::toString);
        assertEquals("rce", light(false).evaluate(predictions()).objective());
        assertTrue(!heavy(false).paramsYaml().contains("weighted_objective"));
    }

    @Test
    void orByItsWeight() {
        Ranker.Evaluation heavy = heavy(true).evaluate(predictions());
        assertEquals("oonc_weighted_pr_auc", heavy.objective());
        assertEquals(BinaryMetrics.prAuc(P_OONC, OPENED, WEIGHT), heavy.value());
        assertEquals(BinaryMetrics.prAuc(P_OONC, OPENED), heavy.metrics().get("oonc_pr_auc"));
        assertNotEquals(heavy.value(), heavy.metrics().get("oonc_pr_auc"));
        // Both opened rows weigh 1.
        assertEquals(
                heavy.metrics().get("engagement_conditional_pr_auc"),
                heavy.metrics().get("engagement_conditional_weighted_pr_auc"));
        Ranker.Evaluation light = light(true).evaluate(predictions());
        assertEquals("weighted_rce", light.objective());
        assertNotEquals(light.metrics().get("rce"), light.value());
        assertTrue(heavy(true).paramsYaml().contains("weighted_objective: true"));
    }
}
