package io.pushrank.jobs;

import org.apache.spark.sql.SparkSession;

/** The one local Spark session of the tests of a JVM; it ends with the JVM. */
public final class SharedSpark {
    private static final class Holder {
        private static final SparkSession SESSION = SparkSession.builder()
                .appName("tests")
                .master("local[2]")
                .config("spark.sql.session.timeZone", "UTC")
                .config("spark.sql.shuffle.partitions", "4")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.driver.host", "127.0.0.1")
                .getOrCreate();
    }

    private SharedSpark() {}

    public static SparkSession session() {
        return Holder.SESSION;
    }
}
