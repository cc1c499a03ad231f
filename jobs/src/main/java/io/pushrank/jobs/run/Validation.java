package io.pushrank.jobs.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.pushrank.jobs.config.Json;
import io.pushrank.jobs.publish.CodeDigest;
import io.pushrank.jobs.publish.Publication;
import io.pushrank.jobs.publish.PublicationLog;
import io.pushrank.jobs.publish.Publisher;
import io.pushrank.jobs.table.Channel;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Inputs;
import io.pushrank.jobs.table.KeyIndexes;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.jobs.table.Validator;
import io.pushrank.jobs.table.Validator.TableReport;
import java.time.Instant;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds the inputs of a run against their contract, before its first stage; what cannot be used is published apart. */
final class Validation {
    private static final Logger LOG = LoggerFactory.getLogger(Validation.class);

    /** Its name among the stages. */
    static final String STAGE = "validate";

    private static final String FINDINGS = "findings";
    private static final String DAYS = "input_days";

    private final RunContext run;
    private final Channel channel;

    /**
     * @param channel the log that tells of it, and the place of its quarantine
     */
    Validation(RunContext run, Channel channel) {
        this.run = run;
        this.channel = channel;
    }

    /** Validates what days from the first to the run's own read, or takes what was found of the same inputs before. */
    Findings publish(Publisher publisher, Publisher.Token token, LocalDate first) {
        Instant started = Instant.now();
        run.progress().start(STAGE);
        Inputs inputs = new Inputs(run.spark(), run.layout(), run.config(), first, run.date(), Findings.none());
        String fingerprint = new Fingerprints(run.vocabulary(), first, run.date()).ofInputs(inputs::state);
        Optional<Publication.Stage> before = run.published(token.log().latest(), STAGE, fingerprint);
        if (before.isPresent()) {
            Optional.ofNullable(before.get().facts().get(DAYS))
                    .map(JsonNode::textValue)
                    .filter(text -> !text.isEmpty())
                    .ifPresent(text -> {
                        LOG.warn(text);
                        run.ledger().notes.put(DAYS, text);
                    });
            run.add(Manifest.StageReport.of(before.get()));
            return findings(before.get());
        }
        KeyIndexes indexes = new KeyIndexes(
                inputs, run.layout(), CodeDigest.get(), run.choices().isForced());
        Validator validator = new Validator(inputs, run.config(), indexes);
        Optional<String> days = validator.checkDays();
        days.ifPresent(text -> run.ledger().notes.put(DAYS, text));
        Map<Table, Set<String>> found = new EnumMap<>(Table.class);
        Map<String, Long> reasons = new TreeMap<>();
        Map<String, String> digests = new TreeMap<>();
        long rows = 0;
        long quarantined = 0;
        for (Table table : Table.inputs().toList()) {
            TableReport report = validator.check(table);
            String destination = run.layout().quarantine(channel, run.date(), table);
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
        run.ledger().notes.put(STAGE, indexes.summary());
        run.progress().tell(STAGE, indexes.summary());
        if (channel.isGated()) {
            new GateKeeper(run).judge(inputs);
        }
        Manifest.StageReport report = new Manifest.StageReport(
                STAGE,
                rows,
                rows - quarantined,
                quarantined,
                Manifest.StageReport.secondsSince(started),
                digests,
                reasons,
                "");
        Findings findings = new Findings(found);
        publisher.publish(
                STAGE,
                token,
                fingerprint,
                Map.of(
                        Manifest.StageReport.FACT,
                        Json.tree(report),
                        FINDINGS,
                        Json.tree(findings),
                        DAYS,
                        Json.tree(days.orElse(""))));
        run.add(report);
        return findings;
    }

    /** What the validation of this date found, when stages run one by one; nothing when there was none. */
    Findings published() {
        return published(run.storage(), run.layout(), channel, run.date());
    }

    /** As {@link #published()}, of any date. */
    static Findings published(Storage storage, Layout layout, Channel channel, LocalDate date) {
        Publication.Stage published = new PublicationLog(storage, layout, channel, date)
                .latest()
                .stages()
                .get(STAGE);
        return published == null ? Findings.none() : findings(published);
    }

    private static Findings findings(Publication.Stage published) {
        return Json.value(published.facts().get(FINDINGS), Findings.class);
    }
}
