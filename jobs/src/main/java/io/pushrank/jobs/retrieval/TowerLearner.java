package io.pushrank.jobs.retrieval;

import io.pushrank.jobs.metric.BinaryMetrics;
import io.pushrank.jobs.retrieval.TowerModel.Known;
import io.pushrank.jobs.retrieval.TowerModel.Scale;
import io.pushrank.jobs.retrieval.TowerModel.Side;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Learns two towers from pairs, one at a time in an order that the seed decides, with a rate of its own for each number
 * (AdaGrad, Duchi, Hazan, Singer 2011). One thread: the same pairs give the same towers.
 */
public final class TowerLearner {
    /** Epochs without a better one after which it stops. */
    private static final int PATIENCE = 2;

    private static final double INITIAL_DEVIATION = 0.1;
    private static final float EPSILON = 1e-6f;
    /** A probability nearer to 0 or 1 counts as this near. */
    private static final double LEAST = 1e-7;
    /** A variance below it is a rounding error. */
    private static final double SMALLEST = 1e-9;

    private final Settings settings;
    private final List<Known> users;
    private final List<Known> items;
    private final TowerModel model;
    private final float[] squaresOfWeights;
    private final float[] squaresOfFactors;
    private float squaresOfIntercept;

    /**
     * How it learns.
     *
     * @param factors width of an embedding
     * @param epochs at most
     * @param rate of the steps
     * @param regularization L2, of weights and factors
     */
    public record Settings(int factors, int epochs, double rate, double regularization, long seed) {}

    /**
     * A user and an item, by their places among the inputs, and what came of them.
     *
     * @param weight above 0
     */
    public record Pair(int user, int item, boolean isPositive, float weight) {}

    private TowerLearner(List<TowerInput> users, List<TowerInput> items, List<Pair> pairs, Settings settings) {
        this.settings = settings;
        Map<Long, Scale> scales = new HashMap<>();
        measure(pairs.stream().map(Pair::user), users, scales);
        measure(pairs.stream().map(Pair::item), items, scales);
        this.model = new TowerModel(settings.factors(), scales);
        Random random = new Random(settings.seed());
        for (int at = 0; at < model.factors.length; at++) {
            model.factors[at] = (float) (INITIAL_DEVIATION * random.nextGaussian());
        }
        this.squaresOfWeights = new float[model.weights.length];
        this.squaresOfFactors = new float[model.factors.length];
        this.users = users.stream().map(model::known).toList();
        this.items = items.stream().map(model::known).toList();
    }

    /**
     * Learns until the relative cross-entropy, weighted, of the held-out pairs stops to improve.
     *
     * @param heldOut pairs that are not learned from; of both classes
     * @param listener is told of each epoch
     * @return the towers of the best epoch
     */
    public static TowerModel learn(
            List<TowerInput> users,
            List<TowerInput> items,
            List<Pair> pairs,
            List<Pair> heldOut,
            Settings settings,
            Consumer<String> listener) {
        TowerLearner learner = new TowerLearner(users, items, pairs, settings);
        List<Pair> order = new ArrayList<>(pairs);
        SplittableRandom random = new SplittableRandom(settings.seed());
        TowerModel best = learner.model.copy();
        double bestEntropy = Double.NEGATIVE_INFINITY;
        int sinceBest = 0;
        for (int epoch = 1; epoch <= settings.epochs() && sinceBest < PATIENCE; epoch++) {
            shuffle(order, random);
            order.forEach(learner::step);
            double[] predictions =
                    heldOut.stream().mapToDouble(learner::probability).toArray();
            double entropy = relativeCrossEntropy(predictions, heldOut);
            listener.accept(String.format(
                    Locale.ROOT,
                    "epoch %d: RCE %.3f %%, ROC-AUC %.4f on %,d pairs held out",
                    epoch,
                    entropy,
                    BinaryMetrics.rocAuc(
                            predictions,
                            heldOut.stream()
                                    .mapToDouble(pair -> pair.isPositive() ? 1 : 0)
                                    .toArray()),
                    heldOut.size()));
            sinceBest++;
            if (entropy > bestEntropy) {
                bestEntropy = entropy;
                best = learner.model.copy();
                sinceBest = 0;
            }
        }
        return best;
    }

