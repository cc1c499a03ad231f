package io.pushrank.jobs.fact;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.analysis.NamedParameter;
import org.apache.spark.sql.catalyst.analysis.Star;
import org.apache.spark.sql.catalyst.analysis.TableFunctionRegistry$;
import org.apache.spark.sql.catalyst.analysis.UnresolvedAttribute;
import org.apache.spark.sql.catalyst.analysis.UnresolvedFunction;
import org.apache.spark.sql.catalyst.analysis.UnresolvedOrdinal;
import org.apache.spark.sql.catalyst.analysis.UnresolvedRelation;
import org.apache.spark.sql.catalyst.expressions.And;
import org.apache.spark.sql.catalyst.expressions.EqualTo;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.LambdaFunction;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.SubqueryExpression;
import org.apache.spark.sql.catalyst.expressions.UnresolvedNamedLambdaVariable;
import org.apache.spark.sql.catalyst.plans.LeftOuter$;
import org.apache.spark.sql.catalyst.plans.LeftSemi$;
import org.apache.spark.sql.catalyst.plans.logical.Aggregate;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.Join;
import org.apache.spark.sql.catalyst.plans.logical.JoinHint;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.SubqueryAlias;
import org.apache.spark.sql.catalyst.plans.logical.UnresolvedHint;
import org.apache.spark.sql.catalyst.trees.Origin;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;

/** Reads and shortens parsed, not yet resolved SQL: which names it holds, and what of it certain columns need. */
final class Plans {
    /** Has Spark put what is joined into a hash table, rather than sort both sides. */
    static final String HASH_JOIN = "shuffle_hash";

    private static final String BROADCAST = "broadcast";

    private Plans() {}

    /** Every plan of a query, those of subqueries and of expressions too. */
    static void eachPlan(LogicalPlan plan, Consumer<LogicalPlan> work) {
        work.accept(plan);
        CollectionConverters.asJava(plan.children()).forEach(child -> eachPlan(child, work));
        CollectionConverters.asJava(plan.expressions())
                .forEach(expression -> each(expression, part -> {
                    if (part instanceof SubqueryExpression query) {
                        eachPlan(query.plan(), work);
                    }
                }));
    }

    /** An expression and all its parts. */
    static void each(Expression expression, Consumer<Expression> work) {
        work.accept(expression);
        CollectionConverters.asJava(expression.children()).forEach(child -> each(child, work));
    }

    private static void eachExpression(LogicalPlan plan, Consumer<Expression> work) {
        eachPlan(plan, each -> CollectionConverters.asJava(each.expressions()).forEach(part -> each(part, work)));
    }

    /** Names of the tables and views in FROM and JOIN clauses. */
    static Set<String> relations(LogicalPlan plan) {
        Set<String> names = new TreeSet<>();
        eachPlan(plan, each -> {
            if (each instanceof UnresolvedRelation relation) {
                names.add(relation.tableName());
            }
        });
        return names;
    }

    /** The first line in which a relation, or a column with what qualifies it, stands; 1 when none does. */
    static int lineOf(LogicalPlan plan, String name) {
        List<Origin> found = new ArrayList<>();
        eachPlan(plan, each -> {
            if (each instanceof UnresolvedRelation relation
                    && relation.tableName().equals(name)) {
                found.add(relation.origin());
            }
        });
        eachExpression(plan, part -> {
            List<String> parts = part instanceof UnresolvedAttribute attribute
                    ? CollectionConverters.asJava(attribute.nameParts())
                    : part instanceof UnresolvedNamedLambdaVariable variable
                            ? CollectionConverters.asJava(variable.nameParts())
                            : List.of();
            if ((String.join(".", parts) + ".").startsWith(name + ".")) {
                found.add(part.origin());
            }
        });
        return found.stream()
                .filter(origin -> origin.line().isDefined())
                .mapToInt(origin -> (Integer) origin.line().get())
                .min()
                .orElse(1);
    }

