package io.pushrank.jobs.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.architecture.Example;
import io.pushrank.udf.model.FeatureBatch;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.FeatureTensors;
import io.pushrank.udf.model.HeavyModel;
import io.pushrank.udf.model.HeavyScores;
import io.pushrank.udf.model.LightModel;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.ModelSignature;
import io.pushrank.udf.model.TensorFlowThreads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.tensorflow.Tensor;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * Scores rows with the sample's champions as executors do, and leaves inputs, scores and event files for
 * .ci/python-checks to hold Python's TensorFlow and TensorBoard against.
 */
class PythonChecksTest {
    private static final String MODELS = "../sample-data/models";
    private static final int ROWS = 50;
    /** More than rows: Java pads, Python does not. */
    private static final int CAPACITY = 64;

    /**
     * What Python reads.
     *
     * @param directory the model package
     * @param digest SHA-256 of the package's manifest.json, so that scores of another model are noticed
     * @param inputs by name of the SavedModel's input
     * @param outputs by name of its output, one value a row, before calibration
     */
    @SuppressWarnings("ArrayRecordComponent") // Written as JSON, never compared.
    private record Scored(
            String directory, String digest, int rows, Map<String, Values> inputs, Map<String, double[]> outputs) {}

    /** Row-major; floats as the doubles that they are exactly. */
    @SuppressWarnings("ArrayRecordComponent") // Written as JSON, never compared.
    private record Values(String type, long[] shape, List<?> values) {}

    @Test
    void rowsScoredByTheHeavyRanker() throws IOException {
        ModelPackage model = ModelPackage.champion(MODELS, ModelKind.HEAVY, new Configuration());
        FeatureBatch batch = new FeatureBatch(model.shape(), CAPACITY);
        examples(model.shape(), true).forEach(example -> example.addTo(batch));
        HeavyScores scores;
        try (HeavyModel heavy = HeavyModel.load(model, TensorFlowThreads.DEFAULT)) {
            scores = heavy.raw(batch);
        }
        Map<String, double[]> outputs = new LinkedHashMap<>();
        outputs.put(ModelSignature.P_OONC, doubles(scores.pOonc()));
        outputs.put(ModelSignature.P_ENGAGEMENT, doubles(scores.pEngagement()));
        outputs.put(ModelSignature.SCORE, doubles(scores.score()));
        write("heavy.json", model, batch, outputs);
    }

    @Test
    void rowsScoredByTheLightRanker() throws IOException {
        ModelPackage model = ModelPackage.champion(MODELS, ModelKind.LIGHT, new Configuration());
        LightModel light = LightModel.load(model, TensorFlowThreads.DEFAULT);
        FeatureBatch batch = new FeatureBatch(model.shape(), CAPACITY);
        double[] scores = new double[ROWS];
        for (Example example : examples(model.shape(), false)) {
            scores[batch.size()] = light.score(
                    example.continuous(), example.continuousMissing(), example.sparseIds(), example.sparseValues());
            example.addTo(batch);
        }
        write("light.json", model, batch, Map.of(ModelSignature.SCORE, scores));
    }

    @Test
    void eventFilesOfATrainingThatWentOnFromACheckpoint() throws IOException {
        Path directory = PythonChecks.emptyEvents("written");
        // Lost with what came after the checkpoint of step 20.
        Map<Long, Map<String, Double>> lost = Map.of(30L, Map.of("training/loss", 7.0, "training/lost", 7.0));
        Map<Long, Map<String, Double>> before = new TreeMap<>(Map.of(
                10L, Map.of("training/loss", 0.7, "evaluation/rce", Double.NaN),
                20L, Map.of("training/loss", 0.6, "evaluation/rce", -0.5)));
        Map<Long, Map<String, Double>> after = new TreeMap<>(Map.of(
                30L, Map.of("training/loss", 1 / 3.0, "evaluation/rce", 12.5),
                5_000_000_000L, Map.of("training/loss", 1e-30)));
        try (EventFile file = new EventFile(directory.toString(), 0, new Configuration())) {
            file.add(5, Map.of("training/loss", 9.0));
            file.add(15, Map.of("of another training", 9.0));
        }
        awaitAnotherMillisecond();
        try (EventFile file = new EventFile(directory.toString(), 0, new Configuration())) {
            before.forEach(file::add);
            lost.forEach(file::add);
        }
        awaitAnotherMillisecond();
        try (EventFile file = new EventFile(directory.toString(), 21, new Configuration())) {
            after.forEach(file::add);
        }
        Map<String, Map<Long, Double>> expected = new TreeMap<>();
        List.of(before, after)
                .forEach(part -> part.forEach((step, values) -> values.forEach((tag, value) -> {
                    if (!value.isNaN()) {
                        expected.computeIfAbsent(tag, name -> new TreeMap<>()).put(step, (double) value.floatValue());
                    }
                })));
        assertEquals(4, expected.get("training/loss").size());
        PythonChecks.write("events.json", expected);
    }

