package io.pushrank.udf;

import io.pushrank.udf.scoring.PushrankExtensions;
import org.apache.spark.sql.SparkSession;

/** The one Spark session of the tests of a JVM; it ends with the JVM. */
public final class SharedSpark {
    private static final class Holder {
        private static final SparkSession SESSION = SparkSession.builder()
                .appName("tests")
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", "4")
                .config("spark.sql.adaptive.enabled", "false")
                .config("spark.sql.session.timeZone", "UTC")
                .config("spark.sql.extensions", PushrankExtensions.class.getName())
                // Sessions are told apart by their views alone; a class loader each would compile every query anew.
                .config("spark.sql.artifact.isolation.enabled", "false")
                .getOrCreate();
    }

    private SharedSpark() {}

    public static SparkSession session() {
        return Holder.SESSION;
    }
}
