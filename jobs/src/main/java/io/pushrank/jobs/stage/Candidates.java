package io.pushrank.jobs.stage;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.rule.Rule;
import io.pushrank.jobs.rule.Rules;
import io.pushrank.jobs.source.Source;
import io.pushrank.jobs.source.Sources;
import io.pushrank.jobs.table.Query;
import io.pushrank.jobs.table.Table;
import io.pushrank.jobs.table.Tables;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** 2. What each target could be sent: every source's proposals, merged per user and item, pruned by cheap rules. */
public record Candidates() implements Stage {
    private static final Logger LOG = LoggerFactory.getLogger(Candidates.class);
    /** What columns of settings begin with beside a target's own. */
    private static final String HAS = "account_";

    @Override
    public String verb() {
        return "candidates";
    }

    @Override
    public String summary() {
        return "2. What each target could be sent: every source's proposals, merged per user and item.";
    }

    @Override
    public Set<Table> reads() {
        return Set.of(
                Table.TARGETS,
                Table.USERS,
                Table.FOLLOWS,
                Table.RELATIONS,
                Table.TOPIC_FOLLOWS,
                Table.POSTS,
                Table.POST_TOPICS,
                Table.ENGAGEMENTS,
                Table.RECOMMENDED_AUTHORS);
    }

    @Override
    public Table writes() {
        return Table.CANDIDATES;
    }

    @Override
    public Optional<Table> accountsFor() {
        return Optional.empty();
    }

    @Override
    public Dataset<Row> judge(Tables tables) {
        Dataset<Row> targets = tables.read(Table.TARGETS).filter(col("is_eligible"));
        Dataset<Row> judged = merged(tables.with("targets", targets))
                .withColumn("reasons", Rules.reasons(Rules.of(tables.config(), tables.asOf(), Rule.Step.CANDIDATES)));
        Dataset<Row> without = targets.join(judged.select("user_id").distinct(), "user_id", "left_anti")
                .select("user_id")
                .withColumn("reasons", array(lit("no_candidates")));
        return judged.unionByName(without, true);
    }

    /**
     * Merged proposals for the view {@code targets}, with what rules ask about. Each source proposes only to those among
     * them who have the setting on that it needs.
     */
    public static Dataset<Row> merged(Tables tables) {
        return mergedProposals(tables, proposals(tables));
    }

    /**
     * As {@link #merged(Tables)}, of certain items alone: what others there are counts in the ranks, and is not merged.
     *
     * @param items {@code user_id} and {@code item_id}
     */
    public static Dataset<Row> merged(Tables tables, Dataset<Row> items) {
        String[] key = {"user_id", "item_id"};
        return mergedProposals(tables, proposals(tables).join(items.select("user_id", "item_id"), key, "left_semi"));
    }

    private static Dataset<Row> proposals(Tables tables) {
        List<Source> sources = available(tables);
        Dataset<Row> targets = tables.read(Table.TARGETS);
        Dataset<Row> willing = withSettings(tables, targets, sources);
        Dataset<Row> proposals = null;
        for (int priority = 0; priority < sources.size(); priority++) {
            Source source = sources.get(priority);
            tables.with(
                    "targets",
                    source.setting()
                            .map(setting -> willing.filter(col(HAS + setting)).select(names(targets)))
                            .orElse(targets));
            Dataset<Row> ofSource = proposals(tables, source, priority);
            proposals = proposals == null ? ofSource : proposals.union(ofSource);
        }
        tables.with("targets", targets);
        return proposals;
    }

    /**
     * The targets with every setting that a source needs, joined once for all of them; NULL, which counts as off, where the
     * account is not known.
     */
    private static Dataset<Row> withSettings(Tables tables, Dataset<Row> targets, List<Source> sources) {
        Column[] settings = sources.stream()
                .flatMap(source -> source.setting().stream())
                .distinct()
                .map(setting -> col(setting).as(HAS + setting))
                .toArray(Column[]::new);
        if (settings.length == 0) {
            return targets;
        }
        Dataset<Row> accounts = tables.read(Table.USERS)
                .select(Stream.concat(Stream.of(col("user_id")), Arrays.stream(settings))
                        .toArray(Column[]::new));
        return tables.keep(targets.join(accounts, new String[] {"user_id"}, "left_outer"));
    }

    private static Column[] names(Dataset<Row> rows) {
        return Arrays.stream(rows.columns()).map(functions::col).toArray(Column[]::new);
    }

    private static Dataset<Row> mergedProposals(Tables tables, Dataset<Row> proposals) {
        return tables.with("proposals", proposals)
                .query("stages", "candidates", Map.of())
                .withColumn("notification_type", Sources.notificationType(tables.config()));
    }

    private static Dataset<Row> proposals(Tables tables, Source source, int priority) {
        Dataset<Row> rows = tables.query(source.query(), source.parameters());
        return rows.withColumn(
                        "rank",
                        row_number()
                                .over(Window.partitionBy("user_id")
                                        .orderBy(
                                                col("score").desc(),
                                                col("item_id").asc())))
                .filter(col("rank").leq(source.limit()))
                .select(
                        col("user_id"),
                        col("item_id"),
                        lit(priority).as("priority"),
                        lit(source.name()).as("source"),
                        col("rank"),
                        col("score").cast("double").as("score"),
                        col("actors"));
    }

    /** The sources whose tables are there; the others are skipped with a warning that names the table. */
    private static List<Source> available(Tables tables) {
        List<Source> available = new ArrayList<>();
        for (Source source : Sources.of(tables.config())) {
            Optional<Table> absent = tablesOf(source.query()).stream()
                    .filter(table -> !tables.has(table))
                    .findFirst();
            if (absent.isPresent()) {
                LOG.warn(
                        "source {} is skipped: table {} is absent",
                        source.name(),
                        absent.get().tableName());
            } else {
                available.add(source);
            }
        }
        if (available.isEmpty()) {
            throw PushrankException.input("every source of candidates is skipped: no input table of any is there");
        }
        return available;
    }

    private static List<Table> tablesOf(Query query) {
        return query.relations().stream()
                .filter(relation -> !Query.exists("views", relation))
                .map(Table::named)
                .toList();
    }
}
