package io.pushrank.jobs.world;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.table.Table;
import java.nio.file.Path;
import java.time.LocalDate;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SkewTest {
    private static final long USERS = 1_000;
    private static final WorldOptions EVEN = new WorldOptions(USERS, 6, 7, LocalDate.parse("2026-03-14"), 6);

    private final SparkSession spark = SharedSpark.session();

    @TempDir
    private static Path directory;

    @BeforeAll
    void generate() {
        World.generate(spark, EVEN.skewed(), directory.toString());
    }

    @Test
    void threeInTenFollowTheCelebrityAndOneAccountFollowsHalfOfAll() {
        Dataset<Row> follows = read(Table.FOLLOWS).filter("ds = '2026-03-14'");

        // In so small a world a tenth would follow the celebrity anyway.
        assertEquals(0.37 * USERS, (double) most(follows, "followee_id"), 0.05 * USERS);
        // Guests are nobody's followees.
        assertEquals(0.5 * USERS, (double) most(follows, "user_id"), 0.03 * USERS);
    }

    @Test
    void oneAccountHasAHundredThousandEngagementsAndOnePostATenthOfTheOthers() {
        Dataset<Row> engagements = read(Table.ENGAGEMENTS);
        long ofMachine = most(engagements, "user_id");
        long others = engagements.count() - ofMachine;

        assertEquals((double) Skew.EVENTS, (double) ofMachine, 2_000);
        Dataset<Row> ofOthers = engagements.join(
                engagements.groupBy("user_id").count().filter("count < 50000").select("user_id"), "user_id");
        double share = (double) most(ofOthers.filter("post_id IS NOT NULL"), "post_id") / others;
        assertEquals(Skew.VIRAL_SHARE, share, 0.01);
    }

    @Test
    void whatIsAddedHoldsTheContract() {
        for (Table table : new Table[] {Table.FOLLOWS, Table.ENGAGEMENTS}) {
            Column[] key = table.key().stream().map(functions::col).toArray(Column[]::new);
            Dataset<Row> rows = read(table).filter(table == Table.FOLLOWS ? "ds = '2026-03-14'" : "true");
            assertEquals(
                    0,
                    rows.groupBy(key)
                            .agg(count(lit(1)).as("rows"))
                            .filter("rows > 1")
                            .count(),
                    table.tableName());
        }
        Dataset<Row> posts = read(Table.POSTS).select("post_id", "created_at");
        Dataset<Row> ofPosts = read(Table.ENGAGEMENTS).filter("post_id IS NOT NULL");
        assertEquals(
                0,
                ofPosts.join(posts, ofPosts.col("post_id").equalTo(posts.col("post_id")), "left_outer")
                        .filter(col("created_at").isNull().or(col("created_at").gt(col("engaged_at"))))
                        .count());
        assertEquals(0, read(Table.ENGAGEMENTS).filter("date(engaged_at) != ds").count());
    }

    @Test
    void theWorldIsKnownAgainAndAnEvenOneHasNoneOfIt() {
        assertTrue(World.readOptions(spark, directory.toString()).isSkewed());

        Skew none = Skew.of(EVEN, WorldModel.of(EVEN).population());
        assertEquals(new Skew(0, 0, 0), none);
        assertTrue(!none.isFollower(WorldModel.of(EVEN).draw(), 1));
    }

    private static long most(Dataset<Row> rows, String key) {
        return rows.groupBy(key).count().agg(functions.max("count")).head().getLong(0);
    }

    private Dataset<Row> read(Table table) {
        return spark.read().parquet(World.input(directory.toString(), table));
    }
}
