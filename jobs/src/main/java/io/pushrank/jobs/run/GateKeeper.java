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
import io.pushrank.jobs.gate.TableProfile;
import io.pushrank.jobs.gate.Verdict;
import io.pushrank.jobs.publish.Publication;
import io.pushrank.jobs.publish.PublishedTables;
import io.pushrank.jobs.publish.TableDigest;
import io.pushrank.jobs.stage.Stage;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.table.Channel;
import io.pushrank.jobs.table.Inputs;
import io.pushrank.jobs.table.Table;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Has a day judged against the days before it, as their runs saw them, before anything of it is published. */
final class GateKeeper {
    private static final String TABLE = "table_profile";
    private static final String SENDS = "sends_profile";
    /** A day further back than so many times the trailing days says nothing of today's. */
    private static final int OLDEST = 4;

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
        List<Profile> known = earlier(Validation.STAGE, (day, validation) -> {
                    String file = run.layout().profiles(day, validation.runId());
                    return run.storage().exists(file)
                            ? Json.parse(file, run.storage().read(file), Profiles.class)
                                    .profiles()
                            : null;
                })
                .stream()
                .flatMap(List::stream)
                .toList();
        InputGate.Judgment judgment = new InputGate(inputs, run.config(), run.date()).judge(known);
        require(judgment.verdicts(), ExitCode.INPUT_REJECTED);
        run.storage()
                .write(run.layout().profiles(run.date(), run.runId()), Json.text(new Profiles(judgment.profiles())));
    }

    /**
     * Judges what a stage is about to publish: its table, or the sends.
     *
     * @return what later runs want to know of it
     * @throws io.pushrank.jobs.exit.PushrankException with exit code 4 when a gate fails that nobody accepts
     */
    Map<String, JsonNode> judge(Stage stage, StageContext context, Dataset<Row> kept, TableDigest digest) {
        if (!stage.givesSends()) {
            TableProfile table =
                    new TableProfile(stage.writes().tableName(), run.date().toString(), digest.rows(), digest.nulls());
            require(
                    OutputGate.judge(table, earlier(stage.verb(), TABLE, TableProfile.class), run.config()),
                    ExitCode.OUTPUT_REJECTED);
            return Map.of(TABLE, Json.tree(table));
        }
        // How many there are is judged for each eligible target, not by the table.
        long eligible = context.read(Table.TARGETS).filter(col("is_eligible")).count();
        SendsProfile sends = SendsProfile.of(run.date(), kept, eligible);
        require(
                OutputGate.judge(sends, earlier(stage.verb(), SENDS, SendsProfile.class), run.config()),
                ExitCode.OUTPUT_REJECTED);
        return Map.of(SENDS, Json.tree(sends));
    }

    private <T> List<T> earlier(String stage, String fact, Class<T> type) {
        return earlier(stage, (day, published) -> {
            JsonNode found = published.facts().get(fact);
            return found == null ? null : Json.value(found, type);
        });
    }

    /**
     * What earlier days' stages left, the newest first, as many as gates look back on: days of which there is nothing, since
     * their runs were stopped, are passed over, so that a row of bad days does not end the judging.
     *
     * @param read gives NULL where there is nothing
     */
    private <T> List<T> earlier(String stage, BiFunction<LocalDate, Publication.Stage, T> read) {
        int wanted = run.config().gates().trailingDays();
        LocalDate oldest = run.date().minusDays((long) OLDEST * wanted);
        List<LocalDate> days = new ArrayList<>(published.days(Channel.DAILY));
        days.removeIf(day -> !day.isBefore(run.date()) || day.isBefore(oldest));
        Collections.reverse(days);
        List<T> found = new ArrayList<>();
        for (LocalDate day : days) {
            Publication.Stage each = published.daily(day).stages().get(stage);
            T value = each == null ? null : read.apply(day, each);
            if (value != null) {
                found.add(value);
            }
            if (found.size() == wanted) {
                break;
            }
        }
        return found;
    }

    private void require(List<Verdict> verdicts, ExitCode exitCode) {
        // Noted before it stops the run: the manifest of a run that failed is where one looks.
        run.ledger().verdicts.addAll(Gates.accept(verdicts, run.choices().accepted()));
        Gates.require(verdicts, run.choices().accepted(), exitCode);
    }
}
