package io.pushrank.jobs.run;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;

import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.exit.ExitCode;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.stage.Stage;
import io.pushrank.jobs.stage.Targets;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Inputs;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.jobs.table.Tables;
import io.pushrank.jobs.table.Validator;
import io.pushrank.jobs.table.Validator.TableReport;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/** Runs stages of one date: reads, judges, checks, publishes, counts; a manifest tells how it went. */
public final class Run {
    private static final String VALIDATE = "validate";

    private final SparkSession spark;
    private final Storage storage;
    private final Layout layout;
    private final ConfigFile configFile;
    private final RankingConfig config;
    private final LocalDate date;
    private final String verb;
    private final Progress progress;
    private final String runId;
    private final String startedAt = now();
    private final Map<String, String> models = new TreeMap<>();
    private final Map<String, String> notes = new TreeMap<>();
    private final List<Manifest.StageReport> reports = new ArrayList<>();
    private final Map<String, Funnel> funnels = new TreeMap<>();

    public Run(
            SparkSession spark, Layout layout, ConfigFile configFile, LocalDate date, String verb, Progress progress) {
        this.spark = spark;
        this.storage = new Storage(spark.sparkContext().hadoopConfiguration());
        this.layout = layout;
        this.configFile = configFile;
        this.config = configFile.config();
        this.date = date;
        this.verb = verb;
        this.progress = progress;
        this.runId = newId();
    }

    /** A new run's identifier: in the order of their starts, and never the same. */
    static String newId() {
        return DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS")
                        .format(Instant.now().atOffset(ZoneOffset.UTC)) + "-"
                + UUID.randomUUID().toString().substring(0, 8);
    }

    /** Validates the inputs, and no more. */
    public void validate() {
        inManifest(publisher -> publishQuarantine(publisher, date));
    }

    /** Runs the stages in their order; inputs are validated before the first of all stages. */
    public void stages(List<Stage> stages) {
        inManifest(publisher -> {
            Findings findings = stages.stream().anyMatch(Targets.class::isInstance)
                    ? publishQuarantine(publisher, date)
                    : publishedFindings();
            for (Stage stage : stages) {
                runStage(stage, findings, publisher);
            }
        });
        if (stages.size() > 1) {
            progress.funnel(stages, funnels);
        }
        progress.outputs(layout, date, stages, reports);
    }

    /** Does work of another kind under a manifest, the inputs of all days from the first to the run's own validated. */
    public void other(LocalDate first, Other work) {
        inManifest(publisher -> work.with(publishQuarantine(publisher, first), publisher, progress, reports));
    }

    /** Work that is no stage. */
    public interface Other {
        void with(Findings findings, Publisher publisher, Progress progress, List<Manifest.StageReport> reports);
    }

    private void inManifest(Work work) {
        progress.begin(verb, date, config.asOf(date), runId);
        Publisher publisher = new Publisher(storage, layout, runId, config.outputPartitions());
        manifest("running", -1, "").write(storage, layout);
        try {
            work.with(publisher);
            manifest("done", ExitCode.DONE.code(), "").write(storage, layout);
        } catch (RuntimeException e) {
            Failure failure = Failure.of(e);
            manifest("failed", failure.exitCode().code(), failure.message()).write(storage, layout);
            throw e;
        } finally {
            publisher.close();
        }
    }

    private interface Work {
        void with(Publisher publisher);
    }

    private Findings publishQuarantine(Publisher publisher, LocalDate first) {
        Instant started = Instant.now();
        progress.start(VALIDATE);
        Inputs inputs = new Inputs(spark, layout, config, first, date, Findings.none());
        Validator validator = new Validator(inputs, config);
        Map<Table, Set<String>> found = new EnumMap<>(Table.class);
        Map<String, Long> reasons = new TreeMap<>();
        Map<String, String> digests = new TreeMap<>();
        long rows = 0;
        long quarantined = 0;
        for (Table table : Table.inputs().toList()) {
            TableReport report = validator.check(table);
            String destination = layout.quarantine(date, table);
            if (report.quarantine() == null) {
                publisher.clear(destination);
            } else {
                digests.put(
                        "quarantine/" + table.tableName(),
                        publisher
                                .stage(Table.QUARANTINE, report.quarantine(), destination)
                                .digest());
            }
            found.put(table, report.reasons().keySet());
            report.reasons().forEach((reason, count) -> reasons.put(table.tableName() + "." + reason, count));
            rows += report.rows();
            quarantined += report.quarantined();
        }
        publisher.publish();
        Manifest.StageReport report = new Manifest.StageReport(
                VALIDATE,
                rows,
                rows - quarantined,
                quarantined,
                Manifest.StageReport.secondsSince(started),
                digests,
                reasons);
        reports.add(report);
        progress.end(report);
        return new Findings(found);
    }

