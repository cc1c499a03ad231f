package io.pushrank.jobs.realgraph;

import static org.apache.spark.ml.functions.vector_to_array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.exp;
import static org.apache.spark.sql.functions.get;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.negate;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.config.Json;
import io.pushrank.jobs.config.RankingConfig.RealGraphConfig;
import io.pushrank.jobs.fact.Reference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.classification.GBTClassificationModel;
import org.apache.spark.ml.classification.GBTClassifier;
import org.apache.spark.ml.regression.DecisionTreeRegressionModel;
import org.apache.spark.ml.tree.ContinuousSplit;
import org.apache.spark.ml.tree.InternalNode;
import org.apache.spark.ml.tree.Node;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Gradient-boosted trees of spark-mllib for the probability that the one account of a pair acts on the other:
 *
 * <pre>
 * logit P(acts) = 2 · Σ weight of a tree · its prediction + log odds of all pairs
 * </pre>
 *
 * Those that act are few. The trees learn as if they were half of all pairs: so their steps, which shrink as a probability
 * comes near to 0 or 1, suffice for the rest. The last term sets it right.
 *
 * @param logOdds logarithm of the number of pairs that acted over that of the others
 */
record TieModel(GBTClassificationModel trees, double logOdds) {
    static final String LABEL = "has_acted";
    static final String PROBABILITY = "probability";
    private static final String CLASS_WEIGHT = "class_weight";
    /** Of a leaf, so that none is made of a few odd pairs. */
    private static final int FEWEST_PAIRS = 10;

    private static final int BINS = 64;

    /**
     * Learns.
     *
     * @param rows a single partition in a fixed order, with {@link PairFeatures#FEATURES} and {@link #LABEL}, 0 or 1, some of each
     * @param acted of all pairs, of which the rows may be a sample, those that acted
     * @param others the other ones
     */
    static TieModel learn(Dataset<Row> rows, long acted, long others, RealGraphConfig settings, long seed) {
        double count = rows.count();
        double positives = rows.filter(col(LABEL).equalTo(1)).count();
        Dataset<Row> balanced = rows.withColumn(
                CLASS_WEIGHT,
                when(col(LABEL).equalTo(1), lit(count / (2 * positives)))
                        .otherwise(lit(count / (2 * (count - positives)))));
        GBTClassificationModel trees = new GBTClassifier()
                .setFeaturesCol(PairFeatures.FEATURES)
                .setLabelCol(LABEL)
                .setWeightCol(CLASS_WEIGHT)
                .setMaxIter(settings.trees())
                .setMaxDepth(settings.depth())
                .setStepSize(settings.stepSize())
                .setMaxBins(BINS)
                .setMinInstancesPerNode(FEWEST_PAIRS)
                .setSeed(seed)
                .fit(balanced)
                // What they are for half of all pairs.
                .setProbabilityCol("")
                .setPredictionCol("");
        return new TieModel(trees, Math.log((double) acted / others));
    }

    /** The rows with {@link #PROBABILITY}, FLOAT. */
    Dataset<Row> predict(Dataset<Row> rows) {
        Column margin = get(vector_to_array(col(trees.getRawPredictionCol()), "float64"), lit(1));
        Column logit = margin.multiply(2).plus(logOdds);
        return trees.transform(rows)
                .withColumn(
                        PROBABILITY,
                        lit(1).divide(lit(1).plus(exp(negate(logit)))).cast("float"))
                .drop(trees.getRawPredictionCol());
    }

    /** What of the gain of all splits is each feature's. */
    Map<String, Double> importances(List<Reference> features) {
        Map<String, Double> importances = new LinkedHashMap<>();
        for (int index = 0; index < features.size(); index++) {
            importances.put(
                    features.get(index).toString(), trees.featureImportances().apply(index));
        }
        return importances;
    }

    /** The trees as JSON: a value that is at most the threshold goes to {@code at_most}. */
    String toJson(List<Reference> features) {
        List<Map<String, Object>> all = new ArrayList<>();
        DecisionTreeRegressionModel[] each = trees.trees();
        for (int index = 0; index < each.length; index++) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("weight", trees.treeWeights()[index]);
            tree.put("root", node(each[index].rootNode(), features));
            all.add(tree);
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("features", features.stream().map(Reference::toString).toList());
        document.put("missing", PairFeatures.MISSING);
        document.put("log_odds", logOdds);
        document.put("trees", all);
        return Json.text(document);
    }

    private static Map<String, Object> node(Node node, List<Reference> features) {
        Map<String, Object> described = new LinkedHashMap<>();
        if (node instanceof InternalNode inner && inner.split() instanceof ContinuousSplit split) {
            described.put("feature", features.get(split.featureIndex()).toString());
            described.put("threshold", split.threshold());
            described.put("at_most", node(inner.leftChild(), features));
            described.put("above", node(inner.rightChild(), features));
        } else {
            described.put("prediction", node.prediction());
        }
        return described;
    }
}
