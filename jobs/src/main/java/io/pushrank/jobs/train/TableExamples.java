package io.pushrank.jobs.train;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.xxhash64;

import io.pushrank.udf.scoring.FeatureArrays;
import java.util.Iterator;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Examples of the table EXAMPLES: sorted anew for each epoch by a hash of seed, epoch and key, and fetched partition by
 * partition, so that memory holds one partition whatever the table's size.
 */
public final class TableExamples implements ExampleSource {
    private static final String[] COLUMNS = {
        "features", "label_oonc", "label_engagement", "label_dislike", "heavy_score", "weight"
    };

    private final Dataset<Row> examples;
    private final long seed;

    /**
     * @param examples rows of EXAMPLES with the ranker's own features in column {@code features}, and {@code heavy_score}
     */
    public TableExamples(Dataset<Row> examples, long seed) {
        this.examples = examples;
        this.seed = seed;
    }

    /** The rows themselves. */
    Dataset<Row> examples() {
        return examples;
    }

    @Override
    public Iterator<Example> epoch(int epoch) {
        RDD<InternalRow> rows = examples.orderBy(
                        xxhash64(lit(seed), lit(epoch), col("as_of"), col("user_id"), col("item_id")),
                        col("as_of"),
                        col("user_id"),
                        col("item_id"))
                .selectExpr(COLUMNS)
                .queryExecution()
                .toRdd();
        Iterator<InternalRow> shuffled = CollectionConverters.asJava(
                rows.toJavaRDD().map(InternalRow::copy).rdd().toLocalIterator());
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return shuffled.hasNext();
            }

            @Override
            public Example next() {
                return example(shuffled.next());
            }
        };
    }

    private static Example example(InternalRow row) {
        InternalRow features = row.getStruct(0, FeatureArrays.FIELDS);
        return new Example(
                FeatureArrays.continuous(features),
                FeatureArrays.continuousMissing(features),
                FeatureArrays.binary(features),
                FeatureArrays.sparseIds(features),
                FeatureArrays.sparseValues(features),
                FeatureArrays.sparseContinuousIds(features),
                FeatureArrays.sparseContinuousValues(features),
                row.getFloat(1),
                row.getFloat(2),
                row.getFloat(3),
                row.getFloat(4),
                row.getFloat(5));
    }
}
