package io.pushrank.jobs.publish;

import com.fasterxml.jackson.databind.JsonNode;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Channel;
import io.pushrank.jobs.table.Footers;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.jobs.table.TableShape;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;

/**
 * The one point where output tables are written: first into the run's own folder, checked there, then published in one
 * step, the next file of the day's {@link PublicationLog}. Where renaming is atomic, files are then moved to where plain
 * readers look; where it is not, they stay where they were written, and readers ask the log.
 */
public final class Publisher implements AutoCloseable {
    private final Storage storage;
    private final Layout layout;
    private final String runId;
    private final RankingConfig config;
    private final String staging;
    private final Settlement settlement;
    private final PublishedTables published;
    private final Map<String, Publication.Partition> partitions = new TreeMap<>();
    private final Set<String> cleared = new TreeSet<>();
    private final List<PublicationLog> logs = new ArrayList<>();
    private int staged;

    /**
     * @throws PushrankException with exit code 2 when the output folder cannot be written
     */
    public Publisher(Storage storage, Layout layout, String runId, RankingConfig config) {
        this.storage = storage;
        this.layout = layout;
        this.runId = runId;
        this.config = config;
        this.staging = layout.staging(runId);
        this.settlement = new Settlement(storage, layout, staging);
        this.published = new PublishedTables(storage, layout);
        if (config.publishing().isRenameAtomic() && layout.output().matches("s3[an]?://.*")) {
            // There a rename is a look, a copy and a deletion: two runs could both publish.
            throw PushrankException.usage("publishing.mode must be manifest for --output " + layout.output()
                    + ", but is " + config.publishing().mode());
        }
        try {
            storage.createFolder(staging);
        } catch (UncheckedIOException e) {
            throw PushrankException.usage("--output " + layout.output() + " cannot be written: " + e.getMessage());
        }
    }

    /** The right to publish stages of a day. */
    public record Token(PublicationLog log, long number) {}

    /**
     * Takes the right to publish stages of a day away from every run that began before, and brings to its place what one of
     * them published and could not move.
     */
    public Token begin(Channel channel, LocalDate day, Collection<String> stages) {
        return begin(channel, day, log -> log.fence(stages));
    }

    /** The right to publish a stage beside the run that has it: see {@link PublicationLog#join}. */
    public Token join(Channel channel, LocalDate day, String stage) {
        return begin(channel, day, log -> log.join(stage));
    }

    private Token begin(Channel channel, LocalDate day, ToLongFunction<PublicationLog> right) {
        PublicationLog log = new PublicationLog(
                storage, layout, channel, day, config.publishing().isRenameAtomic());
        Token token = new Token(log, right.applyAsLong(log));
        logs.add(log);
        settlement.settle(log);
        return token;
    }

    /**
     * Writes rows aside and holds them against the table's contract.
     *
     * @return rows, digest and missing values as they read back
     * @throws PushrankException with exit code 4 when columns, NOT NULL or the key do not hold, or the files' footers tell of
     *     other rows than are read
     */
    public TableDigest stage(Table table, Dataset<Row> rows, String destination) {
        return stage(table.shape(), rows, destination);
    }

    /** As {@link #stage}, of what is no table of the contract. */
    public TableDigest stage(TableShape table, Dataset<Row> rows, String destination) {
        return stage(table, rows, destination, false);
    }

    /**
     * As {@link #stage}, of rows whose plan is cheap to look at, such as those of rows that are kept: where all of a user's are
     * in one partition already, they stay there.
     */
    public TableDigest stageInPlace(Table table, Dataset<Row> rows, String destination) {
        return stage(table.shape(), rows, destination, Placement.isByUser(rows, config.outputPartitions()));
    }

