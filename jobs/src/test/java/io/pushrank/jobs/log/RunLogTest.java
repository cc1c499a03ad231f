package io.pushrank.jobs.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.udf.text.Documents;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.MarkerManager;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.Filter;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.ConfigurationFactory;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.message.Message;
import org.apache.logging.log4j.message.SimpleMessage;
import org.apache.logging.log4j.util.SortedArrayStringMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** Log lines as the shipped conf/log4j2.properties writes them. */
class RunLogTest {
    private static final Configuration SHIPPED = shipped();

    private static Configuration shipped() {
        LoggerContext context = new LoggerContext("shipped");
        Configuration configuration = ConfigurationFactory.getInstance()
                .getConfiguration(
                        context,
                        ConfigurationSource.fromUri(
                                Path.of("../conf/log4j2.properties").toUri()));
        configuration.initialize();
        return configuration;
    }

    private static LogEvent event(Message message, String marker, Throwable thrown) {
        SortedArrayStringMap run = new SortedArrayStringMap();
        run.putValue("mdc.run_id", "20260314T120000000-1a2b3c4d");
        run.putValue("mdc.date", "2026-03-14");
        run.putValue("mdc.verb", "daily");
        run.putValue("mdc.stage", "heavy-rank");
        return Log4jLogEvent.newBuilder()
                .setLoggerName("io.pushrank.jobs.log.RunLog")
                .setLevel(Level.INFO)
                .setMarker(marker == null ? null : MarkerManager.getMarker(marker))
                .setMessage(message)
                .setThrown(thrown)
                .setTimeMillis(1_773_489_600_123L)
                .setContextData(run)
                .build();
    }

    private static JsonNode json(LogEvent event) throws IOException {
        Appender appender = SHIPPED.getAppender("json");
        String line = appender.getLayout().toSerializable(event).toString();
        assertEquals(1, line.strip().lines().count(), "an object a line");
        return Documents.JSON.readTree(line);
    }

    @Test
    void aLineSaysWhichRunDateAndStageItBelongsTo() throws IOException {
        JsonNode line = json(event(new SimpleMessage("light ranker: plain Java"), null, null));

        assertEquals("2026-03-14T12:00:00.123Z", line.get("time").asText());
        assertEquals("INFO", line.get("level").asText());
        assertEquals("20260314T120000000-1a2b3c4d", line.get("run_id").asText());
        assertEquals("2026-03-14", line.get("date").asText());
        assertEquals("daily", line.get("verb").asText());
        assertEquals("heavy-rank", line.get("stage").asText());
        assertEquals("light ranker: plain Java", line.get("message").asText());
        assertFalse(line.has("event"), line.toString());
    }

    @Test
    void anEventHasItsFiguresAsNumbers() throws IOException {
        JsonNode line = json(
                event(new EventMessage("stage done").with("rows_in", 3802L).with("seconds", 1.5), RunLog.EVENT, null));

        assertEquals("stage done", line.get("message").asText());
        assertTrue(line.get("event").get("rows_in").isIntegralNumber(), line.toString());
        assertEquals(3802, line.get("event").get("rows_in").asLong());
        assertEquals(1.5, line.get("event").get("seconds").asDouble());
    }

    @Test
    void anErrorHasItsMessageAndItsStackTrace() throws IOException {
        JsonNode line = json(event(new SimpleMessage("lost"), null, new IllegalStateException("no executor")));

        assertEquals("no executor", line.get("error").asText());
        assertTrue(line.get("stack_trace").asText().contains("RunLogTest"), line.toString());
    }

    @Test
    void asTextEventsAreLeftToStandardOutput() {
        AbstractAppender text = SHIPPED.getAppender("text");

        assertEquals(Filter.Result.DENY, text.getFilter().filter(event(new EventMessage("x"), RunLog.EVENT, null)));
        assertEquals(Filter.Result.NEUTRAL, text.getFilter().filter(event(new SimpleMessage("x"), null, null)));
    }

    @Test
    void tasksOnExecutorsKnowTheRun() {
        JavaSparkContext spark = new JavaSparkContext(SharedSpark.session().sparkContext());
        try {
            RunLog.begin("daily", LocalDate.of(2026, 3, 14), "run-1");
            RunLog.start("targets");

            assertEquals(
                    List.of("run-1 2026-03-14 targets"),
                    spark.parallelize(List.of(1), 1)
                            .map(task -> MDC.get("mdc.run_id") + " " + MDC.get("mdc.date") + " " + MDC.get("mdc.stage"))
                            .collect());
        } finally {
            List.of("run_id", "date", "verb", "stage").forEach(name -> {
                MDC.remove("mdc." + name);
                spark.setLocalProperty("mdc." + name, null);
            });
        }
    }
}
