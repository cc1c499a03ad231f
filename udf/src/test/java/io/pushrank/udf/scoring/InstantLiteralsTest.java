package io.pushrank.udf.scoring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.udf.SharedSpark;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.metrics.source.CodegenMetrics;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Code of a query at one instant is that of the same query at another. */
class InstantLiteralsTest {
    /** Instants in filters, projections, aggregates, windows and joins, as dates, and as what was folded of them. */
    private static final String QUERY =
            """
            SELECT act.user_id,
                   timestampdiff(MINUTE, act.last_at, :as_of) AS idle_minutes,
                   act.acts_2h,
                   act.first_weight,
                   act.days_ago,
                   datediff(CAST(:as_of AS DATE), CAST(act.last_at AS DATE)) AS days,
                   CASE WHEN act.last_at > :as_of - INTERVAL 1 HOUR THEN :as_of ELSE CAST(NULL AS TIMESTAMP) END AS now,
                   other.acts AS acts_after
            FROM (SELECT user_id,
                         max(at) AS last_at,
                         count_if(at >= :as_of - INTERVAL 2 HOURS) AS acts_2h,
                         max(weight) AS first_weight,
                         max((unix_micros(:as_of) - unix_micros(at)) DIV 86400000000) AS days_ago
                  FROM (SELECT user_id, at,
                               first(timestampdiff(HOUR, at, :as_of)) OVER (PARTITION BY user_id ORDER BY at) AS weight
                        FROM acts
                        WHERE at < :as_of)
                  GROUP BY user_id) AS act
            LEFT JOIN (SELECT user_id, min(at) AS first_at, count(*) AS acts FROM acts WHERE at >= :as_of GROUP BY user_id) AS other
              ON other.user_id = act.user_id AND other.first_at < :as_of + INTERVAL 5 HOURS
            ORDER BY act.user_id
            """;

    @TempDir
    private static Path folder;

    private static SparkSession spark;

    @BeforeAll
    static void open() {
        spark = SharedSpark.session().newSession();
        String file = folder.resolve("acts").toString();
        spark.sql(
                        """
                        SELECT id % 5 AS user_id, TIMESTAMP '2026-03-01 00:00:00' + make_dt_interval(0, CAST(id AS INT)) AS at
                        FROM range(0, 200, 1, 2)
                        """)
                .write()
                .parquet(file);
        spark.read().parquet(file).createOrReplaceTempView("acts");
    }

    private static String instant(int day, int hour) {
        return "TIMESTAMP '2026-03-%02d %02d:00:00'".formatted(day, hour);
    }

    private static List<Row> rows(SparkSession session, String instant) {
        return session.sql(QUERY.replace(":as_of", instant)).collectAsList();
    }

    private static long compiled() {
        return CodegenMetrics.METRIC_COMPILATION_TIME().getCount();
    }

    @Test
    void aSecondInstantCompilesNothing() {
        rows(spark, instant(4, 12));
        long before = compiled();

        List<Row> later = rows(spark, instant(5, 7));

        assertEquals(0, compiled() - before, "pieces of code");
        // Hours since March 1: it is the 103rd, and user 0 acted at 0, 5, 10 and so on, at 100 last, and 19 times after
        // it.
        assertEquals("[0,180,0,103,4,0,null,19]", later.get(0).toString());
    }

    @Test
    void interpretedItGivesTheSameRows() {
        SparkSession plain = SharedSpark.session().newSession();
        plain.conf().set("spark.sql.codegen.wholeStage", "false");
        plain.conf().set("spark.sql.codegen.factoryMode", "NO_CODEGEN");
        plain.read().parquet(folder.resolve("acts").toString()).createOrReplaceTempView("acts");

        for (int hour : new int[] {0, 5, 23}) {
            assertEquals(rows(plain, instant(3, hour)), rows(spark, instant(3, hour)), "at " + hour + " o'clock");
        }
    }

    @Test
    void filesAreStillAskedForWhatIsOldEnoughOnly() {
        String plan = spark.sql("SELECT user_id FROM acts WHERE at < " + instant(4, 12))
                .queryExecution()
                .executedPlan()
                .toString();

        assertTrue(plan.contains("PushedFilters: [IsNotNull(at), LessThan(at,2026-03-04 12:00:00.0)]"), plan);
    }

    @Test
    void aWindowMayReachBackByALargeNumber() {
        List<Row> rows = spark.sql(
                        """
                        SELECT count(*) OVER (ORDER BY unix_micros(at) RANGE BETWEEN 86400000000 PRECEDING AND CURRENT ROW) AS acts
                        FROM acts WHERE user_id = 0 AND at < %s ORDER BY at DESC LIMIT 1
                        """
                                .formatted(instant(4, 12)))
                .collectAsList();

        assertEquals("[[5]]", rows.toString(), "one for each five hours of the last 24");
    }

    @Test
    void aPlanShowsAnInstantAsSparkDoes() {
        String plan = spark.sql("SELECT user_id, " + instant(4, 12) + " AS as_of FROM acts")
                .queryExecution()
                .executedPlan()
                .toString();

        assertTrue(plan.contains("2026-03-04 12:00:00 AS as_of"), plan);
    }
}
