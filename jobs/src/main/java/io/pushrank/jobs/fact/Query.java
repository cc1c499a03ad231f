package io.pushrank.jobs.fact;

import io.pushrank.jobs.config.ConfFolder.NamedText;
import io.pushrank.jobs.config.Resources;
import io.pushrank.jobs.exit.PushrankException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.analysis.NameParameterizedQuery;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal$;
import org.apache.spark.sql.catalyst.parser.CatalystSqlParser$;
import org.apache.spark.sql.catalyst.parser.ParseException;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.classic.Dataset$;
import scala.jdk.javaapi.CollectionConverters;

/** One SQL file: a comment that says what it gives, then one SELECT over tables, views and facts, with named parameters. */
public final class Query {
    /** The instant of the run: every query may use it. */
    public static final String AS_OF = "as_of";

    /** A setting whose value is a parameter of the query: {@code -- setting: targets.push_cap} gives {@code :push_cap}. */
    static final String SETTING = "setting";

    private final String name;
    private final Head head;
    private final String text;
    /** Read, never run: a plan that stands in a query twice is one column twice. */
    private final LogicalPlan plan;

    private Query(String name, Head head, String text) {
        this.name = name;
        this.head = head;
        this.text = text;
        this.plan = parsed();
    }

    /**
     * Parses a file.
     *
     * @param keys that its head comment may have
     * @throws PushrankException with exit code 2 when the head comment or the SQL cannot be understood
     */
    public static Query of(String name, NamedText file, Set<String> keys) {
        return new Query(name, Head.of(file, keys), file.text());
    }

    /**
     * Loads a file of the jar, without any key in its head comment.
     *
     * @param folder resource folder, such as {@code stages}
     * @throws IllegalArgumentException when there is no such file
     */
    public static Query load(String folder, String name) {
        String file = folder + "/" + name + ".sql";
        return of(name, new NamedText(file, Resources.text(file)), Set.of());
    }

    /** File name without folder and ending. */
    public String name() {
        return name;
    }

    /** The comment at its head. */
    public Head head() {
        return head;
    }

    /** All of the file. */
    public String text() {
        return text;
    }

    /** What it gives, in one line. */
    public String summary() {
        return head.summary();
    }

    /** Name of the file, for messages. */
    public String file() {
        return head.file();
    }

    /** Names of the tables, views and families that stand in its FROM and JOIN clauses. */
    public Set<String> relations() {
        return Plans.relations(plan);
    }

    /** The line of the file in which a relation, or a column with what qualifies it, stands first. */
    public int lineOf(String name) {
        return Plans.lineOf(plan, name);
    }

    /** Named parameters that the SQL uses. */
    public Set<String> parameters() {
        return Plans.parameters(plan);
    }

    /** The parsed SQL, to look at. */
    LogicalPlan plan() {
        return plan;
    }

    /** The parsed SQL, to run. */
    LogicalPlan parsed() {
        try {
            return CatalystSqlParser$.MODULE$.parsePlan(text);
        } catch (Exception e) {
            // The parser's own is a checked exception, which Scala does not declare.
            if (e instanceof ParseException problem) {
                int line = problem.start().line().isDefined()
                        ? (Integer) problem.start().line().get()
                        : 1;
                throw PushrankException.usage(
                        file() + ", line " + line + ": the text must be SQL, but: " + firstLine(problem));
            }
            throw e;
        }
    }

    /** Names of the settings that are its parameters, by the parameter's name. */
    Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>();
        head.all(SETTING)
                .forEach(entry ->
                        settings.put(entry.value().substring(entry.value().lastIndexOf('.') + 1), entry.value()));
        return settings;
    }

    /**
     * Runs a plan that was made of this query.
     *
     * @throws PushrankException with exit code 2 naming file, line and word, when Spark refuses it
     */
    Dataset<Row> run(SparkSession spark, LogicalPlan plan, Map<String, Object> parameters) {
        List<String> names = new ArrayList<>(parameters.keySet());
        List<Expression> values = names.stream()
                .map(name -> (Expression) Literal$.MODULE$.apply(parameters.get(name)))
                .toList();
        LogicalPlan bound = new NameParameterizedQuery(
                plan,
                CollectionConverters.asScala(names).toSeq(),
                CollectionConverters.asScala(values).toSeq());
        try {
            return Dataset$.MODULE$.ofRows((org.apache.spark.sql.classic.SparkSession) spark, bound);
        } catch (Exception e) {
            // It is a checked exception, which Scala does not declare.
            if (e instanceof AnalysisException problem) {
                throw refused(spark, problem);
            }
            throw e;
        }
    }

    private PushrankException refused(SparkSession spark, AnalysisException problem) {
        String line = problem.line().isDefined() ? ", line " + problem.line().get() : "";
        return PushrankException.usage(file() + line + ": " + Refusal.text(spark, problem));
    }

    private static String firstLine(Exception e) {
        return e.getMessage().strip().lines().findFirst().orElse("");
    }
}
