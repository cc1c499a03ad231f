package io.pushrank.jobs.run;

import io.pushrank.jobs.fact.Tile;
import io.pushrank.jobs.fact.Tiles;
import io.pushrank.jobs.publish.Publisher;
import io.pushrank.jobs.publish.TableDigest;
import io.pushrank.jobs.table.Channel;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Inputs;
import io.pushrank.jobs.table.Layout;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the tiles that the look-back of a run lacks, each published by itself. */
final class TileRun {
    private static final Logger LOG = LoggerFactory.getLogger(TileRun.class);

    /** Its name among the stages. */
    static final String STAGE = "tiles";

    private final RunContext run;
    private final Findings findings;

    TileRun(RunContext run, Findings findings) {
        this.run = run;
        this.findings = findings;
    }

    /** Makes what is due; where the inputs are so small that no tile would pay, it says nothing of them. */
    void publish(Publisher publisher) {
        Inputs inputs = new Inputs(run.spark(), run.layout(), run.config(), run.date(), run.date(), findings);
        Tiles tiles = new Tiles(
                run.spark(),
                run.layout(),
                run.vocabulary().facts(),
                run.config().asOf(run.date()),
                inputs,
                findings);
        Collection<Tile> all = run.vocabulary().facts().tiles().values();
        if (all.stream().allMatch(tile -> tiles.worthwhile(tile).isEmpty())) {
            return;
        }
        Instant started = Instant.now();
        run.progress().start(STAGE);
        Map<String, String> digests = new TreeMap<>();
        long rows = 0;
        for (Tile tile : all) {
            for (LocalDate day : run.choices().isForced() ? tiles.worthwhile(tile) : tiles.due(tile)) {
                TableDigest made = publish(publisher, tiles, tile, day);
                rows += made.rows();
                digests.put(STAGE + "/" + tile.name() + "/" + Layout.day(day), made.digest());
            }
        }
        run.add(new Manifest.StageReport(
                STAGE, rows, rows, 0, Manifest.StageReport.secondsSince(started), digests, Map.of(), ""));
    }

    private TableDigest publish(Publisher publisher, Tiles tiles, Tile tile, LocalDate day) {
        if (tiles.isPublished(tile, day)) {
            LOG.info(
                    "tile {} of {} is made again: files of {}, the code or the tile's SQL have changed",
                    tile.name(),
                    day,
                    tile.table().tableName());
        }
        Publisher.Token token = publisher.begin(Channel.TILES, day, List.of(tile.name()));
        Dataset<Row> made = tiles.of(tile, day);
        TableDigest digest =
                publisher.stage(tiles.shape(tile, made), made, run.layout().tile(tile.name(), day));
        publisher.publish(tile.name(), token, tiles.fingerprint(tile, day), Map.of());
        return digest;
    }
}
