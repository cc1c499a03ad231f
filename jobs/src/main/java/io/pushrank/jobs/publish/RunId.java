package io.pushrank.jobs.publish;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.UUID;

/** Identifiers of runs. */
public final class RunId {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS");

    private RunId() {}

    /** A new run's identifier: in the order of their starts, and never the same. */
    public static String create() {
        return TIME.format(Instant.now().atOffset(ZoneOffset.UTC)) + "-"
                + UUID.randomUUID().toString().substring(0, 8);
    }

    /** When a run began, by its identifier; the epoch when it is none. */
    static Instant startOf(String runId) {
        try {
            return LocalDateTime.parse(runId.replaceFirst("-.*", ""), TIME).toInstant(ZoneOffset.UTC);
        } catch (DateTimeParseException e) {
            return Instant.EPOCH;
        }
    }
}