    /** Names by which its columns may be qualified. */
    static Set<String> aliases(LogicalPlan plan) {
        Set<String> names = new HashSet<>(relations(plan));
        eachPlan(plan, each -> {
            if (each instanceof SubqueryAlias alias) {
                names.add(alias.alias());
            }
        });
        return names;
    }

    static Set<String> parameters(LogicalPlan plan) {
        Set<String> names = new TreeSet<>();
        eachExpression(plan, part -> {
            if (part instanceof NamedParameter parameter) {
                names.add(parameter.name());
            }
        });
        return names;
    }

    /** Every name of a column, with what qualifies it, part by part. */
    static List<List<String>> names(LogicalPlan plan) {
        List<List<String>> names = new ArrayList<>();
        eachPlan(plan, each -> CollectionConverters.asJava(each.expressions())
                .forEach(expression -> addNames(expression, Set.of(), names)));
        return names;
    }

    static List<List<String>> names(Expression expression) {
        List<List<String>> names = new ArrayList<>();
        addNames(expression, Set.of(), names);
        return names;
    }

    /** @param bound arguments of the lambda functions around the part: inside of one, the parser takes every name for one */
    private static void addNames(Expression part, Set<String> bound, List<List<String>> names) {
        if (part instanceof UnresolvedAttribute attribute) {
            names.add(CollectionConverters.asJava(attribute.nameParts()));
        } else if (part instanceof UnresolvedNamedLambdaVariable variable) {
            if (!bound.contains(variable.nameParts().head())) {
                names.add(CollectionConverters.asJava(variable.nameParts()));
            }
        } else if (part instanceof LambdaFunction lambda) {
            Set<String> inner = new HashSet<>(bound);
            CollectionConverters.asJava(lambda.arguments()).forEach(argument -> inner.add(argument.name()));
            addNames(lambda.function(), inner, names);
        } else {
            CollectionConverters.asJava(part.children()).forEach(child -> addNames(child, bound, names));
        }
    }

    /** Whether it asks for all columns of something. */
    static boolean hasStar(LogicalPlan plan) {
        boolean[] found = {false};
        eachExpression(plan, part -> found[0] |= part instanceof Star);
        return found[0];
    }

    /** The columns that a SELECT gives, by name; empty when it gives them by a star, or is no plain SELECT. */
    static Map<String, NamedExpression> outputs(LogicalPlan plan) {
        Map<String, NamedExpression> outputs = new LinkedHashMap<>();
        for (NamedExpression item : items(plan)) {
            if (item instanceof Star) {
                return Map.of();
            }
            String name = item instanceof UnresolvedAttribute attribute
                    ? attribute.nameParts().last()
                    : item.name();
            outputs.put(name, item);
        }
        return outputs;
    }

    private static List<NamedExpression> items(LogicalPlan plan) {
        if (plan instanceof Project project) {
            return CollectionConverters.asJava(project.projectList());
        }
        return plan instanceof Aggregate aggregate
                ? CollectionConverters.asJava(aggregate.aggregateExpressions())
                : List.of();
    }

    /** The relation or subquery that a FROM clause begins with, by the name that it has there. */
    static Optional<String> base(LogicalPlan plan) {
        LogicalPlan part = plan;
        while (true) {
            if (part instanceof SubqueryAlias alias) {
                return Optional.of(alias.alias());
            }
            if (part instanceof UnresolvedRelation relation) {
                return Optional.of(relation.tableName());
            }
            if (part.children().isEmpty()) {
                return Optional.empty();
            }
            part = part.children().head();
        }
    }

    /** The table or view that a FROM clause begins with; empty when it is a subquery. */
    static String baseRelation(LogicalPlan plan) {
        LogicalPlan part = plan;
        while (!part.children().isEmpty()) {
            part = part.children().head();
        }
        return part instanceof UnresolvedRelation relation ? relation.tableName() : "";
    }

