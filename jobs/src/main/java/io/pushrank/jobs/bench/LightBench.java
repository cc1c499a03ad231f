package io.pushrank.jobs.bench;

import static org.apache.spark.sql.functions.col;

import com.sun.management.ThreadMXBean;
import io.pushrank.jobs.architecture.Example;
import io.pushrank.jobs.architecture.ExampleSource;
import io.pushrank.jobs.architecture.LightParams;
import io.pushrank.jobs.config.Resources;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.train.LightTrainer;
import io.pushrank.udf.kernel.Kernels;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.LightBlock;
import io.pushrank.udf.model.LightModel;
import io.pushrank.udf.model.LightModels;
import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.TensorFlowThreads;
import io.pushrank.udf.scoring.LightScore;
import io.pushrank.udf.scoring.LightScoring;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/** The light ranker: its kernel on rows in memory, and from Parquet to Parquet in Spark, in bulk and in SQL. */
record LightBench() implements Bench {
    private static final int CONTINUOUS = 50;
    private static final int SPARSE = 5;
    private static final int MEMORY_ROWS = 4096;
    private static final int KERNEL_ROWS = 512 * 1024;
    /** Enough that what a job costs whatever its size, about half a second, is a small part. */
    private static final long SPARK_ROWS = 4_000_000;

    @Override
    public String name() {
        return "light";
    }

    @Override
    public String summary() {
        return "The light ranker's rows/s: bare kernel in memory, bulk and SQL in Spark from Parquet to Parquet.";
    }

    @Override
    public Metrics measure(BenchContext context) {
        SparkSession spark = context.spark();
        int cores = spark.sparkContext().defaultParallelism();
        ModelPackage model = model(context);
        LightModel light = LightModels.get(model, TensorFlowThreads.DEFAULT);
        long multiplications = light.multiplications();
        context.out()
                .printf(
                        "%,d multiplications a row; %d threads and cores; %s%n",
                        multiplications, cores, Kernels.forBlocks().summary());
        String rows = rows(context, cores);
        LightScore.register(spark, model, TensorFlowThreads.DEFAULT);
        spark.read().parquet(rows).createOrReplaceTempView("bench_light");
        List<Example> examples = examples(MEMORY_ROWS);
        ExecutorService executor = Executors.newFixedThreadPool(cores);
        try (MatmulRoof roof = new MatmulRoof(cores)) {
            LongAdder allocated = new LongAdder();
            Map<String, Double> medians = new Rounds()
                    .add(MatmulRoof.FIGURE, roof::gigaflops)
                    .add("kernel, rows/s", () -> {
                        // The last round's counts: compiled code makes none of the objects that the interpreter makes.
                        allocated.reset();
                        return kernel(light, examples, executor, cores, allocated);
                    })
                    .add(
                            "bulk, rows/s",
                            () -> written(
                                    context,
                                    LightScoring.score(
                                            spark.read().parquet(rows), "features", model, TensorFlowThreads.DEFAULT)))
                    .add(
                            "sql, rows/s",
                            () -> written(
                                    context,
                                    spark.sql("SELECT id, light_score(features) AS light_score FROM bench_light")))
                    .add(
                            "copy, rows/s",
                            () -> written(
                                    context,
                                    spark.read()
                                            .parquet(rows)
                                            .withColumn(
                                                    "light_score",
                                                    col("features.continuous").getItem(0))))
                    .medians(context);
            double roofFlops = medians.get(MatmulRoof.FIGURE);
            double kernel = medians.get("kernel, rows/s");
            double kernelFlops = 2e-9 * multiplications * kernel;
            return new Metrics()
                    .put("cores", cores)
                    .put("multiplications_per_row", multiplications)
                    .put("roof", new Metrics().put("gflops", roofFlops).put("gflops_per_core", roofFlops / cores))
                    .put(
                            "kernel",
                            new Metrics()
                                    .put("summary", Kernels.forBlocks().summary())
                                    .put("rows_per_second", kernel)
                                    .put("rows_per_second_per_core", kernel / cores)
                                    .put("gflops", kernelFlops)
                                    .put("fraction_of_roof", kernelFlops / roofFlops)
                                    .put(
                                            "allocated_bytes_per_row",
                                            (double) allocated.sum() / ((long) KERNEL_ROWS * cores)))
                    .put("bulk", figures(medians.get("bulk, rows/s"), kernel, cores))
                    .put("sql", figures(medians.get("sql, rows/s"), kernel, cores))
                    // One value of each row read and written, nothing scored: what Parquet alone allows.
                    .put("copy", figures(medians.get("copy, rows/s"), kernel, cores));
        } finally {
            executor.shutdown();
        }
    }

    private static Metrics figures(double rowsPerSecond, double kernel, int cores) {
        return new Metrics()
                .put("rows_per_second", rowsPerSecond)
                .put("rows_per_second_per_core", rowsPerSecond / cores)
                .put("fraction_of_kernel", rowsPerSecond / kernel);
    }

