package io.pushrank.jobs.run;

import static io.pushrank.jobs.TinyWorld.hoursBefore;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.publish.Cleaning;
import io.pushrank.jobs.publish.PublishedTables;
import io.pushrank.jobs.publish.PublishedViews;
import io.pushrank.jobs.publish.PublishedViews.Dialect;
import io.pushrank.jobs.stage.Candidates;
import io.pushrank.jobs.stage.Stage;
import io.pushrank.jobs.stage.Targets;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stages where no folder can be renamed: published where they were written, found by the log. */
class ManifestModeTest {
    private final SparkSession spark = SharedSpark.session();
    private final ConfigFile config = ConfigFile.shipped()
            .set("publishing.mode=manifest")
            .set("candidates.sources={social_proof: null, popular: null}");

    @TempDir
    private Path directory;

    private void run(Layout layout, ConfigFile settings, Stage... stages) {
        new Run(
                        spark,
                        layout,
                        Vocabulary.of(settings),
                        TinyWorld.DATE,
                        "some stages",
                        Choices.NONE,
                        new Progress(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8)))
                .stages(List.of(stages));
    }

    @Test
    void stagesArePublishedFoundReplacedAndCleanedWithoutARename() {
        NoFolderRenames.install(spark.sparkContext().hadoopConfiguration());
        Layout world = new TinyWorld(directory)
                .people(1, 2, 4)
                .follow(1, 2)
                .post(10, 2, hoursBefore(1))
                .post(11, 2, hoursBefore(2))
                .write()
                .layout();
        Layout layout = new Layout(world.input(), "norename://" + directory + "/output", world.models());
        Storage storage = new Storage(spark.sparkContext().hadoopConfiguration());
        storage.createFolder(layout.output() + "/some");
        assertThrows(
                UncheckedIOException.class,
                () -> storage.rename(layout.output() + "/some", layout.output() + "/other"),
                "or else this test shows nothing");

        run(layout, config, new Targets());
        run(layout, config, new Candidates());

        PublishedTables published = new PublishedTables(storage, layout);
        String first = published
                .folder(TinyWorld.DATE, layout.partition(Table.CANDIDATES, TinyWorld.DATE))
                .orElseThrow();
        assertTrue(first.startsWith(layout.data() + "/"), first);
        assertEquals(2, spark.read().parquet(first).count());
        assertFalse(storage.exists(layout.outputTable(Table.CANDIDATES)));
        String view = new PublishedViews(storage, layout).sql(Table.CANDIDATES, Dialect.SPARK);
        spark.sql(view.replace(";", ""));
        assertEquals(
                2,
                spark.sql("SELECT * FROM candidates WHERE ds = DATE'2026-03-14'")
                        .count());
        spark.sql("DROP VIEW candidates");

        run(layout, config.set("candidates.sources.in_network.limit=1"), new Candidates());

        String second = published
                .folder(TinyWorld.DATE, layout.partition(Table.CANDIDATES, TinyWorld.DATE))
                .orElseThrow();
        assertEquals(2, spark.read().parquet(first).count(), "readers of before are not disturbed");
        new Cleaning(storage, layout, Manifest.statuses(storage, layout))
                .clean(Instant.parse("2999-01-01T00:00:00Z"), false);
        assertFalse(storage.exists(first));
        assertEquals(1, spark.read().parquet(second).count());
        assertFalse(storage.exists(layout.staging()));
    }
}
