package io.pushrank.jobs.run;

import static org.apache.spark.sql.functions.col;

import com.fasterxml.jackson.databind.JsonNode;
import io.pushrank.jobs.config.Json;
import io.pushrank.jobs.exit.ExitCode;
import io.pushrank.jobs.gate.Gates;
import io.pushrank.jobs.gate.InputGate;
import io.pushrank.jobs.gate.OutputGate;
import io.pushrank.jobs.gate.Profile;
import io.pushrank.jobs.gate.SendsProfile;
import io.pushrank.jobs.gate.Verdict;
import io.pushrank.jobs.stage.QualityControl;
import io.pushrank.jobs.stage.Stage;
import io.pushrank.jobs.table.Inputs;
import io.pushrank.jobs.table.Publication;
import io.pushrank.jobs.table.PublicationLog;
import io.pushrank.jobs.table.PublishedTables;
import io.pushrank.jobs.table.Table;
import io.pushrank.jobs.table.Tables;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Has a day judged against the days before it, as their runs saw them, before anything of it is published. */
final class GateKeeper {
    private static final String SENDS = "sends_profile";

    private final RunContext run;
    private final PublishedTables published;

    GateKeeper(RunContext run) {
        this.run = run;
        this.published = new PublishedTables(run.storage(), run.layout());
    }

    /** Profiles of inputs: too many figures for the log, which is written again with each stage. */
    private record Profiles(List<Profile> profiles) {}

    /**
     * Judges the inputs, and keeps their profiles for later runs under this run's id.
     *
     * @throws io.pushrank.jobs.exit.PushrankException with exit code 3 when a gate fails that nobody accepts
     */
    void judge(Inputs inputs) {
        List<Profile> known = new ArrayList<>();
        for (LocalDate day : earlierDays()) {
            Publication.Stage validation = published.daily(day).stages().get(Validation.STAGE);
            if (validation != null) {
                String file = run.layout().profiles(day, validation.runId());
                if (run.storage().exists(file)) {
                    known.addAll(Json.parse(file, run.storage().read(file), Profiles.class)
                            .profiles());
                }
            }
        }
        InputGate.Judgement judgement = new InputGate(inputs, run.config(), run.date()).judge(known);
        require(judgement.verdicts(), ExitCode.INPUT_REJECTED);
        run.storage()
                .write(run.layout().profiles(run.date(), run.runId()), Json.text(new Profiles(judgement.profiles())));
    }

    /**
     * Judges what a stage is about to publish: sends, and nothing yet of the others.
     *
     * @return what later runs want to know of them
     * @throws io.pushrank.jobs.exit.PushrankException with exit code 4 when a gate fails that nobody accepts
     */
    Map<String, JsonNode> judge(Stage stage, Tables tables, Dataset<Row> kept) {
        if (!(stage instanceof QualityControl)) {
            return Map.of();
        }
        long eligible = tables.read(Table.TARGETS).filter(col("is_eligible")).count();
        SendsProfile today = SendsProfile.of(run.date(), kept, eligible);
        List<SendsProfile> before = new ArrayList<>();
        for (LocalDate day : earlierDays()) {
            Publication.Stage sends = published.daily(day).stages().get(stage.verb());
            if (sends != null && sends.facts().containsKey(SENDS)) {
                before.add(Json.value(sends.facts().get(SENDS), SendsProfile.class));
            }
        }
        require(OutputGate.judge(today, before, run.config()), ExitCode.OUTPUT_REJECTED);
        return Map.of(SENDS, Json.tree(today));
    }

    private void require(List<Verdict> verdicts, ExitCode exitCode) {
        // Noted before it stops the run: the manifest of a run that failed is where one looks.
        run.ledger().verdicts.addAll(Gates.accept(verdicts, run.choices().accepted()));
        Gates.require(verdicts, run.choices().accepted(), exitCode);
    }

    /** The newest first, as many as gates look back on. */
    private List<LocalDate> earlierDays() {
        List<LocalDate> days = new ArrayList<>(published.days(PublicationLog.DAILY));
        days.removeIf(day -> !day.isBefore(run.date()));
        Collections.reverse(days);
        return days.stream().limit(run.config().gates().trailingDays()).toList();
    }
}
