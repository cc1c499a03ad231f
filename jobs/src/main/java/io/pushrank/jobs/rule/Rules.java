package io.pushrank.jobs.rule;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_compact;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.config.ConfFolder;
import io.pushrank.jobs.config.ConfFolder.NamedText;
import io.pushrank.jobs.config.Nearest;
import io.pushrank.jobs.config.Parameters;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.fact.Facts;
import io.pushrank.jobs.fact.Reference;
import io.pushrank.jobs.fact.RowExpression;
import io.pushrank.udf.feature.FeatureErrors;
import io.pushrank.udf.text.Documents;
import io.pushrank.udf.text.OptionalKey;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/** The rules of {@code conf/rules.yaml}, in the order in which their codes are given. */
public final class Rules {
    private static final String KEY = "rules.";
    private static final String OFF = "off";
    private static final List<String> WORDS = List.of("on", OFF);

    private final List<Rule> all;

    private Rules(List<Rule> all) {
        this.all = List.copyOf(all);
    }

    /** A line of the file. */
    private record Definition(
            String name,
            List<String> at,
            String keep,
            @OptionalKey List<String> parameters,
            @OptionalKey String missing,
            @OptionalKey Boolean isOn,
            String says) {}

    /** A definition, and where it stands. */
    private record Line(String where, Definition definition) {}

    /**
     * Reads the rules, and checks them against the facts and the settings.
     *
     * @throws PushrankException with exit code 2 for a rule that is not understood, stands twice, names an unknown fact, or
     *     whose parameters are out of their bounds
     */
    public static Rules of(Facts facts) {
        Map<String, Line> lines = new LinkedHashMap<>();
        for (NamedText layer : facts.settings().folder().layers(ConfFolder.RULES)) {
            Map<String, Line> own = new LinkedHashMap<>();
            for (Line line : lines(layer)) {
                if (own.put(line.definition().name(), line) != null) {
                    throw problem(
                            line,
                            "name must be of one rule, but is "
                                    + line.definition().name() + " again");
                }
            }
            // An entry that is put again keeps its place.
            lines.putAll(own);
        }
        for (String rule : facts.config().rules().keySet()) {
            if (!lines.containsKey(rule)) {
                throw PushrankException.usage("config: " + KEY + rule + " must name a rule of " + ConfFolder.RULES
                        + ", but there is none; the nearest are " + Nearest.to(rule, lines.keySet()));
            }
        }
        return new Rules(lines.values().stream().map(line -> rule(facts, line)).toList());
    }

    private static List<Line> lines(NamedText file) {
        try {
            return Documents.entries(file.name(), file.text(), "rules").stream()
                    .map(entry ->
                            new Line(file.name() + ", line " + entry.line(), entry.as(file.name(), Definition.class)))
                    .toList();
        } catch (IllegalArgumentException e) {
            throw PushrankException.usage(e.getMessage());
        }
    }

    private static PushrankException problem(Line line, String problem) {
        return PushrankException.usage(
                line.where() + ": rule " + line.definition().name() + ": " + problem);
    }

