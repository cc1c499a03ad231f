package io.pushrank.jobs.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pushrank.jobs.Published;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.source.EverySource;
import io.pushrank.jobs.source.RandomWorld;
import io.pushrank.jobs.source.Source;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DuckDbSourcesTest {
    @TempDir
    private Path directory;

    @Test
    void ofSourcesThatAreOffDuckDbMakesAsManyRowsAsSpark() {
        assumeTrue(DuckDb.version().isPresent(), "the driver is not on the class path");
        TinyWorld world = new RandomWorld(3).write(directory);
        SparkSession spark = SharedSpark.session();
        Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
        List<Map<String, Object>> targets = new ArrayList<>();
        for (Row user : spark.read()
                .parquet(world.input() + "/users")
                .select("user_id", "country", "language")
                .collectAsList()) {
            Map<String, Object> target = new HashMap<>();
            target.put("user_id", user.get(0));
            target.put("is_eligible", true);
            target.put("country", user.get(1));
            target.put("language", user.get(2));
            targets.add(target);
        }
        Published.write(world.layout(), Table.TARGETS, TinyWorld.DATE, targets);
        Published.write(world.layout(), Table.LIGHT_RANKED, TinyWorld.DATE, List.of());
        Vocabulary vocabulary = Vocabulary.of(EverySource.settings()
                .set("candidates.sources.random_walk.max_people=3")
                .set("candidates.sources.random_walk.max_neighbors=4")
                .set("candidates.sources.friends_of_friends.max_followees=4")
                .set("candidates.sources.interest_topics.max_topics=2")
                .set("candidates.sources.new_accounts.max_followers=5")
                .set("candidates.sources.new_accounts.max_impressions=2")
                .set("candidates.sources.new_accounts.limit=2")
                .set("candidates.sources.communities.max_communities=2")
                .set("candidates.sources.communities.max_posts=3")
                .set("candidates.sources.video.limit=2"));
        SparkSide ours = new SparkSide(spark, world.layout(), vocabulary, TinyWorld.DATE, directory.toString());
        DuckDbSide theirs = new DuckDbSide(
                storage,
                world.layout(),
                vocabulary,
                TinyWorld.DATE,
                InputFolders.read(storage, world.layout(), vocabulary.config(), TinyWorld.DATE),
                1,
                1L << 30,
                directory.toString());

        for (Source source : vocabulary.sources().all()) {
            if (EverySource.off().contains(source.name())) {
                long rows = ours.source(source);
                assertTrue(rows > 10, source.name() + ": enough to compare: " + rows);
                assertEquals(rows, theirs.source(source), source.name());
            }
        }
    }
}
