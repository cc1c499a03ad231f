package io.pushrank.jobs.bench;

import io.pushrank.jobs.command.PushrankCommand;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.run.Sessions;
import io.pushrank.jobs.table.Storage;
import java.util.Arrays;
import java.util.Locale;
import org.apache.spark.sql.SparkSession;

/** Main class of a JVM that runs one verb and writes what that cost. Its first argument is the file, the others are the verb's. */
final class VerbProbe {
    private VerbProbe() {}

    public static void main(String[] arguments) {
        Locale.setDefault(Locale.ROOT);
        SparkSession spark = Sessions.open("bench");
        ProcessUse use = ProcessUse.fromNow();
        SparkWork work = SparkWork.listenTo(spark);
        int code = PushrankCommand.execute(Arrays.copyOfRange(arguments, 1, arguments.length));
        if (code == 0) {
            Metrics figures = use.metrics().put("spark", work.take());
            new Storage(spark.sparkContext().hadoopConfiguration()).write(arguments[0], figures.toJson());
        }
        System.exit(code);
    }
}
