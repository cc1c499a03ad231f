package io.pushrank.jobs.collaborative;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.posexplode;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.fact.Relations;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * The model behind the collaborative source: implicit-feedback ALS ({@link Factorization}) on who
 * engaged with whose posts. Posts live a day, authors stay: so the factors are of users and authors.
 *
 * <p>A model is a folder {@code collaborative/<version>} with the best authors of each user; it is never changed after it
 * is written, which is what makes runs that use it repeatable.
 */
public final class Collaborative {
    private static final String FOLDER = "/collaborative";

    private Collaborative() {}

    /**
     * Trains on the edges known at the tables' as-of instant, writes the model and makes it the one in use.
     *
     * @return recommendations written
     * @throws PushrankException with exit code 2 when the version exists, 3 when nobody engaged with anybody
     */
    public static long train(Relations relations, String version) {
        Storage storage = new Storage(relations.spark().sparkContext().hadoopConfiguration());
        String models = relations.layout().models() + FOLDER;
        String directory = models + "/" + version;
        // Written aside first: a training that dies half-way must not leave a version that can neither be used nor
        // named anew.
        String draft = models + "/.draft-" + version;
        if (storage.exists(directory)) {
            throw PushrankException.usage(
                    "model " + directory + " exists already: a version never changes, name another");
        }
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
        recommendations
                .write()
                .option("compression", "zstd")
                .mode("overwrite")
                .parquet(draft + "/" + Table.RECOMMENDED_AUTHORS.tableName());
        storage.rename(draft, directory);
        storage.write(models + "/champion", version + "\n");
        return relations.read(Table.RECOMMENDED_AUTHORS).count();
    }
}
