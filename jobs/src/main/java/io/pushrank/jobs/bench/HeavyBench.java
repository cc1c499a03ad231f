package io.pushrank.jobs.bench;

import io.pushrank.jobs.architecture.HeavyParams;
import io.pushrank.jobs.architecture.RandomHeavyRanker;
import io.pushrank.jobs.config.Resources;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.udf.model.FeatureBatch;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.FeatureTensors;
import io.pushrank.udf.model.HeavyModel;
import io.pushrank.udf.model.HeavyModels;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.Precision;
import io.pushrank.udf.model.TensorFlowThreads;
import io.pushrank.udf.scoring.HeavyScoring;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.types.TBfloat16;

/**
 * The full-size heavy ranker (conf/models/heavy.yaml) on 200 continuous and 50 binary features and 20 sparse ids: 300
 * inputs, and 50 more of the sum of sparse continuous features, which this architecture always has.
 */
record HeavyBench() implements Bench {
    private static final FeatureShape SHAPE = new FeatureShape(200, 50);
    private static final int SPARSE_IDS = 20;
    private static final int SPARSE_CONTINUOUS_IDS = 5;
    private static final int[] BATCH_ROWS = {128, 256, 512, 1024};
    /** heavy_rank.batch_rows of conf/pushrank.yaml. */
    private static final int DEFAULT_BATCH_ROWS = 512;

    private static final int ROWS_PER_THREAD = 4096;
    private static final int SPARK_ROWS = 65_536;
    private static final String BF16 = "bf16, rows/s";
    private static final String BF16_ROOF = "bf16 roof, GFLOP/s";

    @Override
    public String name() {
        return "heavy";
    }

    @Override
    public String summary() {
        return "Rows a second of the full-size heavy ranker, in memory and in Spark, beside the matrix product.";
    }

    @Override
    public Metrics measure(BenchContext context) {
        int cores = Runtime.getRuntime().availableProcessors();
        Path directory = Path.of(context.directory());
        HeavyParams params = HeavyParams.parse("models/heavy.yaml", Resources.text("conf/models/heavy.yaml"));
        ModelPackage model = write(params, directory);
        String rows = directory.resolve("rows").toString();
        writeRows(context, rows, SPARK_ROWS);
        // flops of a row: two for each multiplication that the architecture's description asks for.
        double flops = flops(params);
        Rounds rounds = new Rounds();
        try (MatmulRoof roof = new MatmulRoof(cores);
                MatmulRoof briefRoof = Precision.isBf16Native() ? new MatmulRoof(cores, TBfloat16.class) : null;
                SavedModelBundle saved = SavedModelBundle.loader(
                                directory.resolve("export").toString())
                        .withTags("serve")
                        .withConfigProto(TensorFlowThreads.DEFAULT.configuration())
                        .load()) {
            HeavyModel heavy = HeavyModels.get(model, TensorFlowThreads.DEFAULT);
            rounds.add(MatmulRoof.FIGURE, roof::gigaflops);
            rounds.add(
                    "SavedModel as it is, rows/s",
                    () -> rowsPerSecond(
                            cores, DEFAULT_BATCH_ROWS, batch -> run(saved.session(), batch, params.hashBits())));
            for (int batchRows : BATCH_ROWS) {
                rounds.add(folded(batchRows), () -> rowsPerSecond(cores, batchRows, heavy::score));
            }
            HeavyModel brief =
                    Precision.isBf16Native() ? HeavyModels.get(model, TensorFlowThreads.DEFAULT, Precision.AUTO) : null;
            boolean isBrief = brief != null && brief.report().precision() == Precision.BF16;
            if (isBrief) {
                rounds.add(BF16_ROOF, briefRoof::gigaflops);
                rounds.add(BF16, () -> rowsPerSecond(cores, DEFAULT_BATCH_ROWS, brief::score));
            }
            rounds.add("Parquet to Parquet, rows/s", () -> sparkRowsPerSecond(context, model, rows));
            Map<String, Double> medians = rounds.medians(context);
            double gigaflops = medians.get(MatmulRoof.FIGURE);
            double memory = medians.get(folded(DEFAULT_BATCH_ROWS));
            double spark = medians.get("Parquet to Parquet, rows/s");
            Metrics batches = new Metrics();
            for (int batchRows : BATCH_ROWS) {
                batches.put(String.valueOf(batchRows), medians.get(folded(batchRows)));
            }
            double naive = medians.get("SavedModel as it is, rows/s");
            return new Metrics()
                    .put("cores", cores)
                    .put("onednn", "1".equals(System.getenv("TF_ENABLE_ONEDNN_OPTS")))
                    .put("inputs", params.embeddingDimensions() * 2L + SHAPE.continuous() + SHAPE.binary())
                    .put("flops_per_row", flops)
                    .put("roof", new Metrics().put("gflops", gigaflops))
                    .put(
                            "naive",
                            new Metrics()
                                    .put("rows_per_second", naive)
                                    .put("fraction_of_roof", naive * flops / gigaflops * 1e-9))
                    .put(
                            "fp32",
                            new Metrics()
                                    .put("batch_rows", DEFAULT_BATCH_ROWS)
                                    .put("rows_per_second", memory)
                                    .put("fraction_of_roof", memory * flops / gigaflops * 1e-9)
                                    .put("rows_per_second_by_batch_rows", batches))
                    .put("spark", new Metrics().put("rows_per_second", spark).put("fraction_of_memory", spark / memory))
                    .put("bf16", bf16(brief, medians, flops));
        }
    }

