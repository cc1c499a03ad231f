package io.pushrank.jobs.train;

import io.pushrank.udf.model.ModelExport;
import io.pushrank.udf.model.TensorFlowThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Early-stopped training of one network, and the export of its best weights. */
final class TrainingLoop {
    private final Network network;
    private final TrainingParams params;
    private final ExampleSource training;
    private final ExampleSource evaluation;
    private final TensorFlowThreads threads;
    private final TrainingProgress.Listener listener;

    private Map<String, Weight> initialWeights = Map.of();
    private long step;
    private int evaluationsWithoutImprovement;
    private double best = Double.NEGATIVE_INFINITY;
    private Map<String, Weight> bestWeights;
    private double lossSum;
    private long lossSteps;
    private long rows;
    private long learningNanoseconds;

    TrainingLoop(
            Network network,
            ExampleSource training,
            ExampleSource evaluation,
            TensorFlowThreads threads,
            TrainingProgress.Listener listener) {
        this.network = network;
        this.params = network.training();
        this.training = training;
        this.evaluation = evaluation;
        this.threads = threads;
        this.listener = listener;
    }

    /** Starts from given values of some or all variables; the others start as usual, and so does the optimiser. */
    TrainingLoop startingFrom(Map<String, Weight> weights) {
        initialWeights = Map.copyOf(weights);
        return this;
    }

    /**
     * Trains and exports.
     *
     * @param directory receives saved_model.pb, variables/, features.yaml and params.yaml
     * @throws IllegalArgumentException when a source has no positive or no negative example
     */
    ModelExport run(String featuresYaml, Path directory) {
        requireBothClasses("training", training);
        requireBothClasses("evaluation", evaluation);
        List<ExampleBatch> sample = sample();
        try (TrainingGraph graph = new TrainingGraph(network, threads)) {
            graph.restore(network.measured(sample));
            graph.restore(initialWeights);
            learn(graph);
            graph.restore(bestWeights);
            graph.recomputeStatistics(sample);
            Map<String, Double> metrics = new HashMap<>(evaluate(graph).metrics());
            metrics.put("steps", (double) step);
            SavedModelWriter.write(network, graph.snapshot(), featuresYaml, directory, threads);
            return new ModelExport(directory, network.kind(), network.shape(), params.seed(), metrics);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot export to " + directory, failure);
        }
    }

    private void learn(TrainingGraph graph) {
        ExampleBatch batch = new ExampleBatch(network.shape(), params.batchRows());
        int epoch = 0;
        long evaluatedAt = -1;
        while (epoch < params.maximumEpochs() && !isOver()) {
            Iterator<Example> examples = training.epoch(epoch);
            boolean first = true;
            while (!isOver()) {
                long start = System.nanoTime();
                batch.fill(examples);
                // A short last batch would have statistics unlike the others'; its examples come again next epoch.
                if (batch.size() == 0 || (!batch.features.isFull() && !first)) {
                    break;
                }
                first = false;
                lossSum += graph.step(batch, step);
                lossSteps++;
                step++;
                rows += batch.size();
                learningNanoseconds += System.nanoTime() - start;
                if (step % params.evaluateEverySteps() == 0) {
                    assess(graph, epoch);
                    evaluatedAt = step;
                }
            }
            epoch++;
        }
        if (evaluatedAt != step) {
            assess(graph, epoch - 1);
        }
    }

    private boolean isOver() {
        return step >= params.maximumSteps() || evaluationsWithoutImprovement >= params.patience();
    }

    private void assess(TrainingGraph graph, int epoch) {
        double loss = lossSum / lossSteps;
        if (!Double.isFinite(loss)) {
            throw new IllegalStateException("training diverged: loss is " + loss + " at step " + step
                    + "; lower training.learning_rate or set training.clip_norm");
        }
        Network.Evaluation result = evaluate(graph);
        boolean isBest = bestWeights == null || result.value() > best + params.tolerance();
        if (isBest) {
            best = result.value();
            bestWeights = graph.snapshot();
            evaluationsWithoutImprovement = 0;
        } else {
            evaluationsWithoutImprovement++;
        }
        listener.report(new TrainingProgress(
                step, epoch, loss, result.objective(), result.value(), isBest, rows / (learningNanoseconds * 1e-9)));
        lossSum = 0;
        lossSteps = 0;
        rows = 0;
        learningNanoseconds = 0;
    }

    private Network.Evaluation evaluate(TrainingGraph graph) {
        Predictions predictions = new Predictions();
        ExampleBatch batch = new ExampleBatch(network.shape(), params.batchRows());
        Iterator<Example> examples = evaluation.epoch(0);
        while (predictions.size() < params.maximumEvaluationRows()) {
            batch.fill(examples);
            if (batch.size() == 0) {
                break;
            }
            Map<String, float[]> values = new HashMap<>(graph.predict(batch));
            values.put("oonc", batch.oonc());
            values.put("engagement", batch.engagement());
            values.put("label", batch.heavyScore());
            predictions.add(batch.size(), values);
        }
        return network.evaluate(predictions);
    }

    private List<ExampleBatch> sample() {
        List<ExampleBatch> batches = new ArrayList<>();
        Iterator<Example> examples = training.epoch(0);
        int left = params.statisticsRows();
        while (left > 0 && examples.hasNext()) {
            ExampleBatch batch = new ExampleBatch(network.shape(), Math.min(left, params.batchRows()));
            batch.fill(examples);
            batches.add(batch);
            left -= batch.size();
        }
        return batches;
    }

    /** A network trained on one class learns a constant, and its metrics are undefined: better to say so at once. */
    private void requireBothClasses(String name, ExampleSource source) {
        long count = 0;
        boolean positive = false;
        boolean negative = false;
        Iterator<Example> examples = source.epoch(0);
        while (examples.hasNext() && !(positive && negative)) {
            float label = network.label(examples.next());
            positive |= label > 0;
            negative |= label < 1;
            count++;
        }
        if (!positive || !negative) {
            throw new IllegalArgumentException("cannot train the " + network.kind() + " ranker: none of the " + count
                    + " " + name + " examples is " + (positive ? "negative" : "positive"));
        }
    }
}
