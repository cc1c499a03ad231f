package io.pushrank.jobs.run;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_contains;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.when;

import com.fasterxml.jackson.databind.JsonNode;
import io.pushrank.jobs.config.Json;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.fact.SharedRelations;
import io.pushrank.jobs.publish.Publication;
import io.pushrank.jobs.publish.PublishedTables;
import io.pushrank.jobs.publish.Publisher;
import io.pushrank.jobs.publish.TableDigest;
import io.pushrank.jobs.rule.StageReason;
import io.pushrank.jobs.stage.Stage;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Table;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/** One stage of a run: judged, written aside, checked, published; or found published already. */
final class StageRun {
    private final RunContext run;
    private final Stage stage;
    private final Findings findings;
    private final SharedRelations shared;

    StageRun(RunContext run, Stage stage, Findings findings, SharedRelations shared) {
        this.run = run;
        this.stage = stage;
        this.findings = findings;
        this.shared = shared;
    }

    void publish(Publisher publisher, Publisher.Token token) {
        Instant started = Instant.now();
        run.progress().start(stage.verb());
        try (StageContext context =
                StageContext.of(run.spark(), run.layout(), run.vocabulary(), run.date(), findings, stage, shared)) {
            Publication publication = token.log().latest();
            token.log().requireToken(publication, stage.verb(), token.number());
            String fingerprint =
                    new Fingerprints(run.vocabulary(), run.date(), run.date()).of(stage, context, findings);
            Optional<Publication.Stage> before = run.published(publication, stage.verb(), fingerprint);
            if (before.isPresent()) {
                add(context, publishedFunnel(), Manifest.StageReport.of(before.get()));
            } else {
                work(context, publisher, token, fingerprint, started);
            }
        }
    }

    private void work(
            StageContext context, Publisher publisher, Publisher.Token token, String fingerprint, Instant started) {
        Dataset<Row> judged = context.relations().keep(stage.judge(context));
        Dataset<Row> kept = judged.filter(size(col("reasons")).equalTo(0));
        Map<String, String> digests = new TreeMap<>();
        TableDigest digest = publisher.stageInPlace(
                stage.writes(),
                stage.writesRemoved() ? judged : kept,
                run.layout().partition(stage.writes(), run.date()));
        digests.put(stage.writes().tableName(), digest.digest());
        TableDigest removed = publisher.stageInPlace(Table.REMOVED, removed(judged), place(Table.REMOVED));
        digests.put("removed/" + stage.verb(), removed.digest());
        Funnel funnel = Funnel.of(judged.select(sources(judged).as("sources"), col("reasons")));
        publisher.stage(Table.FUNNEL, funnel.dataset(judged), place(Table.FUNNEL));
        Manifest.StageReport report = new Manifest.StageReport(
                stage.verb(),
                funnel.rows(Funnel.ALL, Funnel.KEPT) + funnel.rows(Funnel.ALL, Funnel.REMOVED),
                funnel.rows(Funnel.ALL, Funnel.KEPT),
                funnel.rows(Funnel.ALL, Funnel.REMOVED),
                Manifest.StageReport.secondsSince(started),
                digests,
                funnel.reasons(),
                "");
        // Before anything refuses the stage, since they may be why.
        context.noteWritten(stage.verb().replace('-', '_'));
        run.ledger().notes.putAll(context.notes());
        requireNothingLost(context, report);
        requireRows(stage.writes(), report.kept() + (stage.writesRemoved() ? report.removed() : 0), digest.rows());
        requireRows(Table.REMOVED, report.removed(), removed.rows());
        Map<String, JsonNode> facts = new TreeMap<>(new GateKeeper(run).judge(stage, context, kept, digest));
        facts.put(Manifest.StageReport.FACT, Json.tree(report));
        publisher.publish(stage.verb(), token, fingerprint, facts);
        add(context, funnel, report);
    }

    private void add(StageContext context, Funnel funnel, Manifest.StageReport report) {
        run.ledger().models.putAll(context.models().digests());
        run.ledger().funnels.put(stage.verb(), funnel);
        run.add(report);
    }

    private String place(Table table) {
        return run.layout().partition(table, run.date(), stage.verb());
    }

    private Funnel publishedFunnel() {
        String folder = new PublishedTables(run.storage(), run.layout())
                .folder(run.date(), place(Table.FUNNEL))
                .orElseThrow();
        return Funnel.read(run.spark().read().schema(Table.FUNNEL.schema()).parquet(folder));
    }

    /** A file that was lost on the way is missing from what is read back, too. */
    private void requireRows(Table table, long judged, long written) {
        if (written != judged) {
            throw PushrankException.output("stage " + stage.verb() + ": " + judged + " rows go to table "
                    + table.tableName() + ", but " + written + " were written");
        }
    }

    private void requireNothingLost(StageContext context, Manifest.StageReport report) {
        stage.accountsFor().ifPresent(table -> {
            long rows = context.read(table).count();
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
                        present(judged, "float", "score", "light_score").as("score"),
                        when(
                                        array_contains(col("reasons"), StageReason.NO_SEND.code()),
                                        present(judged, "double", "propensity"))
                                .as("propensity"));
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
}
