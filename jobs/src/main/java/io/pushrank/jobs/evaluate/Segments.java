package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.pushrank.jobs.stage.ModelChoice;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Layout;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Examples by the version of the heavy ranker that the setting {@code heavy_rank.models} chooses for their recipients. */
final class Segments {
    private Segments() {}

    /**
     * The examples with {@code model_version}, by the facts as of each one's own instant.
     *
     * @throws io.pushrank.jobs.exit.PushrankException with exit code 2 when a condition cannot be calculated, 3 when the inputs
     *     of an instant are not there
     */
    static Dataset<Row> mark(SparkSession spark, Layout layout, Vocabulary vocabulary, Dataset<Row> examples) {
        ModelChoice choice = vocabulary.modelChoice();
        List<Dataset<Row>> chosen = new ArrayList<>();
        for (Row row : examples.select("as_of").distinct().orderBy("as_of").collectAsList()) {
            Timestamp asOf = row.getTimestamp(0);
            Instant instant = asOf.toInstant();
            LocalDate day = LocalDate.ofInstant(instant, ZoneOffset.UTC);
            Dataset<Row> users = examples.filter(col("as_of").equalTo(lit(asOf)))
                    .select("user_id")
                    .distinct();
            try (StageContext context = StageContext.of(spark, layout, vocabulary, day, instant, Findings.none())) {
                // What it is made of is let go of with the context.
                chosen.add(choice.ofUsers(context, users)
                        .withColumn("as_of", lit(asOf))
                        .localCheckpoint());
                context.noteWritten("evaluate");
            }
        }
        return examples.join(
                chosen.stream().reduce(Dataset::unionByName).orElseThrow(), new String[] {"as_of", "user_id"});
    }
}
