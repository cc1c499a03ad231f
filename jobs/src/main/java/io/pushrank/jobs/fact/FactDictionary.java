package io.pushrank.jobs.fact;

import io.pushrank.jobs.table.Table;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Lists every fact: the page {@code conf/facts/README.md}. */
public final class FactDictionary {
    private FactDictionary() {}

    /** The page, made of the fact files; types are those that Spark finds. */
    public static String markdown(SparkSession spark, Facts facts) {
        StringBuilder page = new StringBuilder(
                """
                # Facts

                Made of the files beside this page; a test keeps it so. Sources, rules and features name facts as
                `family.column`. A family is found by its key; where it describes items, those of other types have NULL.
                """);
        for (Family family : facts.families().values()) {
            page.append("\n## ")
                    .append(family.name())
                    .append("\n\n")
                    .append(family.query().summary());
            page.append("\n\nKey: ").append(key(family));
            family.itemType()
                    .ifPresent(type ->
                            page.append(", of items of type `").append(type).append("`"));
            page.append(".\n\n| column | type | what it is |\n|---|---|---|\n");
            for (StructField column : schema(spark, facts, family).fields()) {
                page.append("| ")
                        .append(column.name())
                        .append(" | ")
                        .append(column.dataType().sql())
                        .append(" | ")
                        .append(family.columns().get(column.name()))
                        .append(" |\n");
            }
        }
        return page.toString();
    }

    private static String key(Family family) {
        return family.key().isEmpty()
                ? "none"
                : family.key().stream()
                        .map(key -> "`" + key.column() + "`"
                                + (key.column().equals(key.row()) ? "" : " = `" + key.row() + "` of the row"))
                        .collect(Collectors.joining(", "));
    }

    private static StructType schema(SparkSession spark, Facts facts, Family family) {
        Set<Reference> references = family.columns().keySet().stream()
                .map(column -> new Reference(family.name(), column))
                .collect(Collectors.toCollection(TreeSet::new));
        try (Relations relations = Relations.ofEmptyTables(spark, facts, LocalDate.EPOCH, Instant.EPOCH)
                .parameter("in_network_types", new String[] {})
                .parameter("out_of_network_types", new String[] {})) {
            Dataset<Row> rows = relations.facts(references).join(relations.read(Table.HEAVY_RANKED));
            StructType all = (StructType) rows.schema().apply(family.name()).dataType();
            return new StructType(Arrays.stream(all.fields())
                    .filter(field -> family.columns().containsKey(field.name()))
                    .toArray(StructField[]::new));
        }
    }
}