    private static Rule rule(Facts facts, Line line) {
        Definition definition = line.definition();
        String name = definition.name();
        if (name == null
                || !name.matches("[a-z][a-z0-9_]*")
                || StageReason.codes().contains(name)) {
            throw problem(
                    line,
                    "name must be lower-case letters, digits and underscores, and none of " + StageReason.codes()
                            + ", but is " + name);
        }
        if (definition.keep() == null
                || definition.says() == null
                || !definition.says().endsWith(".")) {
            throw problem(
                    line,
                    "keep must be an expression, and says a sentence that ends with a point, but are "
                            + definition.keep() + " and " + definition.says());
        }
        List<String> missing = List.of("keep", "remove");
        if (definition.missing() != null && !missing.contains(definition.missing())) {
            throw problem(line, "missing must be one of " + missing + ", but is " + definition.missing());
        }
        String where = line.where() + ": rule " + name;
        Set<Step> steps = steps(line);
        RowExpression keep = RowExpression.of(where, definition.keep());
        steps.forEach(step -> facts.require(keep.references(), step.keys(), where));
        List<String> declared = definition.parameters() == null ? List.of() : definition.parameters();
        Parameters parameters = Parameters.of(
                where,
                declared.stream()
                        .map(text -> new Parameters.Declaration(where, text))
                        .toList(),
                keep.parameters());
        boolean isShippedOn = definition.isOn() == null || definition.isOn();
        Object settings = facts.config().rules().getOrDefault(name, isShippedOn ? Map.of() : OFF);
        if (settings instanceof Boolean isOn) {
            settings = isOn ? WORDS.get(0) : OFF;
        }
        if (!(settings instanceof Map) && !WORDS.contains(settings)) {
            throw PushrankException.usage(
                    "config: " + KEY + name + " must be on, off or parameters with values, but is " + settings);
        }
        boolean isOn = !OFF.equals(settings);
        return new Rule(
                name,
                steps,
                keep,
                // What is off reads nothing, however far back it would.
                isOn ? parameters.arguments(facts.config(), KEY + name, asMap(settings)) : Map.of(),
                "keep".equals(definition.missing()),
                definition.says(),
                isOn,
                line.where());
    }

    private static Map<String, Object> asMap(Object settings) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (settings instanceof Map<?, ?> values) {
            values.forEach((key, value) -> map.put((String) key, value));
        }
        return map;
    }

    private static Set<Step> steps(Line line) {
        List<String> words = line.definition().at();
        List<String> known = Arrays.stream(Step.values()).map(Step::word).toList();
        if (words.isEmpty() || !known.containsAll(words)) {
            throw problem(line, "at must be some of " + known + ", but is " + words);
        }
        return Arrays.stream(Step.values())
                .filter(step -> words.contains(step.word()))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Step.class)));
    }

    /** Every rule, those that are switched off too. */
    public List<Rule> all() {
        return all;
    }

    /** The rules of a step that are on. */
    public List<Rule> at(Step step) {
        return all.stream()
                .filter(rule -> rule.isOn() && rule.steps().contains(step))
                .toList();
    }

    /** The facts that the rules of a step speak of. */
    public Set<Reference> references(Step step) {
        Set<Reference> references = new TreeSet<>();
        at(step).forEach(rule -> references.addAll(rule.keep().references()));
        return references;
    }

    /**
     * The rows with a column of codes of the rules that remove them, in the rules' order; empty where a row stays.
     *
     * @param rows with the facts that the rules of the step speak of
     * @param column name of the new column, ARRAY of STRING
     * @throws PushrankException with exit code 2 naming file, line and rule, when one cannot be calculated
     */
    public Dataset<Row> judge(Dataset<Row> rows, Step step, String column, FeatureErrors errors) {
        List<Rule> rules = at(step);
        requireBoolean(rows, rules);
        Column[] codes = rules.stream()
                .map(rule -> when(not(rule.keeps(errors)), lit(rule.name())))
                .toArray(Column[]::new);
        return rows.withColumn(column, codes.length == 0 ? array().cast("array<string>") : array_compact(array(codes)));
    }

    /** All at once; only where that fails, which of them it is. */
    private static void requireBoolean(Dataset<Row> rows, List<Rule> rules) {
        try {
            StructField[] keeps = rows.select(
                            rules.stream().map(Rule::expression).toArray(Column[]::new))
                    .schema()
                    .fields();
            if (Arrays.stream(keeps).allMatch(keep -> keep.dataType().equals(DataTypes.BooleanType))) {
                return;
            }
        } catch (Exception e) {
            // It is a checked exception, which Scala does not declare.
            if (!(e instanceof AnalysisException)) {
                throw e;
            }
        }
        rules.forEach(rule ->
                rule.keep().condition(rows, rule.arguments(), rule.where() + ": rule " + rule.name() + ": keep"));
    }
}
