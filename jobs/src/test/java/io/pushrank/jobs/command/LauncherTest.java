package io.pushrank.jobs.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the launcher, the build and Spark's configuration each have to know is the same in all of them. */
class LauncherTest {
    private static final Path HOME = Path.of("..");
    private static final Pattern COMPILED = Pattern.compile("case \"\\$\\{1:-}\" in\\s+([a-z| -]+)\\) ;;");

    private static String first(Pattern pattern, String file) throws IOException {
        Matcher matcher = pattern.matcher(Files.readString(HOME.resolve(file)));
        assertTrue(matcher.find(), file + " has no " + pattern);
        return matcher.group(1);
    }

    private static Set<String> flags(Pattern pattern, String file) throws IOException {
        return new TreeSet<>(Set.of(first(pattern, file).strip().split("\\s+")));
    }

    @Test
    void everyVerbThatGetsOptimizedCodeExists() throws IOException {
        Set<String> verbs =
                new TreeSet<>(PushrankCommand.commandLine().getSubcommands().keySet());

        for (String verb : first(COMPILED, "jobs/bin/pushrank").split("\\|", -1)) {
            assertTrue(verbs.contains(verb.strip()), "bin/pushrank names " + verb.strip() + ", there are " + verbs);
        }
    }

    @Test
    void everyJvmIsStartedWithTheSameFlags() throws IOException {
        Set<String> build = flags(Pattern.compile("<java17.flags>([^<]+)<"), "pom.xml");
        build.add("-Duser.timezone=UTC");
        String configuration = "conf/spark-defaults.conf";

        assertEquals(build, flags(Pattern.compile("spark.driver.extraJavaOptions(.+)"), configuration));
        assertEquals(build, flags(Pattern.compile("spark.executor.defaultJavaOptions(.+)"), configuration));
    }

    @Test
    void theVersionIsTheBuilds() throws IOException {
        assertEquals(
                "pushrank " + first(Pattern.compile("<revision>([^<]+)<"), "pom.xml"),
                String.join("\n", new ProductVersion().getVersion()));
    }
}
