package io.pushrank.jobs.bench;

import io.pushrank.jobs.report.Metrics;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.SparkSession;

/**
 * Measures a run stage by stage. A run prints a line when a stage starts: that ends the stage before it. So any stage that a
 * run shows is measured, whatever its name. What lies before the first one is {@code start}: the start of the JVM and of Spark,
 * and the planning of all stages.
 */
final class StageMeter {
    private static final String START = "start";
    /** As a run prints it: the time, then the stage. */
    private static final Pattern STARTS = Pattern.compile("\\d\\d:\\d\\d:\\d\\d (\\S+)");

    private final SparkWork work;
    private final PrintStream shown;
    private final Map<String, Metrics> stages = new LinkedHashMap<>();
    private String stage = START;
    private ProcessUse use = ProcessUse.sinceStart();

    /** Measures from now on; {@code shown} receives what the run prints. */
    StageMeter(SparkSession spark, PrintStream shown) {
        this.work = SparkWork.listenTo(spark);
        this.shown = shown;
    }

    /** What the run is to print to. */
    PrintStream out() {
        return new PrintStream(new Lines(), true, StandardCharsets.UTF_8);
    }

    /** The run is over: figures by stage, in the order of their start. */
    Map<String, Metrics> stages() {
        next("");
        return stages;
    }

    private void next(String name) {
        Metrics figures = use.metrics();
        stages.put(stage, figures.put("spark", work.take()));
        stage = name;
        use = ProcessUse.fromNow();
    }

    private final class Lines extends OutputStream {
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        @Override
        public void write(int octet) {
            if (octet != '\n') {
                line.write(octet);
                return;
            }
            String text = line.toString(StandardCharsets.UTF_8);
            line.reset();
            shown.println(text);
            Matcher starts = STARTS.matcher(text);
            if (starts.matches()) {
                next(starts.group(1));
            }
        }
    }
}
