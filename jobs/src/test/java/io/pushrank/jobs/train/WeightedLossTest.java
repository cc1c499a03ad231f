package io.pushrank.jobs.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.pushrank.jobs.architecture.Example;
import io.pushrank.jobs.architecture.ExampleSource;
import io.pushrank.jobs.architecture.LightParams;
import io.pushrank.jobs.architecture.SampleParams;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.TensorFlowThreads;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightedLossTest {
    private static final String UNWEIGHTED = "\n  weighted_loss: false\n";

    @TempDir
    private Path folder;

    private Map<String, Double> metrics(List<Example> examples, String more) {
        ExampleSource source = SyntheticExamples.shuffled(examples);
        return new TreeMap<>(LightTrainer.train(
                        source,
                        SyntheticExamples.shuffled(SyntheticExamples.exclusiveOr(200, 2, false)),
                        LightParams.parse(
                                "test",
                                SampleParams.text("sample-light")
                                                .replace("maximum_steps: 5000", "maximum_steps: 20")
                                                .replace("batch_rows: 256", "batch_rows: 50")
                                        + more),
                        new FeatureShape(SyntheticExamples.CONTINUOUS, 0),
                        "features",
                        folder.resolve("export-" + System.nanoTime()),
                        TensorFlowThreads.DEFAULT,
                        progress -> {})
                .metrics());
    }

    /** Rows of the one class count five times. */
    private static List<Example> unevenly(List<Example> examples) {
        return examples.stream()
                .map(example -> SyntheticExamples.weighted(example, example.oonc() > 0 ? 5 : 1))
                .toList();
    }

    @Test
    void aRowCountsByItsWeightUnlessTheParamsSayThatAllCountAlike() {
        List<Example> even = SyntheticExamples.exclusiveOr(600, 1, false);
        List<Example> uneven = unevenly(even);
        Map<String, Double> expected = metrics(even, "");

        assertEquals(expected, metrics(even, UNWEIGHTED));
        assertEquals(expected, metrics(uneven, UNWEIGHTED));
        assertNotEquals(expected, metrics(uneven, ""));
    }
}