    /** Rows/s of every thread scoring blocks of rows that lie in memory; adds up the bytes of the objects it makes. */
    private static double kernel(
            LightModel light, List<Example> examples, ExecutorService executor, int threads, LongAdder allocated) {
        ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long start = System.nanoTime();
        List<Future<?>> runs = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            runs.add(executor.submit(() -> {
                LightBlock block = light.block();
                long before = memory.getCurrentThreadAllocatedBytes();
                for (int row = 0; row < KERNEL_ROWS; row++) {
                    Example example = examples.get(row % MEMORY_ROWS);
                    block.add(
                            example.continuous(),
                            example.continuousMissing(),
                            example.sparseIds(),
                            example.sparseValues());
                    if (block.isFull()) {
                        block.score();
                        block.clear();
                    }
                }
                allocated.add(memory.getCurrentThreadAllocatedBytes() - before);
            }));
        }
        try {
            for (Future<?> run : runs) {
                run.get();
            }
        } catch (InterruptedException | ExecutionException failure) {
            throw new IllegalStateException("the kernel failed", failure);
        }
        return (double) KERNEL_ROWS * threads / ((System.nanoTime() - start) * 1e-9);
    }

    private static double written(BenchContext context, Dataset<Row> scored) {
        long start = System.nanoTime();
        scored.select("id", "light_score").write().mode(SaveMode.Overwrite).parquet(context.directory() + "/scores");
        return SPARK_ROWS / ((System.nanoTime() - start) * 1e-9);
    }

    /** A table of feature arrays, made once. */
    private static String rows(BenchContext context, int cores) {
        String directory = context.directory() + "/rows-" + SPARK_ROWS;
        if (!Files.isDirectory(Path.of(directory))) {
            context.out().printf("%,d rows of features%n", SPARK_ROWS);
            context.spark()
                    .range(0, SPARK_ROWS, 1, 2 * cores)
                    .selectExpr(
                            "id",
                            """
                            named_struct(
                                'continuous', transform(sequence(1, %1$d), i -> CAST(
                                    if(xxhash64(id, i) %% 10 = 0, 0, xxhash64(i, id) / 4e18) AS FLOAT)),
                                'continuous_missing', transform(sequence(1, %1$d), i -> xxhash64(id, i) %% 10 = 0),
                                'binary', CAST(array() AS ARRAY<FLOAT>),
                                'sparse_ids', transform(sequence(1, %2$d), i -> xxhash64(id, i, 7)),
                                'sparse_values', array_repeat(1f, %2$d),
                                'sparse_continuous_ids', CAST(array() AS ARRAY<BIGINT>),
                                'sparse_continuous_values', CAST(array() AS ARRAY<FLOAT>)) AS features"""
                                    .formatted(CONTINUOUS, SPARSE))
                    .write()
                    .mode(SaveMode.Overwrite)
                    .parquet(directory + ".unfinished");
            try {
                Files.move(Path.of(directory + ".unfinished"), Path.of(directory));
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
        return directory;
    }

    /** A short training, so that statistics and weights are those of a ranker that has seen data. */
    private static ModelPackage model(BenchContext context) {
        FeatureShape shape = new FeatureShape(CONTINUOUS, 0);
        LightParams params = LightParams.parse("bench/light.yaml", Resources.text("bench/light.yaml"));
        List<Example> examples = examples(MEMORY_ROWS);
        ExampleSource source = epoch -> examples.iterator();
        try {
            Path directory = Path.of(context.directory());
            HeavyBench.delete(directory.resolve("export"));
            HeavyBench.delete(directory.resolve("models"));
            ModelExport export = LightTrainer.train(
                    source,
                    source,
                    params,
                    shape,
                    "features: []\n",
                    directory.resolve("export"),
                    TensorFlowThreads.DEFAULT,
                    progress -> {});
            return ModelPackage.write(directory.resolve("models").toString(), "1", export, new Configuration());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** A tenth of the values missing; the label depends on the first value's sign. */
    private static List<Example> examples(int count) {
        SplittableRandom random = new SplittableRandom(7);
        List<Example> examples = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            float[] continuous = new float[CONTINUOUS];
            boolean[] missing = new boolean[CONTINUOUS];
            for (int feature = 0; feature < CONTINUOUS; feature++) {
                missing[feature] = random.nextInt(10) == 0;
                continuous[feature] = missing[feature] ? 0 : (float) (random.nextDouble() * 4 - 2);
            }
            float[] ones = {1, 1, 1, 1, 1};
            float label = continuous[0] > 0 ? 0.8f : 0.1f;
            examples.add(new Example(
                    continuous,
                    missing,
                    new float[0],
                    random.longs(SPARSE).toArray(),
                    ones,
                    new long[0],
                    new float[0],
                    label > 0.5 ? 1 : 0,
                    0,
                    0,
                    label,
                    1));
        }
        return examples;
    }
}
