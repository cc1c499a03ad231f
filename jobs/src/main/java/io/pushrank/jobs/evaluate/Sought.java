package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.util.List;
import org.apache.spark.sql.Column;

/** What is looked for among the candidates: a condition on rows of {@code pairs}. */
enum Sought {
    ACTED("acted", "new items acted on", col("is_acted")),
    OPENED("opened", "opened pushes", col("is_opened")),
    BEST_1("best_1", "truly best posts", col("place").leq(1)),
    BEST_10("best_10", "posts truly among the ten best", col("place").leq(10)),
    BEST_50("best_50", "posts truly among the fifty best", col("place").leq(50));

    /** In metrics. */
    final String key;
    /** In headings, after how many there are. */
    final String says;

    final Column condition;

    Sought(String key, String says, Column condition) {
        this.key = key;
        this.says = says;
        this.condition = coalesce(condition, lit(false));
    }

    /** Of all that is sought, what is counted of trials of a cap. */
    static List<Sought> tried(List<Sought> sought) {
        return sought.stream().filter(each -> each == ACTED || each == BEST_10).toList();
    }
}