    /**
     * A SELECT that gives certain columns alone: without the other items, and without the LEFT JOINs of which nothing that is
     * left names a column. Such a join must be on a key, so that it neither adds nor takes away rows.
     *
     * <p>What is no plain SELECT, gives a star, or makes rows of an array by one of the other items, is left as it is; so are
     * the JOINs where columns are named without qualifying them.
     */
    static LogicalPlan pruned(LogicalPlan plan, Set<String> columns) {
        Map<String, NamedExpression> outputs = outputs(plan);
        if (outputs.isEmpty() || outputs.keySet().stream().allMatch(columns::contains)) {
            return plan;
        }
        Set<String> wanted = new HashSet<>();
        columns.forEach(column -> want(column, outputs, wanted));
        List<NamedExpression> kept = new ArrayList<>();
        boolean changesRows = false;
        for (Map.Entry<String, NamedExpression> item : outputs.entrySet()) {
            if (wanted.contains(item.getKey())) {
                kept.add(item.getValue());
            } else {
                changesRows |= isGenerator((Expression) item.getValue());
            }
        }
        if (changesRows) {
            return plan;
        }
        if (plan instanceof Project project) {
            return new Project(
                    CollectionConverters.asScala(kept).toSeq(),
                    withoutUnusedJoins(project.child(), qualifiers(expressions(kept))));
        }
        if (plan instanceof Aggregate aggregate && !isByPosition(aggregate)) {
            List<Expression> named = new ArrayList<>(CollectionConverters.asJava(aggregate.groupingExpressions()));
            named.addAll(expressions(kept));
            return aggregate.copy(
                    aggregate.groupingExpressions(),
                    CollectionConverters.asScala(kept).toSeq(),
                    withoutUnusedJoins(aggregate.child(), qualifiers(named)),
                    aggregate.hint());
        }
        return plan;
    }

    /** A column, and the other items that it names, as an item of a SELECT may. */
    private static void want(String column, Map<String, NamedExpression> outputs, Set<String> wanted) {
        if (outputs.containsKey(column) && wanted.add(column)) {
            for (List<String> name : names((Expression) outputs.get(column))) {
                if (name.size() == 1) {
                    want(name.get(0), outputs, wanted);
                }
            }
        }
    }

    /** Whether it gives several rows for one. */
    private static boolean isGenerator(Expression expression) {
        boolean[] found = {false};
        each(
                expression,
                part -> found[0] |= part instanceof UnresolvedFunction function
                        && TableFunctionRegistry$.MODULE$
                                .builtin()
                                .functionExists(new FunctionIdentifier(
                                        function.nameParts().last())));
        return found[0];
    }

    private static List<Expression> expressions(List<NamedExpression> items) {
        return items.stream().map(Expression.class::cast).toList();
    }

    private static boolean isByPosition(Aggregate aggregate) {
        return CollectionConverters.asJava(aggregate.groupingExpressions()).stream()
                .anyMatch(UnresolvedOrdinal.class::isInstance);
    }

    /** Names that qualify columns of the expressions; empty when one is not qualified, so that it may be of any relation. */
    private static Optional<Set<String>> qualifiers(List<Expression> expressions) {
        Set<String> qualifiers = new HashSet<>();
        for (Expression expression : expressions) {
            for (List<String> name : names(expression)) {
                if (name.size() < 2) {
                    return Optional.empty();
                }
                qualifiers.add(name.get(0));
            }
        }
        return Optional.of(qualifiers);
    }

    private static LogicalPlan withoutUnusedJoins(LogicalPlan plan, Optional<Set<String>> used) {
        if (used.isEmpty()) {
            return plan;
        }
        if (plan instanceof Filter filter) {
            return new Filter(
                    filter.condition(),
                    withoutUnusedJoins(filter.child(), and(used, qualifiers(List.of(filter.condition())))));
        }
        if (plan instanceof Join join) {
            boolean isOuter = join.joinType().equals(LeftOuter$.MODULE$);
            Optional<String> right = base(join.right());
            if (isOuter && right.isPresent() && !used.get().contains(right.get())) {
                return withoutUnusedJoins(join.left(), used);
            }
            List<Expression> condition = join.condition().isEmpty()
                    ? List.of()
                    : List.of(join.condition().get());
            return join.copy(
                    withoutUnusedJoins(join.left(), and(used, qualifiers(condition))),
                    join.right(),
                    join.joinType(),
                    join.condition(),
                    join.hint());
        }
        return plan;
    }

