package io.pushrank.jobs;

import io.pushrank.jobs.run.Sessions;
import org.apache.spark.sql.SparkSession;

/** The one Spark session of the tests of a JVM, set up as that of an embedded run; it ends with the JVM. */
public final class SharedSpark {
    private static final class Holder {
        private static final SparkSession SESSION = Sessions.open("tests");
    }

    private SharedSpark() {}

    public static SparkSession session() {
        return Holder.SESSION;
    }
}
