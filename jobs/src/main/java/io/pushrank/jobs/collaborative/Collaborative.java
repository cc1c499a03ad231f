package io.pushrank.jobs.collaborative;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.posexplode;

import io.pushrank.jobs.config.RankingConfig.CollaborativeConfig;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.fact.Relations;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/**
 * The model behind the collaborative source: implicit-feedback ALS (Hu, Koren, Volinsky 2008) of spark-mllib on who
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
        CollaborativeConfig config = relations.config().collaborative();
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
        Dataset<Row> edges = relations
                .all("edges")
                .filter("weight > 0")
                .select(
                        col("user_id"),
                        col("author_id"),
                        functions
                                .log1p(col("weight").cast("double"))
                                .cast("float")
                                .as("rating"))
                .repartition(relations.config().outputPartitions(), col("user_id"))
                .sortWithinPartitions("user_id", "author_id");
        Dataset<Row> numbered =
                edges.join(numbers(edges, "user_id"), "user_id").join(numbers(edges, "author_id"), "author_id");
        numbered.persist();
        if (numbered.isEmpty()) {
            throw PushrankException.input("table engagements holds nothing to train on before " + relations.asOf());
        }
        ALSModel model = new ALS()
                .setImplicitPrefs(true)
                .setRank(config.rank())
                .setMaxIter(config.iterations())
                .setRegParam(config.regularization())
                .setAlpha(config.alpha())
                .setSeed(relations.config().seed())
                .setUserCol("user_id_number")
                .setItemCol("author_id_number")
                .setRatingCol("rating")
                .fit(numbered);
        Column recommended = col("col");
        Dataset<Row> recommendations = model.recommendForAllUsers(config.authors())
                .select(col("user_id_number"), posexplode(col("recommendations")))
                .select(
                        col("user_id_number"),
                        recommended.getField("author_id_number").as("author_id_number"),
                        recommended.getField("rating").cast("double").as("score"),
                        col("pos").plus(1).as("rank"))
                .join(numbers(edges, "user_id"), "user_id_number")
                .join(numbers(edges, "author_id"), "author_id_number")
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
        numbered.unpersist();
        return relations.read(Table.RECOMMENDED_AUTHORS).count();
    }

    /** ALS takes 32-bit numbers: ids are numbered by their order, so that the same edges give the same factors. */
    private static Dataset<Row> numbers(Dataset<Row> edges, String id) {
        Dataset<Row> ids = edges.select(id).distinct().sort(id);
        return ids.sparkSession()
                .createDataFrame(
                        ids.toJavaRDD()
                                .zipWithIndex()
                                .map(pair -> RowFactory.create(
                                        pair._1().getLong(0), pair._2().intValue())),
                        new StructType().add(id, "bigint", false).add(id + "_number", "int", false));
    }
}