    private static Optional<Set<String>> and(Optional<Set<String>> some, Optional<Set<String>> others) {
        if (some.isEmpty() || others.isEmpty()) {
            return Optional.empty();
        }
        Set<String> all = new HashSet<>(some.get());
        all.addAll(others.get());
        return Optional.of(all);
    }

    /**
     * A SELECT from rows at hand whose LEFT JOINs leave these rows in their order and place as far as can be: what is joined
     * goes into hash tables, and of what is joined by a column of few values only the rows with these are taken.
     *
     * @param few relations of the values that columns of the rows have, by column
     * @param value the column of these relations
     */
    static LogicalPlan joinedInPlace(LogicalPlan plan, Map<String, String> few, String value) {
        if (plan instanceof Project project) {
            return new Project(project.projectList(), joinedInPlace(project.child(), few, value));
        }
        if (plan instanceof Join join && join.joinType().equals(LeftOuter$.MODULE$)) {
            LogicalPlan right = join.right();
            for (Map.Entry<String, String> each : few.entrySet()) {
                Optional<UnresolvedAttribute> compared = base(right)
                        .flatMap(alias -> comparedWith(join.condition(), alias, List.of(Family.ROW, each.getKey())));
                if (compared.isPresent()) {
                    UnresolvedAttribute values = attribute(List.of(each.getValue(), value));
                    right = new Join(
                            right,
                            hinted(BROADCAST, relation(each.getValue())),
                            LeftSemi$.MODULE$,
                            Option.apply(new EqualTo(compared.get(), values)),
                            JoinHint.NONE());
                }
            }
            return join.copy(
                    joinedInPlace(join.left(), few, value),
                    hinted(HASH_JOIN, right),
                    join.joinType(),
                    join.condition(),
                    join.hint());
        }
        return plan;
    }

    private static LogicalPlan hinted(String hint, LogicalPlan plan) {
        return new UnresolvedHint(
                hint, CollectionConverters.asScala(List.<Expression>of()).toSeq(), plan);
    }

    private static UnresolvedRelation relation(String name) {
        return new UnresolvedRelation(
                CollectionConverters.asScala(List.of(name)).toSeq(), CaseInsensitiveStringMap.empty(), false);
    }

    private static UnresolvedAttribute attribute(List<String> parts) {
        return new UnresolvedAttribute(CollectionConverters.asScala(parts).toSeq());
    }

    /** The column of a relation that a condition, a conjunction, has equal to another column. */
    private static Optional<UnresolvedAttribute> comparedWith(
            Option<Expression> condition, String relation, List<String> other) {
        if (condition.isEmpty()) {
            return Optional.empty();
        }
        if (condition.get() instanceof And and) {
            return comparedWith(Option.apply(and.left()), relation, other)
                    .or(() -> comparedWith(Option.apply(and.right()), relation, other));
        }
        if (condition.get() instanceof EqualTo equal
                && equal.left() instanceof UnresolvedAttribute left
                && equal.right() instanceof UnresolvedAttribute right) {
            boolean isTurned = nameParts(left).equals(other);
            UnresolvedAttribute mine = isTurned ? right : left;
            boolean isMatch = (isTurned || nameParts(right).equals(other))
                    && nameParts(mine).size() == 2
                    && nameParts(mine).get(0).equals(relation);
            return isMatch ? Optional.of(mine) : Optional.empty();
        }
        return Optional.empty();
    }

    private static List<String> nameParts(UnresolvedAttribute attribute) {
        return CollectionConverters.asJava(attribute.nameParts());
    }

    /** For each relation the names that stand anywhere in the query, which may be its columns; null: all of them. */
    static Map<String, Set<String>> columnsByRelation(LogicalPlan plan) {
        Set<String> names = new HashSet<>();
        names(plan).forEach(names::addAll);
        boolean hasStar = hasStar(plan);
        Map<String, Set<String>> columns = new HashMap<>();
        relations(plan).forEach(relation -> columns.put(relation, hasStar ? null : names));
        return columns;
    }
}
