package io.pushrank.jobs.fact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.model.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that are a table: versions that never change, one of them in use. */
class ModelTablesTest {
    private static final Table TABLE = Table.RECOMMENDED_AUTHORS;

    @TempDir
    private Path directory;

    private ModelTables models() {
        return new ModelTables(new Storage(new Configuration()), new Layout("input", "output", directory.toString()));
    }

    private static Dataset<Row> authors(long... authors) {
        List<Row> rows = Arrays.stream(authors)
                .mapToObj(author -> RowFactory.create(1L, author, 0.5, 1))
                .toList();
        return SharedSpark.session().createDataFrame(rows, TABLE.schema());
    }

    private List<Long> inUse() {
        return models().read(SharedSpark.session(), TABLE).select("author_id").collectAsList().stream()
                .map(row -> row.getLong(0))
                .toList();
    }

    @Test
    void theLastOneWrittenIsInUseAndTheOthersStay() {
        assertFalse(models().has(TABLE));
        assertEquals(Optional.empty(), models().version(TABLE));
        assertEquals(List.of(), models().state(TABLE));

        models().write(TABLE, "1", authors(5), Map.of("list.yaml", "one"));
        models().write(TABLE, "2", authors(6), Map.of("list.yaml", "two"));

        assertEquals(Optional.of(directory + "/collaborative/2"), models().version(TABLE));
        assertEquals(List.of(6L), inUse());
        assertEquals("two", models().text(TABLE, "list.yaml"));
        PushrankException refusal =
                assertThrows(PushrankException.class, () -> models().write(TABLE, "1", authors(7), Map.of()));
        assertEquals(
                "model " + directory + "/collaborative/1 exists already: a version never changes, name another",
                refusal.getMessage());
        assertEquals(List.of(6L), inUse());
    }

    /** What a stage's fingerprint has of a model. */
    @Test
    void anotherVersionAnotherFileAndAnotherTextAreAnotherState() throws IOException {
        models().write(TABLE, "1", authors(5), Map.of("list.yaml", "one"));
        List<String> state = models().state(TABLE);
        assertEquals(state, models().state(TABLE));

        Files.deleteIfExists(directory.resolve("collaborative/1/.list.yaml.crc"));
        Files.writeString(directory.resolve("collaborative/1/list.yaml"), "another");
        assertNotEquals(state, models().state(TABLE));

        models().write(TABLE, "2", authors(5), Map.of("list.yaml", "one"));
        assertNotEquals(state, models().state(TABLE));
    }

    @Test
    void aChampionThatIsNoNameAndAFileThatIsMissingAreNamed() throws IOException {
        models().write(TABLE, "1", authors(5), Map.of());
        assertEquals(
                directory + "/collaborative/1/list.yaml: expected a file of the model in use, found none",
                assertThrows(ModelException.class, () -> models().text(TABLE, "list.yaml"))
                        .getMessage());

        Files.deleteIfExists(directory.resolve("collaborative/.champion.crc"));
        Files.writeString(directory.resolve("collaborative/champion"), "../elsewhere");
        assertEquals(
                directory + "/collaborative/champion: expected the name of the version in use, found \"../elsewhere\"",
                assertThrows(ModelException.class, () -> models().version(TABLE))
                        .getMessage());
    }
}
