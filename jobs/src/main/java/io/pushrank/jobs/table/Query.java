package io.pushrank.jobs.table;

import io.pushrank.jobs.config.Resources;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.analysis.UnresolvedRelation;
import org.apache.spark.sql.catalyst.parser.CatalystSqlParser$;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import scala.jdk.javaapi.CollectionConverters;

/**
 * One SQL file: a comment that says what it gives, then one SELECT over tables and views, with named parameters.
 *
 * @param name file name without folder and ending
 * @param summary the comment at its head, as one line
 * @param text the SQL
 */
public record Query(String name, String summary, String text) {
    private static final Pattern PARAMETER = Pattern.compile(":([a-z_][a-z_0-9]*)");

    /**
     * Loads a file from the class path.
     *
     * @param folder resource folder, such as {@code sources}
     * @throws IllegalArgumentException when there is no such file
     */
    public static Query load(String folder, String name) {
        String text = Resources.text(folder + "/" + name + ".sql");
        return new Query(name, String.join(" ", head(text)), text);
    }

    public static boolean exists(String folder, String name) {
        return Resources.exists(folder + "/" + name + ".sql");
    }

    /** The lines of the comment at its head. */
    public List<String> head() {
        return head(text);
    }

    /** Names of the tables and views that stand in its FROM and JOIN clauses. */
    public Set<String> relations() {
        Set<String> names = new TreeSet<>();
        for (LogicalPlan leaf : CollectionConverters.asJava(
                CatalystSqlParser$.MODULE$.parsePlan(text).collectLeaves())) {
            if (leaf instanceof UnresolvedRelation relation) {
                names.add(relation.tableName());
            }
        }
        return names;
    }

    /** Whether its head comment says {@code reused}: several joins of one run ask for it, so its rows are kept. */
    boolean isReused() {
        return summary.endsWith("reused: yes");
    }

    /** Named parameters that the text uses. */
    public Set<String> parameters() {
        Set<String> names = new TreeSet<>();
        text.lines()
                .filter(line -> !line.startsWith("--"))
                .flatMap(line -> PARAMETER.matcher(line).results())
                .forEach(match -> names.add(match.group(1)));
        return names;
    }

    Dataset<Row> run(SparkSession spark, Map<String, Object> parameters) {
        return spark.sql(text, parameters);
    }

    private static List<String> head(String text) {
        return text.lines()
                .takeWhile(line -> line.startsWith("--"))
                .map(line -> line.substring(2).strip())
                .toList();
    }
}
