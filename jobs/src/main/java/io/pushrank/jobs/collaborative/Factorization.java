package io.pushrank.jobs.collaborative;

import static org.apache.spark.sql.functions.col;

import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.config.RankingConfig.CollaborativeConfig;
import java.util.Optional;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * Implicit-feedback ALS (Hu, Koren, Volinsky 2008) of spark-mllib: factors of who rates and of what is rated, whose dot
 * product is how much the one may like the other. ALS takes 32-bit numbers: ids are numbered by their order, so that on
 * one executor the same ratings give the same factors.
 *
 * @param model whose user and item columns are the names of the two ids, with {@code _number} at the end
 * @param users the ids of those who rate, with their numbers
 * @param items the ids of what is rated, with their numbers
 */
public record Factorization(ALSModel model, Dataset<Row> users, Dataset<Row> items) {
    private static final String NUMBER = "_number";

    /**
     * Fits the factors, with the settings of the collaborative model.
     *
     * @param rated with the two ids, BIGINT, one row a pair, and the column {@code rating}, FLOAT, above 0
     * @return empty when there are no ratings
     */
    public static Optional<Factorization> of(Dataset<Row> rated, String user, String item, RankingConfig config) {
        Dataset<Row> ordered =
                rated.repartition(config.outputPartitions(), col(user)).sortWithinPartitions(user, item);
        Dataset<Row> users = numbers(ordered, user);
        Dataset<Row> items = numbers(ordered, item);
        Dataset<Row> numbered = ordered.join(users, user).join(items, item);
        numbered.persist();
        try {
            if (numbered.isEmpty()) {
                return Optional.empty();
            }
            CollaborativeConfig settings = config.collaborative();
            ALSModel model = new ALS()
                    .setImplicitPrefs(true)
                    .setRank(settings.rank())
                    .setMaxIter(settings.iterations())
                    .setRegParam(settings.regularization())
                    .setAlpha(settings.alpha())
                    .setSeed(config.seed())
                    .setUserCol(user + NUMBER)
                    .setItemCol(item + NUMBER)
                    .setRatingCol("rating")
                    .fit(numbered);
            return Optional.of(new Factorization(model, users, items));
        } finally {
            numbered.unpersist();
        }
    }

    /** Factors by id of those who rate: the id's column, and {@code features}, FLOATs. */
    public Dataset<Row> userFactors() {
        return factors(model.userFactors(), users);
    }

    /** Factors by id of what is rated: the id's column, and {@code features}, FLOATs. */
    public Dataset<Row> itemFactors() {
        return factors(model.itemFactors(), items);
    }

    private static Dataset<Row> factors(Dataset<Row> factors, Dataset<Row> numbers) {
        String[] columns = numbers.columns();
        return factors.withColumnRenamed("id", columns[1])
                .join(numbers, columns[1])
                .select(columns[0], "features");
    }

    private static Dataset<Row> numbers(Dataset<Row> ratings, String id) {
        Dataset<Row> ids = ratings.select(id).distinct().sort(id);
        return ids.sparkSession()
                .createDataFrame(
                        ids.toJavaRDD()
                                .zipWithIndex()
                                .map(pair -> RowFactory.create(
                                        pair._1().getLong(0), pair._2().intValue())),
                        new StructType().add(id, "bigint", false).add(id + NUMBER, "int", false));
    }
}
