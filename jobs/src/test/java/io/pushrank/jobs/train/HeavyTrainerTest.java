package io.pushrank.jobs.train;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.TensorFlowThreads;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeavyTrainerTest {
    @Test
    void learnsAnInteractionThatNoLinearModelSees(@TempDir Path directory) {
        ModelExport export = HeavyTrainer.train(
                SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(8000, 1, true)),
                SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(2000, 2, true)),
                SampleParams.heavy(300),
                new FeatureShape(SyntheticExamples.CONTINUOUS, SyntheticExamples.BINARY),
                "features",
                directory,
                TensorFlowThreads.DEFAULT,
                System.out::println);
        assertTrue(export.metrics().get("oonc_roc_auc") > 0.9, () -> export.metrics()
                .toString());
    }
}