    private static String folded(int batchRows) {
        return "folded, batch " + batchRows + ", rows/s";
    }

    /**
     * What bfloat16 brings, beside what it could bring at most: the CPU's matrix product in it.
     *
     * @param brief the model where bfloat16 was tried; null on a CPU without it
     */
    private static Metrics bf16(HeavyModel brief, Map<String, Double> medians, double flops) {
        if (brief == null) {
            return new Metrics().put("available", false).put("reason", Precision.missingFlags());
        }
        Metrics metrics = new Metrics()
                .put("available", true)
                .put("used", brief.report().precision() == Precision.BF16)
                .put("reason", brief.report().reason());
        if (!medians.containsKey(BF16)) {
            return metrics;
        }
        double rows = medians.get(BF16);
        double roof = medians.get(BF16_ROOF);
        return metrics.put("rows_per_second", rows)
                .put("speedup_over_fp32", rows / medians.get(folded(DEFAULT_BATCH_ROWS)))
                .put("roof_gflops", roof)
                .put("roof_over_fp32_roof", roof / medians.get(MatmulRoof.FIGURE))
                .put("fraction_of_roof", rows * flops / roof * 1e-9);
    }

    private static double flops(HeavyParams params) {
        return 2.0 * RandomHeavyRanker.multiplications(params, SHAPE);
    }

