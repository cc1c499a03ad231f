package io.pushrank.jobs.train;

import io.pushrank.jobs.architecture.BatchFeed;
import io.pushrank.jobs.architecture.Example;
import io.pushrank.jobs.architecture.ExampleBatch;
import io.pushrank.jobs.architecture.ExampleSource;
import io.pushrank.jobs.architecture.Predictions;
import io.pushrank.jobs.architecture.Ranker;
import io.pushrank.jobs.architecture.SavedModelWriter;
import io.pushrank.jobs.architecture.TrainingParams;
import io.pushrank.jobs.architecture.UnusableExamplesException;
import io.pushrank.jobs.architecture.Weight;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.train.Interruption.InterruptedTrainingException;
import io.pushrank.udf.model.ModelExport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.commons.codec.digest.DigestUtils;

/** Early-stopped training of one ranker, and the export of its best weights. */
final class TrainingLoop {
    private static final long HEARTBEAT_NANOSECONDS = 30_000_000_000L;

    private final Ranker ranker;
    private final TrainingParams params;
    private final ExampleSource training;
    private final ExampleSource evaluation;
    private final TrainingOptions options;
    /** Null where one process trains. */
    private final Ring ring;

    // What a checkpoint holds.
    private long step;
    private int epoch;
    private long rowsIntoEpoch;
    private long evaluatedAt = -1;
    private int evaluationsWithoutImprovement;
    private double best = Double.NEGATIVE_INFINITY;
    private long bestStep;
    private double atStart = Double.NaN;
    private double lossSum;
    private long lossSteps;
    private Map<String, Weight> bestVariables = Map.of();

    private Map<String, String> origin;
    /** Null when none are written. */
    private Checkpoints checkpoints;

    private EventFile events;
    private Interruption interruption;
    /** From then on the graph no longer holds what a checkpoint needs; the last one leads straight to the export. */
    private boolean isLearned;

    private long firstStep;
    private long startNanoseconds;
    private long heartbeatNanoseconds;
    private long rows;
    private long learningNanoseconds;
    private long learnedSteps;
    private long exchangeNanoseconds;

    TrainingLoop(Ranker ranker, ExampleSource training, ExampleSource evaluation, TrainingOptions options) {
        this(ranker, training, evaluation, options, null);
    }

    /** @param ring the workers that train together, for {@link #work}; null for this process alone */
    TrainingLoop(Ranker ranker, ExampleSource training, ExampleSource evaluation, TrainingOptions options, Ring ring) {
        this.ranker = ranker;
        this.params = ranker.training();
        this.training = training;
        this.evaluation = evaluation;
        this.options = options;
        this.ring = ring;
    }

    /**
     * Looks whether {@link #run} would train, so that no workers are started in vain, and leaves checkpoints of another training
     * aside as the options say.
     *
     * @throws UnusableExamplesException as {@link #run} does
     * @throws PushrankException as {@link #run} does
     */
    void requireTrainable(String featuresYaml) {
        requireBothClasses("training", training);
        requireBothClasses("evaluation", evaluation);
        try (Checkpoints opened = options.openCheckpoints()) {
            checkpoints = opened;
            origin = origin(featuresYaml);
            newestCheckpoint();
        }
    }

    /**
     * Trains as one of several workers until there is nothing left to learn. All hold the same weights; the first one reports, and
     * writes events and the checkpoints, from the last of which {@link #run} exports.
     */
    void work(String featuresYaml) {
        interruption = new Interruption();
        try (TrainingGraph graph = new TrainingGraph(ranker, options.threads, ring);
                Checkpoints opened = options.openCheckpoints()) {
            begin(graph, opened, featuresYaml);
            learn(graph);
        } finally {
            end();
        }
    }

