package io.pushrank.jobs.fact;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.udf.scoring.PlacedRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.UnresolvedStar;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.CreateNamedStruct;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal$;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression$;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.physical.UnknownPartitioning;
import org.apache.spark.sql.classic.ExpressionUtils$;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.IntegralType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;

/** Joins facts to rows: a struct column for each family, with the columns that are named and no other. */
public final class FactJoin {
    private static final String ITEM_TYPE = "item_type";
    private static final String VALUE = "value";
    /** Facts of so many keys are small enough to be handed to every executor, rather than that rows are moved to them. */
    private static final long FEW = 500_000;

    private final Relations relations;
    private final Map<String, Set<String>> wanted;
    /** Relations of the values that columns of the rows have, by column, where these are few. */
    private final Map<String, String> few = new TreeMap<>();

    private final Map<String, Derived> derived = new TreeMap<>();

    /**
     * A column that is calculated on a family's facts.
     *
     * @param columns what it is calculated of
     * @param ofFacts appends the column to rows with the facts as a struct
     * @param ofNone the same for a row whose facts are all NULL
     */
    private record Derived(
            String name,
            Set<String> columns,
            UnaryOperator<Dataset<Row>> ofFacts,
            UnaryOperator<Dataset<Row>> ofNone) {}

    FactJoin(Relations relations, Collection<Reference> references) {
        this.relations = relations;
        this.wanted = new Needs(relations.facts()).facts(references).joined();
    }

    /**
     * Has a column be calculated once for each key of a family, since many rows share a key. Rows whose key has no facts have
     * the column too.
     *
     * @param family one that is not of rows at hand
     * @param name of the column, which stands beside the family's facts
     * @param references the facts of the family that it is calculated of
     * @param ofFacts appends the column to rows with the facts as a struct that is named as the family
     * @param ofNone the same for one row whose facts are all NULL
     */
    public FactJoin deriving(
            String family,
            String name,
            Set<Reference> references,
            UnaryOperator<Dataset<Row>> ofFacts,
            UnaryOperator<Dataset<Row>> ofNone) {
        relations.expect(references, List.of());
        Set<String> columns = references.stream().map(Reference::column).collect(Collectors.toSet());
        derived.put(family, new Derived(name, columns, ofFacts, ofNone));
        wanted.computeIfAbsent(family, none -> new TreeSet<>());
        return this;
    }

    /** Says that rows are of these items and their authors, see {@link #among}; what they are read from must be cheap to read. */
    public FactJoin amongItemsOf(Dataset<Row> rows) {
        return among("item_id", rows).among("author_id", rows);
    }

    /**
     * Says which values a column of the rows may have. Where they are few, what is joined by that column is calculated for
     * them alone, and the rows stay where they are.
     *
     * @param values with that column; rows whose value is not among them may lack facts
     */
    public FactJoin among(String column, Dataset<Row> values) {
        Dataset<Row> distinct = relations.keep(values.select(col(column).as(VALUE))
                .filter(col(VALUE).isNotNull())
                .distinct());
        if (relations.isRehearsal() || distinct.count() <= FEW) {
            few.put(column, relations.named("few_" + column, relations.isRehearsal() ? distinct : leaf(distinct)));
        }
        return this;
    }

    /**
     * Rows that are kept, without what they were made of: where a plan reads them many times, Spark does not always see that
     * they are there already, and would make them again.
     */
    private static Dataset<Row> leaf(Dataset<Row> kept) {
        SparkPlan plan = kept.queryExecution().executedPlan();
        RDD<InternalRow> rows = plan.execute();
        return PlacedRows.of(
                kept.sparkSession(),
                List.copyOf(CollectionConverters.asJava(plan.output())),
                rows,
                new UnknownPartitioning(rows.getNumPartitions()),
                List.of());
    }

    /**
     * The rows with all the facts.
     *
     * @param rows with the columns that the families' keys name; a family that stands in them already is left as it is
     */
    public Dataset<Row> join(Dataset<Row> rows) {
        return join(rows, wanted.keySet());
    }

    /** The rows with what some of the families have, and those that these speak of. */
    public Dataset<Row> join(Dataset<Row> rows, String... families) {
        return join(rows, Arrays.asList(families));
    }

    private Dataset<Row> join(Dataset<Row> rows, Collection<String> families) {
        Set<String> there = new HashSet<>(Arrays.asList(rows.columns()));
        Set<String> asked = new HashSet<>();
        families.forEach(family -> ask(family, asked));
        Dataset<Row> joined = rows;
        for (Family family : relations.facts().order()) {
            if (asked.contains(family.name()) && !there.contains(family.name())) {
                joined = family.isOfRow() ? onRows(joined, family) : byKey(joined, rows, family);
            }
        }
        return joined;
    }

    private void ask(String name, Set<String> asked) {
        if (wanted.containsKey(name) && asked.add(name)) {
            Family family = relations.facts().families().get(name);
            relations.facts().spokenOf(family, columns(family)).forEach(reference -> ask(reference.family(), asked));
        }
    }

    private Set<String> columns(Family family) {
        return Needs.withKey(family, wanted.get(family.name()));
    }

