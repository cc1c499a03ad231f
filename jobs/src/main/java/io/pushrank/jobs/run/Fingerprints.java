package io.pushrank.jobs.run;

import io.pushrank.jobs.publish.CodeDigest;
import io.pushrank.jobs.stage.RankerVersion;
import io.pushrank.jobs.stage.Stage;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Table;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.commons.codec.digest.DigestUtils;

/** Tells a stage's work from any other: equal fingerprints give equal rows, so that the work need not be done again. */
final class Fingerprints {
    private final List<String> common;

    /**
     * @param first first day whose look-back is covered
     */
    Fingerprints(Vocabulary vocabulary, LocalDate first, LocalDate date) {
        this.common = List.of(
                "code " + CodeDigest.get(),
                "spark " + org.apache.spark.package$.MODULE$.SPARK_VERSION(),
                "config " + vocabulary.settings().digest(),
                "conf " + vocabulary.settings().folder().digests(),
                "days " + first + " " + date);
    }

    /** Of a stage: code, settings, the tables and models that it reads, and which of their rows are left out. */
    String of(Stage stage, StageContext context, Findings findings) {
        List<String> lines = new ArrayList<>(common);
        lines.add("stage " + stage.verb());
        for (RankerVersion model : stage.models(context.config())) {
            lines.add("model " + model.kind() + " "
                    + context.models().get(model.kind(), model.version()).digest());
        }
        Set<Table> tables = context.tables();
        tables.stream()
                .sorted(Comparator.naturalOrder())
                .forEach(table -> add(lines, table, context.relations().state(table)));
        lines.addAll(findings.lines(tables));
        return digest(lines);
    }

    /** Of the validation of all inputs. */
    String ofInputs(Function<Table, List<String>> state) {
        List<String> lines = new ArrayList<>(common);
        Table.inputs().forEach(table -> add(lines, table, state.apply(table)));
        return digest(lines);
    }

    private static void add(List<String> lines, Table table, List<String> state) {
        state.forEach(line -> lines.add(table.tableName() + " " + line));
    }

    private static String digest(List<String> lines) {
        return DigestUtils.sha256Hex(String.join("\n", lines));
    }
}