    /**
     * Trains and exports, from the last checkpoint on when there is one.
     *
     * @param directory receives saved_model.pb, variables/, features.yaml and params.yaml
     * @throws UnusableExamplesException when a source has no positive or no negative example
     * @throws PushrankException with exit code 2 when there are checkpoints of another training that may not be left aside
     */
    ModelExport run(String featuresYaml, Path directory) {
        requireBothClasses("training", training);
        requireBothClasses("evaluation", evaluation);
        List<ExampleBatch> sample =
                ExampleBatch.sample(training, ranker.shape(), params.statisticsRows(), params.batchRows());
        interruption = new Interruption();
        try (TrainingGraph graph = new TrainingGraph(ranker, options.threads);
                Checkpoints opened = options.openCheckpoints()) {
            graph.restore(ranker.measured(sample));
            begin(graph, opened, featuresYaml);
            if (options.isExportOnly) {
                requireBest();
            } else {
                learn(graph);
            }
            isLearned = true;
            graph.restore(bestVariables);
            if (bestStep > 0) {
                graph.recomputeStatistics(sample);
            }
            Ranker.Evaluation result = evaluate(graph);
            compareWithStart(result);
            keepState(graph);
            Map<String, Double> metrics = new HashMap<>(result.metrics());
            metrics.put("steps", (double) total());
            SavedModelWriter.write(ranker, graph.snapshot(), featuresYaml, directory, options.threads);
            return new ModelExport(directory, ranker.kind(), ranker.shape(), params.seed(), metrics);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot export to " + directory, failure);
        } finally {
            end();
        }
    }

    private void begin(TrainingGraph graph, Checkpoints opened, String featuresYaml) {
        checkpoints = opened;
        graph.restore(options.start.variables());
        origin = origin(featuresYaml);
        resumeTogether(graph);
        if (options.eventsDirectory != null && isFirst()) {
            // The evaluation of this very step is not repeated: its event stays.
            long firstEvent = evaluatedAt == step ? total() + 1 : total();
            events = new EventFile(options.eventsDirectory, firstEvent, options.hadoop);
        }
        firstStep = step;
        startNanoseconds = System.nanoTime();
        heartbeatNanoseconds = startNanoseconds;
    }

    private void end() {
        interruption.close();
        if (events != null) {
            events.close();
        }
    }

    private boolean isFirst() {
        return ring == null || ring.worker() == 0;
    }

    /** Batches learned from, those before this training too. */
    private long total() {
        return options.start.step() + step;
    }

    private void requireBest() {
        if (bestVariables.isEmpty()) {
            throw PushrankException.usage(
                    "--export-best needs a checkpoint of this training with an evaluation, but there is" + " none in "
                            + options.checkpointDirectory);
        }
        options.listener.report(new TrainingProgress.Notice(String.format(
                Locale.ROOT, "exports the best of %d steps, step %d, evaluated at %.5f", step, bestStep, best)));
    }

    /** A training must not make a model worse without saying so. */
    private void compareWithStart(Ranker.Evaluation result) {
        if (options.start.isTrained() && bestStep == 0) {
            options.listener.report(new TrainingProgress.Notice(
                    "no step made it better: what is written is the model that the training began with"));
        } else if (result.value() < atStart) {
            options.listener.report(new TrainingProgress.Notice(String.format(
                    Locale.ROOT,
                    "what is written is worse than what the training began with: %s %.5f instead of %.5f",
                    result.objective(),
                    result.value(),
                    atStart)));
        }
    }

    /** With the statistics that the model is exported with. */
    private void keepState(TrainingGraph graph) {
        if (options.stateDirectory != null) {
            try (Checkpoints kept = new Checkpoints(options.stateDirectory, options.hadoop)) {
                kept.clear();
                kept.save(Map.of(), TrainingState.after(options.start.step() + bestStep, graph.snapshotAll()));
            }
        }
    }

    private void learn(TrainingGraph graph) {
        if (step == 0 && evaluatedAt < 0 && options.start.isTrained()) {
            assess(graph);
        }
        assessIfDue(graph);
        while (epoch < params.maximumEpochs() && !isOver()) {
            int current = epoch;
            long skip = rowsIntoEpoch;
            try (BatchFeed feed =
                    new BatchFeed(() -> training.epoch(current, skip), ranker.shape(), params.batchRows())) {
                learnFrom(feed, graph);
            }
            if (!isOver()) {
                epoch++;
                rowsIntoEpoch = 0;
            }
        }
        if (evaluatedAt != step) {
            assess(graph);
        }
    }

    private void learnFrom(BatchFeed feed, TrainingGraph graph) {
        while (!isOver()) {
            long start = System.nanoTime();
            long exchangedBefore = ring == null ? 0 : ring.nanoseconds();
            ExampleBatch batch = feed.next();
            // A short last batch would have statistics unlike the others'; its examples come again next epoch.
            if (batch == null || (!batch.features.isFull() && rowsIntoEpoch > 0)) {
                return;
            }
            lossSum += graph.step(batch, total());
            lossSteps++;
            step++;
            rowsIntoEpoch += batch.size();
            rows += batch.size();
            learningNanoseconds += System.nanoTime() - start;
            learnedSteps++;
            exchangeNanoseconds += ring == null ? 0 : ring.nanoseconds() - exchangedBefore;
            assessIfDue(graph);
            if (evaluatedAt != step && options.checkpointEverySteps > 0 && step % options.checkpointEverySteps == 0) {
                save(graph);
            }
            endIfAsked(graph);
            heartbeat();
        }
    }

