package io.pushrank.jobs.collaborative;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.posexplode;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.fact.ModelTables;
import io.pushrank.jobs.fact.Relations;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * The model behind the collaborative source: implicit-feedback ALS ({@link Factorization}) on who
 * engaged with whose posts. Posts live a day, authors stay: so the factors are of users and authors.
 *
 * <p>A model is a folder {@code collaborative/<version>} with the best authors of each user, see {@link ModelTables}.
 */
public final class Collaborative {
    private Collaborative() {}

    /**
     * Trains on the edges known at the tables' as-of instant, writes the model and makes it the one in use.
     *
     * @return recommendations written
     * @throws PushrankException with exit code 2 when the version exists, 3 when nobody engaged with anybody
     */
    public static long train(Relations relations, String version) {
        ModelTables models = new ModelTables(
                new Storage(relations.spark().sparkContext().hadoopConfiguration()), relations.layout());
        models.requireNew(Table.RECOMMENDED_AUTHORS, version);
        Dataset<Row> ratings = relations
                .all("edges")
                .filter("weight > 0")
                .select(
                        col("user_id"),
                        col("author_id"),
                        functions
                                .log1p(col("weight").cast("double"))
                                .cast("float")
                                .as("rating"));
        Factorization factors = Factorization.of(ratings, "user_id", "author_id", relations.config())
                .orElseThrow(() -> PushrankException.input(
                        "table engagements holds nothing to train on before " + relations.asOf()));
        Column recommended = col("col");
        Dataset<Row> recommendations = factors.model()
                .recommendForAllUsers(relations.config().collaborative().authors())
                .select(col("user_id_number"), posexplode(col("recommendations")))
                .select(
                        col("user_id_number"),
                        recommended.getField("author_id_number").as("author_id_number"),
                        recommended.getField("rating").cast("double").as("score"),
                        col("pos").plus(1).as("rank"))
                .join(factors.users(), "user_id_number")
                .join(factors.items(), "author_id_number")
                .filter(col("user_id").notEqual(col("author_id")))
                .select("user_id", "author_id", "score", "rank")
                .repartition(relations.config().outputPartitions(), col("user_id"))
                .sortWithinPartitions("user_id", "rank", "author_id");
        models.write(Table.RECOMMENDED_AUTHORS, version, recommendations, Map.of());
        return relations.read(Table.RECOMMENDED_AUTHORS).count();
    }
}
