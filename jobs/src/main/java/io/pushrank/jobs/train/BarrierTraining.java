package io.pushrank.jobs.train;

import io.pushrank.jobs.architecture.HeavyParams;
import io.pushrank.jobs.architecture.HeavyRanker;
import io.pushrank.jobs.config.Bounds;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.udf.model.FeatureShape;
import io.pushrank.udf.model.TensorFlowThreads;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.util.SerializableConfiguration;
import scala.Function1;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;

/**
 * Trains a heavy ranker by several tasks of one barrier stage, which Spark starts together and, when one of them fails, starts
 * again together: they go on from the last checkpoint. What was learned is in the checkpoints when the stage ends.
 *
 * <p>Files of examples and checkpoints must be where every executor reaches them.
 *
 * @param params params.yaml, of any model that is trained by steps
 * @param shape widths of the dense inputs
 * @param featuresYaml text of features.yaml
 * @param training examples to learn from
 * @param evaluation examples to measure on, never learned from
 */
record BarrierTraining(
        HeavyParams params,
        FeatureShape shape,
        String featuresYaml,
        ShuffledExamples training,
        ShuffledExamples evaluation) {
    /** Within it a worker must have heard of its neighbor: longer than a batch or a checkpoint takes. */
    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    /** Receives the first worker's progress, in its task. */
    interface Reporter extends TrainingProgress.Listener, Serializable {}

    /**
     * Trains until there is nothing left to learn.
     *
     * @param options threads of each worker, checkpoints, events, what it begins with
     * @param startDirectory for what it begins with; what is there is replaced
     * @throws PushrankException with exit code 2 when checkpoints are of another training, or there are too few cores
     * @throws io.pushrank.jobs.architecture.UnusableExamplesException when examples are all of one class
     */
    void run(SparkContext spark, int workers, TrainingOptions options, String startDirectory) {
        run(spark, workers, options, startDirectory, BarrierTraining::print);
    }

    /** Captures nothing, so that it can be sent to a task. */
    private static void print(TrainingProgress progress) {
        System.out.println(progress);
    }

    void run(SparkContext spark, int workers, TrainingOptions options, String startDirectory, Reporter reporter) {
        Bounds.ofOptions(
                () -> Bounds.within("--workers", workers, 1, params.training().batchRows()));
        int atOnce = spark.defaultParallelism() / spark.conf().getInt("spark.task.cpus", 1);
        if (spark.isLocal() && workers > atOnce) {
            throw PushrankException.usage("--workers must be at most the " + atOnce
                    + " tasks that Spark runs at once here, " + spark.master() + ", but is " + workers);
        }
        new TrainingLoop(new HeavyRanker(params, shape), training, evaluation, options).requireTrainable(featuresYaml);
        if (options.start.isTrained()) {
            try (Checkpoints start = new Checkpoints(startDirectory, options.hadoop)) {
                start.clear();
                start.save(Map.of(), TrainingState.after(options.start.step(), options.start.variables()));
            }
        }
        Work work = new Work(
                params.toYaml(),
                shape,
                featuresYaml,
                training,
                evaluation,
                options.threads,
                options.start.isTrained() ? startDirectory : null,
                options.checkpointDirectory,
                options.checkpointEverySteps,
                options.eventsDirectory,
                new SerializableConfiguration(options.hadoop),
                reporter);
        options.listener.report(new TrainingProgress.Notice(
                "training with " + workers + " workers: Spark waits until it can run as many tasks at once"));
        RDD<Integer> places = JavaSparkContext.fromSparkContext(spark)
                .parallelize(IntStream.range(0, workers).boxed().toList(), workers)
                .rdd();
        List<String> reports = places.barrier()
                .mapPartitions(
                        (Function1<Iterator<Integer>, Iterator<String>> & Serializable)
                                place -> CollectionConverters.asScala(work.run().iterator()),
                        false,
                        ClassTag$.MODULE$.<String>apply(String.class))
                .toJavaRDD()
                // Spark starts a barrier stage again only where its output goes into a shuffle.
                .repartition(1)
                .collect();
        if (!spark.isLocal()) {
            // They are in the first worker's log only.
            reports.forEach(report -> options.listener.report(new TrainingProgress.Notice(report)));
        }
    }

    /** What a task must know. */
    private record Work(
            String paramsYaml,
            FeatureShape shape,
            String featuresYaml,
            ShuffledExamples training,
            ShuffledExamples evaluation,
            TensorFlowThreads threads,
            String startDirectory,
            String checkpointDirectory,
            int checkpointEverySteps,
            String eventsDirectory,
            SerializableConfiguration hadoop,
            Reporter reporter)
            implements Serializable {
        /** Trains, and returns what the first worker reported. */
        List<String> run() {
            BarrierTaskContext context = BarrierTaskContext.get();
            int worker = context.partitionId();
            String address = context.getTaskInfos()[worker].address();
            String host = address.substring(0, address.lastIndexOf(':'));
            List<String> reports = new ArrayList<>();
            TrainingProgress.Listener listener = worker > 0
                    ? progress -> {}
                    : progress -> {
                        reports.add(progress.toString());
                        reporter.report(progress);
                    };
            try (Ring.Seat seat = new Ring.Seat();
                    Ring ring = Ring.join(seat, worker, List.of(context.allGather(seat.address(host))), TIMEOUT)) {
                HeavyRanker ranker = new HeavyRanker(HeavyParams.whole("params.yaml", paramsYaml), shape);
                new TrainingLoop(ranker, training, evaluation, options(listener), ring).work(featuresYaml);
            }
            return reports;
        }

        private TrainingOptions options(TrainingProgress.Listener listener) {
            TrainingOptions options = TrainingOptions.of(threads, listener)
                    .startingFrom(start())
                    .checkpoints(
                            checkpointDirectory,
                            checkpointEverySteps,
                            TrainingOptions.OtherOrigin.REFUSE,
                            hadoop.value());
            return eventsDirectory == null ? options : options.events(eventsDirectory, hadoop.value());
        }

        private TrainingStart start() {
            if (startDirectory == null) {
                return TrainingStart.RANDOM;
            }
            try (Checkpoints start = new Checkpoints(startDirectory, hadoop.value())) {
                TrainingState state = start.latest(Map.of())
                        .orElseThrow(() -> new IllegalStateException(
                                "cannot read what the training begins with: all workers must see " + startDirectory))
                        .state();
                return new TrainingStart(state.step(), state.variables());
            } catch (Checkpoints.OriginException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
