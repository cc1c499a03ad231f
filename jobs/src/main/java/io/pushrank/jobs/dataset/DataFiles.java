package io.pushrank.jobs.dataset;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** Files of a data set. */
final class DataFiles {
    private DataFiles() {}

    /**
     * The path of a file.
     *
     * @param of what the data set is called
     * @throws IllegalArgumentException when it is absent
     */
    static String require(SparkSession spark, String of, String directory, String name) {
        Path path = new Path(directory, name);
        try {
            FileSystem files = path.getFileSystem(spark.sessionState().newHadoopConf());
            if (!files.exists(path)) {
                throw new IllegalArgumentException(
                        "the " + of + " data must hold " + name + ", there is none in " + directory);
            }
            return path.toString();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
