package io.pushrank.udf.scoring;

import io.pushrank.udf.model.FeatureBatch;
import io.pushrank.udf.model.HeavyModel;
import io.pushrank.udf.model.HeavyModels;
import io.pushrank.udf.model.HeavyScores;
import io.pushrank.udf.model.ModelPackage;
import io.pushrank.udf.model.Precision;
import io.pushrank.udf.model.TensorFlowThreads;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.catalyst.expressions.SpecificInternalRow;
import org.apache.spark.sql.catalyst.types.DataTypeUtils$;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.jdk.javaapi.CollectionConverters;

/** Scores rows with the heavy ranker on the executors, in batches, with one TensorFlow session a JVM. */
public final class HeavyScoring {
    private HeavyScoring() {}

    /** As {@link #score(Dataset, String, ModelPackage, int, TensorFlowThreads, Precision)}, in single precision. */
    public static Dataset<Row> score(
            Dataset<Row> rows, String features, ModelPackage model, int batchRows, TensorFlowThreads threads) {
        return score(rows, features, model, batchRows, threads, Precision.FP32);
    }

    /**
     * Appends {@code p_oonc}, {@code p_engagement} and {@code score}, each a FLOAT, to every row.
     *
     * <p>Works below the rows' public form: arrays of floats come as such and not as boxed lists, which costs a fifth of
     * the whole.
     *
     * @param rows any columns, among them the struct of feature arrays
     * @param features name of that struct
     * @param batchRows rows given to the model at once
     */
    public static Dataset<Row> score(
            Dataset<Row> rows,
            String features,
            ModelPackage model,
            int batchRows,
            TensorFlowThreads threads,
            Precision precision) {
        return score(rows, features, model, batchRows, threads, precision, ScoringTime.of(rows.sparkSession()));
    }

    /** As {@link #score(Dataset, String, ModelPackage, int, TensorFlowThreads, Precision)}; says how long it took. */
    public static Dataset<Row> score(
            Dataset<Row> rows,
            String features,
            ModelPackage model,
            int batchRows,
            TensorFlowThreads threads,
            Precision precision,
            ScoringTime time) {
        return score(rows, features, ModelOfRow.always(model), batchRows, threads, precision, false, time);
    }

    /**
     * As {@link #score(Dataset, String, ModelPackage, int, TensorFlowThreads, Precision, ScoringTime)}, each row by a version of
     * its own. Rows of one version share batches where they lie together.
     *
     * @param version name of a STRING column, one of the models' keys in each row
     * @param models by version
     */
    public static Dataset<Row> score(
            Dataset<Row> rows,
            String features,
            String version,
            Map<String, ModelPackage> models,
            int batchRows,
            TensorFlowThreads threads,
            Precision precision,
            ScoringTime time) {
        ModelOfRow model = ModelOfRow.named(rows.schema().fieldIndex(version), models);
        return score(rows, features, model, batchRows, threads, precision, false, time);
    }

    /** As {@link #score}, and before the calibration: {@code raw_p_oonc} and {@code raw_p_engagement}, each a FLOAT. */
    public static Dataset<Row> scoreWithRaw(
            Dataset<Row> rows, String features, ModelPackage model, int batchRows, TensorFlowThreads threads) {
        return score(
                rows,
                features,
                ModelOfRow.always(model),
                batchRows,
                threads,
                Precision.FP32,
                true,
                ScoringTime.of(rows.sparkSession()));
    }

    private static Dataset<Row> score(
            Dataset<Row> rows,
            String features,
            ModelOfRow model,
            int batchRows,
            TensorFlowThreads threads,
            Precision precision,
            boolean withRaw,
            ScoringTime time) {
        SparkPlan plan = rows.queryExecution().executedPlan();
        StructType appended = appended(withRaw);
        int column = rows.schema().fieldIndex(features);
        JavaRDD<InternalRow> scored = plan.execute()
                .toJavaRDD()
                .mapPartitions(
                        partition ->
                                new Scores(partition, column, model, batchRows, threads, precision, appended, time),
                        true);
        List<Attribute> output = new ArrayList<>(CollectionConverters.asJava(plan.output()));
        output.addAll(CollectionConverters.asJava(DataTypeUtils$.MODULE$.toAttributes(appended)));
        return PlacedRows.of(
                rows.sparkSession(),
                output,
                scored.rdd(),
                plan.outputPartitioning(),
                List.copyOf(CollectionConverters.asJava(plan.outputOrdering())));
    }