    /** In percent, weighted: towers learn the rate of all pairs, of which those at hand may be a sample by their label. */
    private static double relativeCrossEntropy(double[] predictions, List<Pair> pairs) {
        double weights = 0;
        double positives = 0;
        double entropy = 0;
        for (int at = 0; at < predictions.length; at++) {
            Pair pair = pairs.get(at);
            weights += pair.weight();
            positives += pair.isPositive() ? pair.weight() : 0;
            double p = Math.max(LEAST, Math.min(1 - LEAST, predictions[at]));
            entropy -= pair.weight() * Math.log(pair.isPositive() ? p : 1 - p);
        }
        double rate = positives / weights;
        double ofRate = -weights * (rate * Math.log(rate) + (1 - rate) * Math.log(1 - rate));
        return 100 * (1 - entropy / ofRate);
    }

    private static void shuffle(List<Pair> pairs, SplittableRandom random) {
        for (int at = pairs.size() - 1; at > 0; at--) {
            int other = random.nextInt(at + 1);
            Pair moved = pairs.get(at);
            pairs.set(at, pairs.get(other));
            pairs.set(other, moved);
        }
    }

    private double probability(Pair pair) {
        return probability(model.side(users.get(pair.user())), model.side(items.get(pair.item())));
    }

    private double probability(Side user, Side item) {
        double logit = (double) model.intercept + user.weight() + item.weight();
        for (int factor = 0; factor < model.width; factor++) {
            logit += (double) user.sum()[factor] * item.sum()[factor];
        }
        return 1 / (1 + Math.exp(-logit));
    }

    private void step(Pair pair) {
        Side user = model.side(users.get(pair.user()));
        Side item = model.side(items.get(pair.item()));
        float gradient = (float) ((probability(user, item) - (pair.isPositive() ? 1 : 0)) * pair.weight());
        squaresOfIntercept += gradient * gradient;
        model.intercept -= moved(gradient, squaresOfIntercept);
        step(users.get(pair.user()), item.sum(), gradient);
        step(items.get(pair.item()), user.sum(), gradient);
    }

    /** @param other the sum of the other tower, before the step */
    private void step(Known known, float[] other, float gradient) {
        float regularization = (float) settings.regularization();
        for (int i = 0; i < known.places.length; i++) {
            int place = known.places[i];
            float slope = gradient * known.values[i];
            float ofWeight = slope + regularization * model.weights[place];
            squaresOfWeights[place] += ofWeight * ofWeight;
            model.weights[place] -= moved(ofWeight, squaresOfWeights[place]);
            int from = place * model.width;
            for (int factor = 0; factor < model.width; factor++) {
                float ofFactor = slope * other[factor] + regularization * model.factors[from + factor];
                squaresOfFactors[from + factor] += ofFactor * ofFactor;
                model.factors[from + factor] -= moved(ofFactor, squaresOfFactors[from + factor]);
            }
        }
    }

    private float moved(float gradient, float squares) {
        return (float) (settings.rate() * gradient / Math.sqrt(squares + EPSILON));
    }

    /**
     * Mean and deviation of what differs where it is there, over the inputs that are learned from; what is the same wherever
     * it is there stays as it is. What is in no pair has no scale, and so no place in the model.
     */
    private static void measure(Stream<Integer> used, List<TowerInput> inputs, Map<Long, Scale> scales) {
        Map<Long, double[]> sums = new HashMap<>();
        for (int at : used.mapToInt(Integer::intValue).distinct().sorted().toArray()) {
            TowerInput input = inputs.get(at);
            for (int i = 0; i < input.ids.length; i++) {
                double[] sum = sums.computeIfAbsent(input.ids[i], none -> new double[3]);
                sum[0]++;
                sum[1] += input.values[i];
                sum[2] += (double) input.values[i] * input.values[i];
            }
        }
        sums.forEach((id, sum) -> {
            double mean = sum[1] / sum[0];
            double variance = sum[2] / sum[0] - mean * mean;
            scales.put(id, variance > SMALLEST ? new Scale(mean, Math.sqrt(variance)) : Scale.NONE);
        });
    }
}