    /** A package with random weights in place of what the folder had. */
    static ModelPackage write(HeavyParams params, Path directory) {
        try {
            delete(directory.resolve("export"));
            delete(directory.resolve("models"));
            ModelExport export = RandomHeavyRanker.write(params, SHAPE, 7, 0, directory.resolve("export"));
            return ModelPackage.write(directory.resolve("models").toString(), "1", export, new Configuration());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void run(Session session, FeatureBatch batch, int hashBits) {
        try (FeatureTensors features = FeatureTensors.of(batch, batch.capacity(), hashBits, ModelKind.HEAVY)) {
            Session.Runner runner = session.runner();
            features.byName().forEach(runner::feed);
            try (Result result =
                    runner.fetch("p_oonc").fetch("p_engagement").fetch("score").run()) {
                result.get(0);
            }
        }
    }

    private interface Scoring {
        void score(FeatureBatch batch);
    }

    /** Every core scores one batch of its own again and again. */
    private static double rowsPerSecond(int cores, int batchRows, Scoring scoring) {
        int repetitions = ROWS_PER_THREAD / batchRows;
        List<FeatureBatch> batches = new ArrayList<>();
        for (int core = 0; core < cores; core++) {
            batches.add(batch(batchRows, core));
        }
        ExecutorService executor = Executors.newFixedThreadPool(cores);
        try {
            long start = System.nanoTime();
            List<Future<?>> runs = new ArrayList<>();
            for (FeatureBatch batch : batches) {
                runs.add(executor.submit(() -> {
                    for (int repetition = 0; repetition < repetitions; repetition++) {
                        scoring.score(batch);
                    }
                }));
            }
            for (Future<?> run : runs) {
                run.get();
            }
            return (double) repetitions * batchRows * cores / ((System.nanoTime() - start) * 1e-9);
        } catch (InterruptedException | ExecutionException failure) {
            throw new IllegalStateException("scoring failed", failure);
        } finally {
            executor.shutdown();
        }
    }

    private static FeatureBatch batch(int rows, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        FeatureBatch batch = new FeatureBatch(SHAPE, rows);
        while (!batch.isFull()) {
            float[] continuous = new float[SHAPE.continuous()];
            for (int index = 0; index < continuous.length; index++) {
                continuous[index] = (float) (3 * random.nextGaussian());
            }
            float[] binary = new float[SHAPE.binary()];
            for (int index = 0; index < binary.length; index++) {
                binary[index] = random.nextInt(2);
            }
            batch.add(
                    continuous,
                    new boolean[continuous.length],
                    binary,
                    random.longs(SPARSE_IDS).toArray(),
                    floats(random, SPARSE_IDS),
                    random.longs(SPARSE_CONTINUOUS_IDS).toArray(),
                    floats(random, SPARSE_CONTINUOUS_IDS));
        }
        return batch;
    }

    private static float[] floats(SplittableRandom random, int count) {
        float[] values = new float[count];
        for (int index = 0; index < count; index++) {
            values[index] = (float) random.nextDouble();
        }
        return values;
    }

    /** Rows of the same widths as Parquet, in two files a core so that every core has the same work. */
    static void writeRows(BenchContext context, String directory, int rows) {
        context.spark()
                .range(0, rows, 1, 2 * Runtime.getRuntime().availableProcessors())
                .selectExpr(
                        "id AS user_id",
                        "named_struct("
                                + "'continuous', transform(sequence(1, " + SHAPE.continuous()
                                + "), i -> cast(pmod(xxhash64(id, i), 2000) / 200.0 - 5 AS float)),"
                                + "'continuous_missing', transform(sequence(1, " + SHAPE.continuous()
                                + "), i -> pmod(xxhash64(id, i, 1), 10) = 0),"
                                + "'binary', transform(sequence(1, " + SHAPE.binary()
                                + "), i -> cast(pmod(xxhash64(id, i, 2), 2) AS float)),"
                                + "'sparse_ids', transform(sequence(1, " + SPARSE_IDS + "), i -> xxhash64(id, i, 3)),"
                                + "'sparse_values', array_repeat(1f, " + SPARSE_IDS + "),"
                                + "'sparse_continuous_ids', transform(sequence(1, " + SPARSE_CONTINUOUS_IDS
                                + "), i -> xxhash64(id, i, 4)),"
                                + "'sparse_continuous_values', transform(sequence(1, " + SPARSE_CONTINUOUS_IDS
                                + "), i -> cast(pmod(xxhash64(id, i, 5), 100) / 10.0 AS float))) AS features")
                .write()
                .mode(SaveMode.Overwrite)
                .parquet(directory);
    }

    private static double sparkRowsPerSecond(BenchContext context, ModelPackage model, String rows) {
        long start = System.nanoTime();
        score(context, model, rows);
        return SPARK_ROWS / ((System.nanoTime() - start) * 1e-9);
    }

    static void score(BenchContext context, ModelPackage model, String rows) {
        Dataset<Row> read = context.spark().read().parquet(rows);
        HeavyScoring.score(read, "features", model, DEFAULT_BATCH_ROWS, TensorFlowThreads.DEFAULT)
                .drop("features")
                .write()
                .mode(SaveMode.Overwrite)
                .parquet(context.directory() + "/scored");
    }
}