    /** A SELECT on the rows, its columns gathered in a struct. */
    private Dataset<Row> onRows(Dataset<Row> rows, Family family) {
        LogicalPlan plan =
                Plans.joinedInPlace(Plans.pruned(family.query().parsed(), wanted.get(family.name())), few, VALUE);
        List<Expression> fields = new ArrayList<>();
        Plans.outputs(plan).forEach((name, item) -> {
            fields.add(Literal$.MODULE$.apply(name));
            fields.add(item instanceof Alias alias ? alias.child() : (Expression) item);
        });
        NamedExpression all = new UnresolvedStar(
                Option.apply(CollectionConverters.asScala(List.of(Family.ROW)).toSeq()));
        NamedExpression facts = new Alias(
                new CreateNamedStruct(CollectionConverters.asScala(fields).toSeq()),
                family.name(),
                NamedExpression$.MODULE$.newExprId(),
                CollectionConverters.asScala(List.<String>of()).toSeq(),
                Option.empty(),
                CollectionConverters.asScala(List.<String>of()).toSeq());
        relations.with(Family.ROW, rows);
        return relations.run(
                family.query(),
                new Project(CollectionConverters.asScala(List.of(all, facts)).toSeq(), ((Project) plan).child()),
                Map.of());
    }

    /** A query of its own, joined by the key. */
    private Dataset<Row> byKey(Dataset<Row> joined, Dataset<Row> rows, Family family) {
        Optional<Derived> more = Optional.ofNullable(derived.get(family.name()));
        Set<String> columns = new TreeSet<>(columns(family));
        more.ifPresent(column -> columns.addAll(column.columns()));
        relations.with(Family.ROW, rows);
        Dataset<Row> facts = relations.columns(family, columns);
        Family.Key first = family.key().get(0);
        boolean isSmall = family.key().size() == 1 && few.containsKey(first.row());
        if (isSmall) {
            Dataset<Row> values = relations.spark().table(few.get(first.row()));
            facts = facts.join(broadcast(values), facts.col(first.column()).equalTo(values.col(VALUE)), "left_semi");
        }
        for (Family.Key key : family.key()) {
            requireType(joined, family, key, facts);
        }
        List<Column> fields = new ArrayList<>();
        columns(family).forEach(name -> fields.add(joinedColumn(family, name)));
        if (more.isPresent()) {
            Derived column = more.get();
            fields.add(coalesce(joinedColumn(family, column.name()), ofNone(facts, family, column))
                    .as(column.name()));
            facts = withDerived(facts, family, column);
        }
        // Names of their own: both sides may have a column user_id.
        Dataset<Row> all = facts.select(Arrays.stream(facts.columns())
                .map(column -> col("`" + column + "`").as(nameOf(family, column)))
                .toArray(Column[]::new));
        Dataset<Row> named = isSmall ? broadcast(all) : all.hint(Plans.HASH_JOIN);
        Column condition = lit(true);
        for (Family.Key key : family.key()) {
            condition = condition.and(joined.col(key.row()).equalTo(col("`" + nameOf(family, key.column()) + "`")));
        }
        if (family.itemType().isPresent()) {
            condition = condition.and(
                    joined.col(ITEM_TYPE).equalTo(family.itemType().get()));
        }
        List<Column> kept = new ArrayList<>();
        Arrays.stream(joined.columns()).forEach(column -> kept.add(col("`" + column + "`")));
        kept.add(struct(fields.toArray(Column[]::new)).as(family.name()));
        return joined.join(named, condition, "left_outer").select(kept.toArray(Column[]::new));
    }

    /** The facts that rows are to have, and the column that is calculated of these and others. */
    private Dataset<Row> withDerived(Dataset<Row> facts, Family family, Derived column) {
        Dataset<Row> gathered = column.ofFacts().apply(facts.select(gathered(facts, family)));
        List<Column> kept = new ArrayList<>();
        columns(family)
                .forEach(name -> kept.add(col(family.name()).getField(name).as(name)));
        kept.add(col("`" + column.name() + "`"));
        return gathered.select(kept.toArray(Column[]::new));
    }

    /** The column of a key without facts, as a constant. */
    private Column ofNone(Dataset<Row> facts, Family family, Derived column) {
        Dataset<Row> none = relations
                .spark()
                .createDataFrame(
                        List.of(RowFactory.create(new Object[facts.columns().length])), nullable(facts.schema()));
        Dataset<Row> value =
                column.ofNone().apply(none.select(gathered(none, family))).select(col("`" + column.name() + "`"));
        DataType type = value.schema().apply(0).dataType();
        InternalRow row = value.queryExecution().executedPlan().executeCollect()[0];
        return ExpressionUtils$.MODULE$.column(Literal$.MODULE$.create(row.get(0, type), type));
    }

    private static StructType nullable(StructType type) {
        StructType nullable = new StructType();
        for (StructField field : type.fields()) {
            nullable = nullable.add(field.name(), field.dataType(), true);
        }
        return nullable;
    }

    private static Column gathered(Dataset<Row> facts, Family family) {
        return struct(Arrays.stream(facts.columns()).map(functions::col).toArray(Column[]::new))
                .as(family.name());
    }

    private static Column joinedColumn(Family family, String name) {
        return col("`" + nameOf(family, name) + "`").as(name);
    }

    /** SQL would compare a text with a number by taking it for one, and fail where it is none. */
    private static void requireType(Dataset<Row> rows, Family family, Family.Key key, Dataset<Row> facts) {
        DataType ofRows = rows.schema().apply(key.row()).dataType();
        DataType given = facts.schema().apply(key.column()).dataType();
        if (!given.equals(ofRows) && !(given instanceof IntegralType && ofRows instanceof IntegralType)) {
            throw PushrankException.usage(family.query().file() + ": key " + key.column() + " must be " + ofRows.sql()
                    + ", as " + key.row() + " of the rows, but is " + given.sql());
        }
    }

    private static String nameOf(Family family, String column) {
        return family.name() + " " + column;
    }
}