    private static StructType appended(boolean withRaw) {
        StructType calibrated = new StructType()
                .add("p_oonc", DataTypes.FloatType, false)
                .add("p_engagement", DataTypes.FloatType, false)
                .add("score", DataTypes.FloatType, false);
        return withRaw
                ? calibrated
                        .add("raw_p_oonc", DataTypes.FloatType, false)
                        .add("raw_p_engagement", DataTypes.FloatType, false)
                : calibrated;
    }

    private static final class Scores implements Iterator<InternalRow> {
        private final Iterator<InternalRow> rows;
        private final int features;
        private final ModelOfRow models;
        private final int batchRows;
        private final TensorFlowThreads threads;
        private final Precision precision;
        private final ScoringTime time;
        private final List<InternalRow> pending = new ArrayList<>();
        private final boolean withRaw;
        // Handed out again and again, as Spark's own rows are: nothing is boxed.
        private final SpecificInternalRow scoresOfRow;
        private final JoinedRow joined = new JoinedRow();
        /** By the model's version. */
        private final Map<String, FeatureBatch> batches = new HashMap<>();
        /** Of another model than the batch; null: none. */
        private InternalRow ahead;

        private HeavyScores raw;
        private HeavyScores scores;
        private int next;

        Scores(
                Iterator<InternalRow> rows,
                int features,
                ModelOfRow models,
                int batchRows,
                TensorFlowThreads threads,
                Precision precision,
                StructType appended,
                ScoringTime time) {
            this.withRaw = appended.size() > 3;
            this.scoresOfRow = new SpecificInternalRow(appended);
            this.rows = rows;
            this.features = features;
            this.models = models;
            this.batchRows = batchRows;
            this.threads = threads;
            this.precision = precision;
            this.time = time;
        }

        @Override
        public boolean hasNext() {
            return next < pending.size() || ahead != null || rows.hasNext();
        }

        @Override
        public InternalRow next() {
            if (next == pending.size()) {
                fill();
            }
            scoresOfRow.setFloat(0, scores.pOonc()[next]);
            scoresOfRow.setFloat(1, scores.pEngagement()[next]);
            scoresOfRow.setFloat(2, scores.score()[next]);
            if (withRaw) {
                scoresOfRow.setFloat(3, raw.pOonc()[next]);
                scoresOfRow.setFloat(4, raw.pEngagement()[next]);
            }
            return joined.apply(pending.get(next++), scoresOfRow);
        }

        private void fill() {
            long asked = System.nanoTime();
            InternalRow row = ahead == null ? nextRow() : ahead;
            ahead = null;
            long found = System.nanoTime();
            ModelPackage model = models.of(row);
            HeavyModel heavy = HeavyModels.get(model, threads, precision);
            // To load the model is no work on rows.
            long started = System.nanoTime() - (found - asked);
            FeatureBatch batch =
                    batches.computeIfAbsent(model.version(), none -> new FeatureBatch(heavy.shape(), batchRows));
            batch.clear();
            pending.clear();
            add(batch, row);
            while (!batch.isFull() && ahead == null && rows.hasNext()) {
                row = nextRow();
                if (models.of(row) == model) {
                    add(batch, row);
                } else {
                    ahead = row;
                }
            }
            long filled = System.nanoTime();
            raw = heavy.raw(batch);
            scores = heavy.calibrated(raw);
            next = 0;
            long scored = System.nanoTime();
            time.add(scored - started, scored - filled);
        }

        private InternalRow nextRow() {
            if (!rows.hasNext()) {
                throw new NoSuchElementException();
            }
            // Spark hands out the same row object again and again.
            return rows.next().copy();
        }

        private void add(FeatureBatch batch, InternalRow row) {
            FeatureArrays.addTo(batch, row.getStruct(features, FeatureArrays.FIELDS));
            pending.add(row);
        }
    }
}