    /** What the validation of this date found, when stages run one by one. */
    private Findings publishedFindings() {
        Map<Table, Set<String>> found = new EnumMap<>(Table.class);
        for (Table table : Table.inputs().toList()) {
            String partition = layout.quarantine(date, table);
            if (storage.exists(partition)) {
                Set<String> reasons = new HashSet<>();
                spark.read()
                        .schema(Table.QUARANTINE.schema())
                        .parquet(partition)
                        .select(explode(col("reasons")))
                        .distinct()
                        .collectAsList()
                        .forEach(row -> reasons.add(row.getString(0)));
                found.put(table, reasons);
            }
        }
        return new Findings(found);
    }

    private void runStage(Stage stage, Findings findings, Publisher publisher) {
        Instant started = Instant.now();
        progress.start(stage.verb());
        try (Tables tables = new Tables(spark, layout, config, date, config.asOf(date), findings, stage.reads())) {
            Dataset<Row> judged = tables.keep(stage.judge(tables));
            Dataset<Row> kept = judged.filter(size(col("reasons")).equalTo(0));
            Map<String, String> digests = new TreeMap<>();
            String tableName = stage.writes().tableName();
            TableDigest digest = publisher.stage(
                    stage.writes(), stage.writesRemoved() ? judged : kept, layout.partition(stage.writes(), date));
            digests.put(tableName, digest.digest());
            Dataset<Row> removed = removed(judged);
            digests.put(
                    "removed/" + stage.verb(),
                    publisher
                            .stage(Table.REMOVED, removed, layout.partition(Table.REMOVED, date, stage.verb()))
                            .digest());
            Funnel funnel = Funnel.of(judged.select(sources(judged).as("sources"), col("reasons")));
            publisher.stage(Table.FUNNEL, funnel.dataset(judged), layout.partition(Table.FUNNEL, date, stage.verb()));
            Manifest.StageReport report = new Manifest.StageReport(
                    stage.verb(),
                    funnel.rows(Funnel.ALL, Funnel.KEPT) + funnel.rows(Funnel.ALL, Funnel.REMOVED),
                    funnel.rows(Funnel.ALL, Funnel.KEPT),
                    funnel.rows(Funnel.ALL, Funnel.REMOVED),
                    Manifest.StageReport.secondsSince(started),
                    digests,
                    funnel.reasons());
            requireNothingLost(stage, report, tables);
            publisher.publish();
            models.putAll(tables.models());
            notes.putAll(tables.notes());
            funnels.put(stage.verb(), funnel);
            reports.add(report);
            progress.end(report);
        }
    }

    private static void requireNothingLost(Stage stage, Manifest.StageReport report, Tables tables) {
        stage.accountsFor().ifPresent(table -> {
            long rows = tables.read(table).count();
            if (rows != report.rowsIn()) {
                throw PushrankException.output("stage " + stage.verb() + ": table " + table.tableName() + " has " + rows
                        + " rows, but " + report.kept() + " were kept and " + report.removed() + " removed");
            }
        });
    }

    private static Dataset<Row> removed(Dataset<Row> judged) {
        return judged.filter(size(col("reasons")).gt(0))
                .select(
                        col("user_id"),
                        present(judged, "string", "item_type"),
                        present(judged, "bigint", "item_id"),
                        sources(judged).as("sources"),
                        col("reasons"),
                        present(judged, "int", "rank", "light_rank").as("rank"),
                        present(judged, "float", "score", "light_score").as("score"));
    }

    private static Column sources(Dataset<Row> judged) {
        Column none = array().cast("array<string>");
        return Arrays.asList(judged.columns()).contains("sources") ? coalesce(col("sources.source"), none) : none;
    }

    /** The first of the columns that is there, else NULL. */
    private static Column present(Dataset<Row> judged, String type, String... columns) {
        List<String> found = Arrays.asList(judged.columns());
        return Arrays.stream(columns)
                .filter(found::contains)
                .findFirst()
                .map(functions::col)
                .orElse(lit(null).cast(type))
                .as(columns[0]);
    }

    private Manifest manifest(String status, int exitCode, String message) {
        return new Manifest(
                runId,
                verb,
                date.toString(),
                config.asOf(date).toString(),
                startedAt,
                status.equals("running") ? "" : now(),
                status,
                exitCode,
                message,
                configFile.digest(),
                layout.input(),
                layout.models(),
                models,
                notes,
                reports);
    }

    static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
