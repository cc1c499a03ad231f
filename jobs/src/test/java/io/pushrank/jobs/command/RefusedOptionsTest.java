package io.pushrank.jobs.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.TypeConversionException;

/** Paths and names that could lead elsewhere, credentials, and models of unknown origin. */
class RefusedOptionsTest {
    private static final Path SAMPLE = Path.of("../sample-data/models/heavy/1");

    @TempDir
    private Path directory;

    @BeforeAll
    static void openSession() {
        SharedSpark.session();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            daily|--input=/data/*            | Invalid value for option '--input': must be one path, without control characters and without any of *?[]{}, but is /data/*
            daily|--output={a,b}             | Invalid value for option '--output': must be one path, without control characters and without any of *?[]{}, but is {a,b}
            daily|--models=                  | Invalid value for option '--models': must be a path, but is blank
            daily|--output=s3a:              | Invalid value for option '--output': must be a path: java.net.URISyntaxException: Expected scheme-specific part at index 4: s3a:
            evaluate heavy|--model-version=../1 | Invalid value for option '--model-version': model version must be letters, digits, '.', '_' or '-', start with a letter or digit, and be neither "champion" nor end in "-evaluations", but is ../1
            evaluate heavy|--repeats=3       | Error: Missing required argument(s): --importance
            train heavy|--warm-start=a/b     | Invalid value for option '--warm-start': model version must be letters, digits, '.', '_' or '-', start with a letter or digit, and be neither "champion" nor end in "-evaluations", but is a/b
            explain|--user=1 OR 1=1          | Invalid value for option '--user': '1 OR 1=1' is not a long
            """)
    void whatCouldLeadElsewhereIsAUsageError(String verb, String option, String message) {
        List<String> arguments = new ArrayList<>(Arrays.asList(verb.split(" ")));
        arguments.add(option);

        Result result = Result.of(arguments.toArray(String[]::new));

        assertEquals(message, result.printed().lines().findFirst().orElse(""));
        assertEquals(2, result.exitCode());
    }

    @Test
    void aPathWithLettersThatTheLocaleLacksIsRefused() {
        // As an argument arrives under LC_ALL=C.
        TypeConversionException refusal =
                assertThrows(TypeConversionException.class, () -> new LocationConverter(StandardCharsets.US_ASCII)
                        .convert("/data/\ufffd\ufffdn"));

        assertEquals(
                "must be a path in the encoding of the locale, US-ASCII, but is /data/??n: set LC_ALL=C.UTF-8 for the"
                        + " driver (spark.yarn.appMasterEnv.LC_ALL on YARN)",
                refusal.getMessage());
        assertEquals("/data/\u00fcn", new LocationConverter(StandardCharsets.UTF_8).convert("/data/\u00fcn"));
        assertEquals("/data/un", new LocationConverter(StandardCharsets.US_ASCII).convert("/data/un"));
    }

    @Test
    void aCredentialInAPathStandsNeitherInMessagesNorInManifests() throws IOException {
        TinyWorld world = new TinyWorld(directory).people(1).write();
        String secret = "wJalrXUtnFEMI";

        Result result = Result.of(
                "targets",
                "--date=" + TinyWorld.DATE,
                "--input=" + directory + "/nowhere",
                "--output=" + world.layout().output(),
                "--models=file://user:" + secret + "@localhost/models");

        assertEquals(3, result.exitCode(), result.printed());
        assertFalse(result.printed().contains(secret), result.printed());
        Path runs = Path.of(world.layout().output(), "_runs", "ds=" + TinyWorld.DATE);
        try (var files = Files.list(runs)) {
            for (Path manifest :
                    files.filter(file -> file.toString().endsWith(".json")).toList()) {
                String text = Files.readString(manifest);
                assertFalse(text.contains(secret), text);
                assertTrue(text.contains("file://***@localhost/models"), text);
            }
        }
    }

    @Test
    void aCredentialInASettingIsNotRepeated() {
        Result wrong = Result.of("daily", "--date=2026-03-14", "--set", "store.password=hunter2");
        assertEquals(2, wrong.exitCode());
        assertTrue(wrong.printed().contains("store.password=***"), wrong.printed());
        assertFalse(wrong.printed().contains("hunter2"), wrong.printed());

        Result unknown = Result.of("daily", "--api-key=hunter2");
        assertEquals(2, unknown.exitCode());
        assertFalse(unknown.printed().contains("hunter2"), unknown.printed());
    }

    @Test
    void aSettingIsOneLine() {
        Result result = Result.of("daily", "--date=2026-03-14", "--set", "seed=7\nas_of_hour: 3");

        assertEquals(2, result.exitCode());
        assertTrue(
                result.printed()
                        .contains("--set takes one key of letters, digits, points, hyphens and underscores, and its"
                                + " value on one line, but was given seed=7"),
                result.printed());
    }

    @Test
    void aSavedModelOfUnknownOriginIsOpenedOnlyByAnExplicitFlag() throws IOException {
        Path foreign = directory.resolve("foreign");
        copyWithoutManifest(SAMPLE, foreign);
        String models = directory.resolve("models").toString();
        String[] command = {
            "import",
            "saved-model",
            foreign.toString(),
            "--ranker=heavy",
            "--model-version=theirs",
            "--models=" + models
        };

        Result refused = Result.of(command);
        assertEquals(5, refused.exitCode());
        assertEquals(
                "pushrank: model rejected: " + foreign
                        + ": expected a model package with a manifest of digests, found a SavedModel of unknown origin,"
                        + " which is a program: --trust-saved-model opens it all the same",
                refused.printed().strip());
        assertFalse(Files.exists(Path.of(models)), "nothing is written");

        String[] trusting = Arrays.copyOf(command, command.length + 1);
        trusting[command.length] = "--trust-saved-model";
        Result opened = Result.of(trusting);
        assertEquals(0, opened.exitCode(), opened.printed());
        assertTrue(Files.exists(Path.of(models, "heavy/theirs/manifest.json")));
        assertFalse(Files.exists(Path.of(models, "heavy/champion")), "it is not put in use");

        assertEquals(2, Result.of(trusting).exitCode(), "a version is never written again");
    }

    private static void copyWithoutManifest(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else if (!file.endsWith("manifest.json")) {
                    Files.copy(file, copy);
                }
            }
        }
    }
}