    private boolean isOver() {
        return step >= params.maximumSteps() || evaluationsWithoutImprovement >= params.patience();
    }

    private void assessIfDue(TrainingGraph graph) {
        if (step > 0 && step % params.evaluateEverySteps() == 0 && evaluatedAt != step) {
            assess(graph);
        }
    }

    private void assess(TrainingGraph graph) {
        double loss = lossSum / lossSteps;
        if (lossSteps > 0 && !Double.isFinite(loss)) {
            throw new IllegalStateException("training diverged: loss is " + loss + " at step " + step
                    + "; lower training.learning_rate or set training.clip_norm");
        }
        Ranker.Evaluation result = evaluate(graph);
        if (step == 0) {
            atStart = result.value();
        }
        boolean isBest = bestVariables.isEmpty() || result.value() > best + params.tolerance();
        if (isBest) {
            best = result.value();
            bestStep = step;
            bestVariables = graph.snapshotAll();
            evaluationsWithoutImprovement = 0;
        } else {
            evaluationsWithoutImprovement++;
        }
        evaluatedAt = step;
        double rowsPerSecond = rowsPerSecond();
        reportExchange();
        lossSum = 0;
        lossSteps = 0;
        rows = 0;
        learningNanoseconds = 0;
        learnedSteps = 0;
        exchangeNanoseconds = 0;
        // Before the checkpoint, from which on the evaluation is not repeated: killed in between, the event is void.
        if (events != null) {
            Map<String, Double> values = new TreeMap<>();
            values.put("training/loss", loss);
            if (step > 0) {
                values.put("training/learning_rate", params.learningRateAt(total() - 1));
            }
            values.put("training/rows_per_second", rowsPerSecond);
            result.metrics().forEach((name, value) -> values.put("evaluation/" + name, value));
            events.add(total(), values);
        }
        save(graph);
        options.listener.report(new TrainingProgress.Evaluated(
                total(), epoch, loss, result.objective(), result.value(), isBest, rowsPerSecond, atMostLeft()));
        heartbeatNanoseconds = System.nanoTime();
    }

    private void reportExchange() {
        if (ring != null && learnedSteps > 0) {
            options.listener.report(new TrainingProgress.Exchange(
                    ring.workers(),
                    learningNanoseconds * 1e-9 / learnedSteps,
                    exchangeNanoseconds * 1e-9 / learnedSteps));
        }
    }

    private void heartbeat() {
        long now = System.nanoTime();
        if (evaluatedAt != step && now - heartbeatNanoseconds > HEARTBEAT_NANOSECONDS) {
            heartbeatNanoseconds = now;
            options.listener.report(
                    new TrainingProgress.Heartbeat(total(), epoch, lossSum / lossSteps, rowsPerSecond(), atMostLeft()));
        }
    }

    /** NaN when nothing was learned since the last evaluation, as when one is caught up on after a break. */
    private double rowsPerSecond() {
        return rows == 0 ? Double.NaN : rows / (learningNanoseconds * 1e-9);
    }

    private Duration atMostLeft() {
        long most = params.maximumSteps();
        if (training.count() > 0) {
            long stepsAnEpoch = Math.max(1, training.count() / params.batchRows());
            most = Math.min(most, params.maximumEpochs() * stepsAnEpoch);
        }
        double nanosecondsAStep = (double) (System.nanoTime() - startNanoseconds) / Math.max(1, step - firstStep);
        return Duration.ofNanos((long) (Math.max(0, most - step) * nanosecondsAStep));
    }

    private Ranker.Evaluation evaluate(TrainingGraph graph) {
        Predictions predictions = Predictions.of(
                evaluation, ranker.shape(), params.batchRows(), params.maximumEvaluationRows(), batch -> {
                    endIfAsked(graph);
                    return graph.predict(batch);
                });
        return ranker.evaluate(predictions);
    }

    // -------------------------------------------------------------------------------------------- breaking off and
    // going on