    /** Event files are named by their millisecond. */
    private static void awaitAnotherMillisecond() {
        long start = System.currentTimeMillis();
        while (System.currentTimeMillis() == start) {
            Thread.onSpinWait();
        }
    }

    /**
     * All zeros, everything missing, then random rows: values of every size and either sign, one in four missing, no
     * sparse entries or some, of which some meet in one bucket.
     */
    private static List<Example> examples(FeatureShape shape, boolean heavy) {
        SplittableRandom random = new SplittableRandom(29);
        List<Example> examples = new ArrayList<>();
        for (int row = 0; row < ROWS; row++) {
            float[] continuous = new float[shape.continuous()];
            boolean[] missing = new boolean[continuous.length];
            for (int index = 0; index < continuous.length; index++) {
                missing[index] = row == 1 || (row > 1 && random.nextInt(4) == 0);
                if (row > 1 && !missing[index]) {
                    double size = Math.expm1(random.nextDouble(0, 12));
                    continuous[index] = (float) (random.nextInt(10) == 0 ? -size : size);
                }
            }
            float[] binary = new float[shape.binary()];
            for (int index = 0; index < binary.length; index++) {
                binary[index] = row > 1 ? random.nextInt(2) : 0;
            }
            int sparse = row > 1 ? random.nextInt(30) : 0;
            int sparseContinuous = row > 1 && heavy ? random.nextInt(10) : 0;
            examples.add(new Example(
                    continuous,
                    missing,
                    binary,
                    random.longs(sparse).toArray(),
                    floats(random.doubles(sparse, 0.5, 2).toArray()),
                    random.longs(sparseContinuous).toArray(),
                    floats(random.doubles(sparseContinuous, -5, 20).toArray()),
                    0,
                    0,
                    0,
                    0,
                    1));
        }
        return examples;
    }

    private static void write(String file, ModelPackage model, FeatureBatch batch, Map<String, double[]> outputs)
            throws IOException {
        for (Map.Entry<String, double[]> output : outputs.entrySet()) {
            requireSpread(output.getKey(), output.getValue());
        }
        Map<String, Values> inputs = new LinkedHashMap<>();
        try (FeatureTensors features = FeatureTensors.of(batch, batch.size(), model.hashBits(), model.kind())) {
            features.byName().forEach((name, tensor) -> inputs.put(name, values(tensor)));
        }
        String directory = Path.of(MODELS, model.kind().folder(), model.version())
                .toRealPath()
                .toString();
        PythonChecks.write(file, new Scored(directory, model.digest(), batch.size(), inputs, outputs));
    }

    /** Agreement on rows that all score alike would show nothing. */
    private static void requireSpread(String output, double[] scores) {
        double least = 1;
        double most = 0;
        for (int row = 0; row < scores.length; row++) {
            String message = output + " of row " + row + " is " + scores[row];
            assertTrue(scores[row] >= 0 && scores[row] <= 1, message);
            least = Math.min(least, scores[row]);
            most = Math.max(most, scores[row]);
        }
        double spread = most - least;
        assertTrue(spread > 0.01, () -> output + " of all rows is within " + spread);
    }

    private static Values values(Tensor tensor) {
        long[] shape = tensor.shape().asArray();
        List<Object> values = new ArrayList<>();
        if (tensor instanceof TFloat32 floats) {
            floats.scalars().forEach(scalar -> values.add((double) scalar.getFloat()));
            return new Values("float32", shape, values);
        }
        if (tensor instanceof TInt64 longs) {
            longs.scalars().forEach(scalar -> values.add(scalar.getLong()));
            return new Values("int64", shape, values);
        }
        if (tensor instanceof TBool booleans) {
            booleans.scalars().forEach(scalar -> values.add(scalar.getBoolean()));
            return new Values("bool", shape, values);
        }
        throw new IllegalArgumentException("an input cannot be of type " + tensor.dataType());
    }

    private static float[] floats(double[] values) {
        float[] result = new float[values.length];
        for (int index = 0; index < values.length; index++) {
            result[index] = (float) values[index];
        }
        return result;
    }

    private static double[] doubles(float[] values) {
        double[] result = new double[values.length];
        for (int index = 0; index < values.length; index++) {
            result[index] = values[index];
        }
        return result;
    }
}
