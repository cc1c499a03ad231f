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

    /**
     * Makes what is due for the as-of instants of some days up to the run's own; where the inputs are so small that no tile would
     * pay, it says nothing of them.
     *
     * @param first of these days
     */
    void publish(Publisher publisher, LocalDate first) {
        Collection<Tile> all = run.vocabulary().facts().tiles().values();
        Instant started = Instant.now();
        boolean isStarted = false;
        Map<String, String> digests = new TreeMap<>();
        long rows = 0;
        Inputs inputs = new Inputs(run.spark(), run.layout(), run.config(), first, run.date(), findings);
        int days = run.config().inputs().lookbackDays();
        LocalDate start = first.minusDays(days - 1L);
        // So many days at a time, since that is what the tiles of one as-of instant are.
        for (LocalDate last = run.date(); !last.isBefore(start); last = last.minusDays(days)) {
            Tiles tiles = tiles(last, inputs);
            for (Tile tile : all) {
                List<LocalDate> worthwhile = from(start, tiles.worthwhile(tile));
                if (!isStarted && !worthwhile.isEmpty()) {
                    run.progress().start(STAGE);
                    isStarted = true;
                }
                for (LocalDate day : run.choices().isForced() ? worthwhile : from(start, tiles.due(tile))) {
                    TableDigest made = publish(publisher, tiles, tile, day);
                    rows += made.rows();
                    digests.put(STAGE + "/" + tile.name() + "/" + Layout.day(day), made.digest());
                }
            }
        }
        if (isStarted) {
            run.add(new Manifest.StageReport(
                    STAGE, rows, rows, 0, Manifest.StageReport.secondsSince(started), digests, Map.of(), ""));
        }
    }

    private static List<LocalDate> from(LocalDate start, List<LocalDate> days) {
        return days.stream().filter(day -> !day.isBefore(start)).toList();
    }

    private Tiles tiles(LocalDate date, Inputs inputs) {
        return new Tiles(
                run.spark(),
                run.layout(),
                run.vocabulary().facts(),
                run.config().asOf(date),
                inputs,
                findings);
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