    /** What must be the same for a checkpoint to be gone on from. */
    private Map<String, String> origin(String featuresYaml) {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("params", DigestUtils.sha256Hex(ranker.paramsYaml()));
        parts.put("features", DigestUtils.sha256Hex(featuresYaml));
        parts.put("training examples", training.digest());
        parts.put("evaluation examples", evaluation.digest());
        parts.put("initial weights", Weight.digest(options.start.variables()));
        return parts;
    }

    /** The first worker may clear the folder of checkpoints, so that the others look into it after that. */
    private void resumeTogether(TrainingGraph graph) {
        if (isFirst()) {
            resume(graph);
        }
        if (ring == null) {
            return;
        }
        long firstStepOfAll = ring.gather(new long[] {step}).get(0)[0];
        if (!isFirst()) {
            resume(graph);
            if (step != firstStepOfAll) {
                throw new IllegalStateException("worker " + ring.worker() + " must go on from step " + firstStepOfAll
                        + ", as worker 0 does, but found the checkpoint of step " + step + " in "
                        + options.checkpointDirectory + ": all workers must see the same folder");
            }
        }
    }

    private void resume(TrainingGraph graph) {
        newestCheckpoint().ifPresent(saved -> {
            restore(saved.state(), graph);
            options.listener.report(new TrainingProgress.Notice(
                    "resumed at step " + step + ", epoch " + epoch + ", from " + saved.file()));
        });
    }

    /** The newest checkpoint of this training; those that cannot be gone on from are cleared, or refused. */
    private Optional<Checkpoints.Saved> newestCheckpoint() {
        if (checkpoints == null) {
            return Optional.empty();
        }
        try {
            Optional<Checkpoints.Saved> saved = checkpoints.latest(origin);
            if (saved.isEmpty() && !checkpoints.isEmpty() && !options.isExportOnly) {
                // Left there, they would count as newer than what is written from now on.
                options.listener.report(new TrainingProgress.Notice("no checkpoint in " + options.checkpointDirectory
                        + " is whole, or as this version writes them: starting anew"));
                checkpoints.clear();
            }
            return saved;
        } catch (Checkpoints.OriginException other) {
            switch (options.otherOrigin) {
                case REFUSE ->
                    throw PushrankException.usage(
                            other.getMessage() + ": train with those, or name another folder for checkpoints");
                case START_ANEW -> {
                    options.listener.report(new TrainingProgress.Notice(other.getMessage() + ": starting anew"));
                    checkpoints.clear();
                }
            }
            return Optional.empty();
        }
    }

    private void restore(TrainingState state, TrainingGraph graph) {
        step = state.step();
        epoch = state.epoch();
        rowsIntoEpoch = state.rowsIntoEpoch();
        evaluatedAt = state.evaluatedAt();
        evaluationsWithoutImprovement = state.evaluationsWithoutImprovement();
        best = state.best();
        lossSum = state.lossSum();
        lossSteps = state.lossSteps();
        bestStep = state.bestStep();
        atStart = state.atStart();
        bestVariables = state.bestVariables();
        graph.restore(state.variables());
    }

    private void save(TrainingGraph graph) {
        if (checkpoints != null && isFirst()) {
            checkpoints.save(
                    origin,
                    new TrainingState(
                            step,
                            epoch,
                            rowsIntoEpoch,
                            evaluatedAt,
                            evaluationsWithoutImprovement,
                            best,
                            bestStep,
                            atStart,
                            lossSum,
                            lossSteps,
                            bestVariables,
                            graph.snapshotAll()));
        }
    }

    private void endIfAsked(TrainingGraph graph) {
        if (interruption.isRequested()) {
            String text = "interrupted at step " + step;
            if (checkpoints != null) {
                if (!isLearned) {
                    save(graph);
                }
                text += "; the same command goes on from there";
            }
            options.listener.report(new TrainingProgress.Notice(text));
            throw new InterruptedTrainingException(text);
        }
    }

    // ------------------------------------------------------------------------------------------------ before the first
    // step

    /** A ranker trained on one class learns a constant, and its metrics are undefined: better to say so at once. */
    private void requireBothClasses(String name, ExampleSource source) {
        long count = 0;
        boolean positive = false;
        boolean negative = false;
        Iterator<Example> examples = source.epoch(0);
        while (examples.hasNext() && !(positive && negative)) {
            float label = ranker.label(examples.next());
            positive |= label > 0;
            negative |= label < 1;
            count++;
        }
        if (!positive || !negative) {
            throw new UnusableExamplesException("cannot train the " + ranker.kind() + " ranker: none of the " + count
                    + " " + name + " examples is " + (positive ? "negative" : "positive"));
        }
    }
}