    private TableDigest stage(TableShape table, Dataset<Row> rows, String destination, boolean isInPlace) {
        boolean isMoved = config.publishing().isRenameAtomic();
        String draft = (isMoved ? staging : layout.data() + "/" + runId) + "/" + staged++;
        Column[] order = table.key().stream().map(functions::col).toArray(Column[]::new);
        Dataset<Row> sorted = conform(table, rows, destination);
        if (table.together().isEmpty()) {
            sorted = sorted.coalesce(1);
        } else if (!isInPlace) {
            sorted = sorted.repartition(
                    config.outputPartitions(), functions.col(table.together().get()));
        }
        sorted = sorted.sortWithinPartitions(order);
        TableDigest.Observed observed = TableDigest.observe(table, sorted);
        observed.rows().write().option("compression", "zstd").parquet(draft);
        SparkSession spark = rows.sparkSession();
        TableDigest digest =
                TableDigest.of(observed, spark.read().schema(table.schema()).parquet(draft), destination);
        long inFooters = new Footers(spark).rows(table, storage.dataFiles(draft));
        if (inFooters != digest.rows()) {
            throw PushrankException.output("output " + destination + ": its files hold " + inFooters
                    + " rows by their footers, but " + digest.rows() + " are read");
        }
        String path = layout.relative(destination);
        partitions.put(
                path,
                new Publication.Partition(
                        isMoved ? path : layout.relative(draft),
                        layout.relative(draft),
                        storage.dataFileLengths(draft),
                        digest.rows(),
                        digest.digest()));
        return digest;
    }

    /** Marks a partition that this run leaves empty: what an earlier run put there goes. */
    public void clear(String destination) {
        cleared.add(layout.relative(destination));
    }

    /**
     * Publishes all that is staged, in one step.
     *
     * @param fingerprint of all that the rows depend on; empty when nobody will ask
     * @param facts what later runs want to know of it
     * @throws PushrankException with exit code 4 when a later run has begun to publish the stage: nothing is published
     */
    public void publish(String stage, Token token, String fingerprint, Map<String, JsonNode> facts) {
        commit(stage, token, fingerprint, facts);
        settlement.settle(token.log());
    }

    /** The one step after which it is published; what follows only moves files. */
    void commit(String stage, Token token, String fingerprint, Map<String, JsonNode> facts) {
        Publication latest = token.log().latest();
        Map<String, Publication.Partition> chosen = new TreeMap<>(partitions);
        chosen.replaceAll((path, mine) -> {
            Publication.Partition theirs = latest.partitions().get(path);
            return isAsGood(theirs, mine) ? theirs : mine;
        });
        Publication.Stage entry = new Publication.Stage(
                runId,
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                fingerprint,
                List.copyOf(chosen.keySet()),
                facts);
        token.log().publish(stage, token.number(), entry, chosen, cleared);
        partitions.values().stream()
                .filter(mine -> !chosen.containsValue(mine))
                .forEach(mine -> storage.delete(layout.output() + "/" + mine.staged()));
        partitions.clear();
        cleared.clear();
    }

    /** Whether the files that are there hold the same rows: then they stay, and plain readers notice nothing. */
    private boolean isAsGood(Publication.Partition theirs, Publication.Partition mine) {
        return theirs != null
                && theirs.digest().equals(mine.digest())
                && theirs.rows() == mine.rows()
                && theirs.files().size() == mine.files().size()
                && theirs.folder().equals(theirs.staged()) == mine.folder().equals(mine.staged())
                && published.locate(theirs).isPresent();
    }

    /** Removes what was not published; afterwards nothing more can be staged. */
    @Override
    public void close() {
        // Asked of the log, not remembered: a step whose answer got lost was taken all the same.
        Set<String> named = new TreeSet<>();
        logs.forEach(log -> log.latest().partitions().values().forEach(partition -> named.add(partition.staged())));
        partitions.values().stream()
                .map(Publication.Partition::staged)
                .filter(folder -> !named.contains(folder))
                .forEach(folder -> storage.delete(layout.output() + "/" + folder));
        if (logs.stream().anyMatch(settlement::isNeeded)) {
            // Published, but not moved: whoever comes next does that.
            return;
        }
        storage.delete(staging);
        storage.deleteIfEmpty(layout.staging());
    }

    private static Dataset<Row> conform(TableShape table, Dataset<Row> rows, String destination) {
        Set<String> found = new TreeSet<>(Arrays.asList(rows.columns()));
        Set<String> missing = new TreeSet<>(Arrays.asList(table.schema().fieldNames()));
        missing.removeAll(found);
        if (!missing.isEmpty()) {
            throw PushrankException.output(
                    "output " + destination + ": columns " + missing + " are missing, found " + found);
        }
        return rows.select(
                Arrays.stream(table.schema().fields()).map(Publisher::conform).toArray(Column[]::new));
    }

    private static Column conform(StructField field) {
        return functions.col(field.name()).cast(field.dataType()).as(field.name());
    }
}
