package io.pushrank.jobs.train;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.TensorFlowThreads;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LightTrainerTest {
    @Test
    void learnsAnInteractionThatNoLinearModelSees(@TempDir Path directory) {
        ModelExport export = LightTrainer.train(
                SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(8000, 1, false)),
                SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(2000, 2, false)),
                SampleParams.light(600),
                new FeatureShape(SyntheticExamples.CONTINUOUS, 0),
                "features",
                directory,
                TensorFlowThreads.DEFAULT,
                System.out::println);
        assertTrue(export.metrics().get("rce") > 20, () -> export.metrics().toString());
    }
}
