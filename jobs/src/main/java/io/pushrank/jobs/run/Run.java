package io.pushrank.jobs.run;

import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.fact.SharedRelations;
import io.pushrank.jobs.publish.Publisher;
import io.pushrank.jobs.publish.RunId;
import io.pushrank.jobs.stage.Models;
import io.pushrank.jobs.stage.Rehearsal;
import io.pushrank.jobs.stage.Stage;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Channel;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** Runs stages of one date: reads, judges, checks, publishes, counts; a manifest tells how it went. */
public final class Run {
    private final Storage storage;
    private final Layout layout;
    private final RankingConfig config;
    private final LocalDate date;
    private final String verb;
    private final Progress progress;
    private final String runId;
    private final RunLedger ledger = new RunLedger();
    private final RunContext context;
    private final ManifestWriter manifest;
    private boolean isRehearsed;

    public Run(
            SparkSession spark,
            Layout layout,
            Vocabulary vocabulary,
            LocalDate date,
            String verb,
            Choices choices,
            Progress progress) {
        this.storage = new Storage(spark.sparkContext().hadoopConfiguration());
        this.layout = layout;
        this.config = vocabulary.config();
        this.date = date;
        this.verb = verb;
        this.progress = progress;
        this.runId = RunId.create();
        this.context = new RunContext(spark, storage, layout, vocabulary, date, runId, choices, progress, ledger);
        this.manifest = new ManifestWriter(
                storage,
                layout,
                runId,
                verb,
                date,
                ManifestWriter.Settings.of(vocabulary.settings(), date, choices),
                ledger);
    }

    /** Says that an earlier run in this JVM rehearsed the same stages with the same vocabulary and models of the same features. */
    public Run rehearsed() {
        isRehearsed = true;
        return this;
    }

    /** What the validation of a date's inputs found: whoever reads them as its run did takes that into account. */
    public static Findings findings(Storage storage, Layout layout, LocalDate date) {
        return Validation.published(storage, layout, Channel.DAILY, date);
    }

    /** Validates the inputs, and no more. */
    public void validate() {
        inManifest(publisher -> {
            // Whoever only looks at the inputs must not stop the day's run, which would find the same.
            Publisher.Token token = publisher.join(Channel.DAILY, date, Validation.STAGE);
            new Validation(context, Channel.DAILY).publish(publisher, token, date);
        });
    }

    /** Validates the inputs and makes the tiles that the day's stages read. */
    public void tiles() {
        inManifest(publisher -> {
            Publisher.Token token = publisher.join(Channel.DAILY, date, Validation.STAGE);
            new TileRun(context, new Validation(context, Channel.DAILY).publish(publisher, token, date))
                    .publish(publisher, date);
        });
    }

    /**
     * Runs the stages in their order; of all of them, tiles are made first. Inputs are validated before the first of all
     * stages. A stage whose rows are published already, made of the same inputs by the same code, settings and models, is not
     * done again unless that is forced.
     *
     * @return what each stage did
     */
    public List<Manifest.StageReport> stages(List<Stage> stages) {
        inManifest(publisher -> {
            if (!isRehearsed) {
                Rehearsal.of(context.spark(), context.vocabulary(), date, stages, new Models(context.spark(), layout));
            }
            Publisher.Token token = publisher.begin(Channel.DAILY, date, claimed(stages));
            Validation validation = new Validation(context, Channel.DAILY);
            Findings findings = validates(stages) ? validation.publish(publisher, token, date) : validation.published();
            if (stages.equals(Stage.all())) {
                new TileRun(context, findings).publish(publisher, date);
            }
            try (SharedRelations shared =
                    StageContext.shared(context.spark(), layout, context.vocabulary(), date, findings, stages)) {
                for (Stage stage : stages) {
                    new StageRun(context, stage, findings, shared).publish(publisher, token);
                }
            }
        });
        if (stages.size() > 1) {
            progress.funnel(stages, ledger.funnels);
        }
        progress.outputs(layout, date, stages, ledger.reports);
        return List.copyOf(ledger.reports);
    }

    private static boolean validates(List<Stage> stages) {
        return stages.stream().anyMatch(Stage::beginsDay);
    }

    /** From the first stage on: what follows it is made of its rows, and must not come from a run that read others. */
    private static List<String> claimed(List<Stage> stages) {
        List<Stage> all = Stage.all();
        List<String> claimed = new ArrayList<>();
        if (validates(stages)) {
            claimed.add(Validation.STAGE);
        }
        all.subList(all.indexOf(stages.get(0)), all.size()).forEach(stage -> claimed.add(stage.verb()));
        return claimed;
    }

    /** Does work of another kind under a manifest, the inputs of all days from the first to the run's own validated. */
    public void other(LocalDate first, Other work) {
        inManifest(publisher -> {
            Publisher.Token token = publisher.begin(Channel.EXAMPLES, date, List.of(Validation.STAGE));
            Findings findings = new Validation(context, Channel.EXAMPLES).publish(publisher, token, first);
            new TileRun(context, findings).publish(publisher, first);
            work.with(findings, publisher, progress, ledger.reports, ledger.notes);
        });
    }

    /** Work that is no stage. */
    public interface Other {
        void with(
                Findings findings,
                Publisher publisher,
                Progress progress,
                List<Manifest.StageReport> reports,
                Map<String, String> notes);
    }

    private void inManifest(Work work) {
        progress.begin(verb, date, config.asOf(date), runId);
        try (Publisher publisher = new Publisher(storage, layout, runId, config)) {
            manifest.running();
            work.with(publisher);
            manifest.done();
        } catch (Throwable e) {
            // Spark's own exceptions are checked ones, thrown where none is declared.
            Failure failure = Failure.of(e);
            try {
                manifest.failed(failure.exitCode(), failure.message());
            } catch (UncheckedIOException unwritable) {
                // A full disk, for one: why the run failed is to be seen, not what became of its manifest.
                e.addSuppressed(unwritable);
            }
            throw e;
        } finally {
            progress.stages();
        }
    }

    private interface Work {
        void with(Publisher publisher);
    }
}
