package io.pushrank.jobs.log;

import java.time.LocalDate;
import java.util.Map;
import java.util.TreeMap;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.Marker;
import org.apache.logging.log4j.MarkerManager;
import org.apache.spark.sql.SparkSession;
import org.slf4j.MDC;

/**
 * What every line of the log says of the run that it belongs to, on the driver and on executors, and the run's events as
 * lines of their own. conf/log4j2.properties shows them as JSON; as text, standard output shows the same.
 */
public final class RunLog {
    /** Log lines that standard output has already shown to a person. */
    static final String EVENT = "EVENT";

    private static final Logger LOG = LogManager.getLogger(RunLog.class);
    private static final Marker MARKER = MarkerManager.getMarker(EVENT);

    private RunLog() {}

    /** From here on, lines carry the run. */
    public static void begin(String verb, LocalDate date, String runId) {
        set("verb", verb);
        set("date", date.toString());
        set("run_id", runId);
        set("stage", null);
        event("run started", Map.of());
    }

    /** From here on, lines carry the stage. */
    public static void start(String stage) {
        set("stage", stage);
        event("stage started", Map.of());
    }

    /**
     * The stage is over.
     *
     * @param values by name, numbers or texts
     */
    public static void end(Map<String, Object> values) {
        event("stage done", values);
        set("stage", null);
    }

    /** A verb ended otherwise than it should have. */
    public static void failed(int exitCode, String meaning, String message) {
        LOG.error(MARKER, new EventMessage(meaning + ": " + message).with("exit_code", exitCode));
    }

    private static void event(String words, Map<String, Object> values) {
        EventMessage message = new EventMessage(words);
        new TreeMap<>(values).forEach(message::with);
        LOG.info(MARKER, message);
    }

    private static void set(String name, String value) {
        // The prefix has Spark hand it on to its executors' tasks, and is part of the name on both sides.
        String key = "mdc." + name;
        if (value == null) {
            MDC.remove(key);
        } else {
            MDC.put(key, value);
        }
        SparkSession.getDefaultSession().foreach(session -> {
            session.sparkContext().setLocalProperty(key, value);
            return null;
        });
    }
}
