package io.pushrank.jobs.bench;

import io.pushrank.jobs.architecture.HeavyParams;
import io.pushrank.jobs.config.Resources;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.train.ShuffledExamples;
import io.pushrank.jobs.train.TrainingProbe;
import io.pushrank.jobs.train.TrainingThreads;
import io.pushrank.udf.model.FeatureShape;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Training of the heavy ranker at full size beside a third of the roof, and the feed of its examples alone. */
record TrainBench() implements Bench {
    private static final FeatureShape SHAPE = new FeatureShape(200, 50);
    private static final int SPARSE_IDS = 20;
    private static final int SPARSE_CONTINUOUS_IDS = 5;
    private static final int STEPS = 8;
    private static final int FEED_ROWS = 50_000;

    /** A step goes forward once and backward twice: to the layer's input, and to its kernel. */
    private static final double OPERATIONS_OF_A_STEP = 3;

    @Override
    public String name() {
        return "train";
    }

    @Override
    public String summary() {
        return "Training of the full-size heavy ranker, rows/s beside the fp32 roof's third; reading examples alone.";
    }

    @Override
    public Metrics measure(BenchContext context) {
        HeavyParams params = HeavyParams.parse("conf/models/heavy.yaml", Resources.text("conf/models/heavy.yaml"));
        int cores = Runtime.getRuntime().availableProcessors();
        // The training's session first: TensorFlow's own pool is sized by the first one of a process.
        try (TrainingProbe training =
                        new TrainingProbe(params, SHAPE, SPARSE_IDS, SPARSE_CONTINUOUS_IDS, TrainingThreads.of(cores));
                MatmulRoof roof = new MatmulRoof(cores)) {
            String copy = context.directory() + "/examples";
            long start = System.nanoTime();
            ShuffledExamples examples = ShuffledExamples.write(
                    UnaryOperator.identity(),
                    table(context),
                    copy,
                    1,
                    context.spark().sparkContext().hadoopConfiguration());
            double copied = FEED_ROWS / ((System.nanoTime() - start) * 1e-9);
            int batchRows = params.training().batchRows();
            int[] epoch = {0};
            Map<String, Double> medians = new Rounds()
                    .add(MatmulRoof.FIGURE, roof::gigaflops)
                    .add("all cores, rows/s", () -> training.rowsPerSecond(STEPS))
                    .add("feed, rows/s", () -> TrainingProbe.feedRowsPerSecond(examples, SHAPE, batchRows, epoch[0]++))
                    .medians(context);
            double operations = OPERATIONS_OF_A_STEP * training.forwardOperations();
            double most = medians.get(MatmulRoof.FIGURE) * 1e9 / operations;
            double rows = medians.get("all cores, rows/s");
            return new Metrics()
                    .put(
                            "fp32",
                            new Metrics()
                                    .put("rows_per_second", rows)
                                    .put("fraction_of_roof", rows / most)
                                    .put("batch_rows", batchRows)
                                    .put("forward_flops_per_row", training.forwardOperations()))
                    .put(
                            "roof",
                            new Metrics()
                                    .put("gflops", medians.get(MatmulRoof.FIGURE))
                                    .put("rows_per_second", most)
                                    .put("cores", cores))
                    .put(
                            "feed",
                            new Metrics()
                                    .put("rows_per_second", medians.get("feed, rows/s"))
                                    .put("times_training", medians.get("feed, rows/s") / rows)
                                    .put("copy_rows_per_second", copied));
        }
    }

    /** Examples of the same widths, from hashes. */
    private static Dataset<Row> table(BenchContext context) {
        return context.spark()
                .range(FEED_ROWS)
                .selectExpr(
                        "timestamp'2026-03-01 12:00:00' AS as_of",
                        "id AS user_id",
                        "'post' AS item_type",
                        "id AS item_id",
                        "CAST(id % 10 = 0 AS FLOAT) AS label_oonc",
                        "0F AS label_engagement",
                        "0F AS label_dislike",
                        "0F AS heavy_score",
                        "1F AS weight",
                        "named_struct("
                                + floats("continuous", SHAPE.continuous())
                                + ", 'continuous_missing', array_repeat(false, " + SHAPE.continuous() + "), "
                                + floats("binary", SHAPE.binary())
                                + ", 'sparse_ids', transform(sequence(1, " + SPARSE_IDS + "), i -> xxhash64(id, i)), "
                                + floats("sparse_values", SPARSE_IDS)
                                + ", 'sparse_continuous_ids', transform(sequence(1, " + SPARSE_CONTINUOUS_IDS
                                + "), i -> xxhash64(i, id)), "
                                + floats("sparse_continuous_values", SPARSE_CONTINUOUS_IDS)
                                + ") AS features");
    }

    private static String floats(String name, int count) {
        return "'" + name + "', transform(sequence(1, " + count + "), i -> CAST(xxhash64(i, id) / 9.3e18 AS FLOAT))";
    }
}
