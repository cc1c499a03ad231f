package io.pushrank.jobs.doctor;

import io.pushrank.udf.text.Documents;
import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.TreeMap;

/**
 * What one JVM says of itself. Travels from executors as JSON, since Spark's serializers differ in what they can do with
 * records.
 *
 * @param where driver, or executor with its id
 * @param java version of the JVM
 * @param timeZone the JVM's default
 * @param hasVectorModule whether it was started with {@code --add-modules jdk.incubator.vector}
 * @param closedPackages packages of java.base that Spark reaches into and that are not open
 * @param machine CPU, memory and C library
 * @param heapBytes most that the heap may hold
 * @param oneDnn value of TF_ENABLE_ONEDNN_OPTS; empty when it is not set
 * @param tensorFlow version of the TensorFlow that multiplied two matrices here; empty when it did not
 * @param tensorFlowFailure why it did not; empty when it did
 * @param copies where each library that must be there once was found
 * @param startedMillis clock when the report was begun, in milliseconds since 1970
 * @param endedMillis clock when it was done
 * @param access what was read, written and loaded from here
 */
record JvmReport(
        String where,
        String java,
        String timeZone,
        boolean hasVectorModule,
        List<String> closedPackages,
        Machine machine,
        long heapBytes,
        String oneDnn,
        String tensorFlow,
        String tensorFlowFailure,
        Map<String, List<String>> copies,
        long startedMillis,
        long endedMillis,
        Access.Reach access) {
    /** What Spark opens of java.base: the list of conf/spark-defaults.conf, in part; each stands for its line. */
    private static final List<String> OPENED =
            List.of("java.lang", "java.lang.invoke", "java.nio", "java.util", "sun.nio.ch", "sun.util.calendar");

    /** A file that stands for a library. Literal names, since the assembly moves some of them and then moves these too. */
    private static final Map<String, String> LIBRARIES = Map.of(
            "TensorFlow", "org/tensorflow/TensorFlow.class",
            "native TensorFlow", "org/tensorflow/internal/c_api/linux-x86_64/libjnitensorflow.so",
            "JavaCPP", "org/bytedeco/javacpp/Loader.class",
            "protobuf", "com/google/protobuf/MessageLite.class",
            "Jackson", "com/fasterxml/jackson/databind/ObjectMapper.class",
            "Jackson YAML", "com/fasterxml/jackson/dataformat/yaml/YAMLFactory.class",
            "Parquet", "org/apache/parquet/hadoop/ParquetFileReader.class",
            "Spark", "org/apache/spark/SparkContext.class",
            "pushrank", "io/pushrank/udf/model/HeavyModel.class");

    /** Looks at this JVM; loads TensorFlow unless this machine's CPU would not survive it. */
    static JvmReport take(String where, Access access) {
        long started = System.currentTimeMillis();
        Machine machine = Machine.here();
        String failure = machine.flags().contains("avx") ? "" : "not tried, since this CPU has no AVX";
        String version = "";
        if (failure.isEmpty()) {
            try {
                version = TensorFlowProbe.multiply();
            } catch (RuntimeException | LinkageError e) {
                failure = e.getClass().getSimpleName() + ": "
                        + String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            }
        }
        return new JvmReport(
                where,
                System.getProperty("java.version"),
                TimeZone.getDefault().getID(),
                ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent(),
                OPENED.stream()
                        .filter(name -> !Object.class.getModule().isOpen(name, JvmReport.class.getModule()))
                        .toList(),
                machine,
                Runtime.getRuntime().maxMemory(),
                System.getenv().getOrDefault("TF_ENABLE_ONEDNN_OPTS", ""),
                version,
                failure,
                librariesFound(),
                started,
                System.currentTimeMillis(),
                access.reach(where, failure.isEmpty()));
    }

    private static Map<String, List<String>> librariesFound() {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        Map<String, List<String>> copies = new TreeMap<>();
        LIBRARIES.forEach((library, file) -> {
            try {
                copies.put(
                        library,
                        Collections.list(loader.getResources(file)).stream()
                                .map(url -> container(url, file))
                                .distinct()
                                .toList());
            } catch (IOException e) {
                copies.put(library, List.of());
            }
        });
        return copies;
    }

    private static String container(URL url, String file) {
        String text = url.toString().replace("!/" + file, "").replace("/" + file, "");
        return text.startsWith("jar:") ? text.substring("jar:".length()) : text;
    }

    String toJson() {
        return Documents.toJson(this);
    }

    static JvmReport parse(String json) {
        return Documents.json("report", json, JvmReport.class);
    }
}
