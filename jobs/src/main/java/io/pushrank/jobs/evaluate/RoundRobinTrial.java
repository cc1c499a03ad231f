package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_position;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.source.Source;
import io.pushrank.jobs.stage.RoundRobin;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A value of the setting {@code candidates.keep} to try on published candidates, with quotas of the sources.
 *
 * @param keep posts of each user that would be kept; at least 1
 * @param name of the quotas: equal, those of the settings, or those that a search suggests for this {@code keep}
 * @param quotas by the names of the sources, in order of display
 */
record RoundRobinTrial(int keep, String name, Map<String, Integer> quotas) {
    private static final String EQUAL = "equal";
    private static final String SETTINGS = "settings";
    private static final String SUGGESTED = "suggested";

    /**
     * The trials, in the order in which they are shown.
     *
     * @param keeps how many posts of each user would be kept; each at least 1
     * @param sources in order of display
     * @param search knows what is sought of the users by whom quotas are suggested
     */
    static List<RoundRobinTrial> of(Collection<Integer> keeps, List<Source> sources, QuotaSearch search) {
        List<RoundRobinTrial> trials = new ArrayList<>();
        Map<String, Integer> equal =
                quotas(sources, sources.stream().map(source -> 1).toList());
        Map<String, Integer> own =
                quotas(sources, sources.stream().map(Source::quota).toList());
        for (int keep : keeps) {
            trials.add(new RoundRobinTrial(keep, EQUAL, equal));
            if (!own.equals(equal)) {
                trials.add(new RoundRobinTrial(keep, SETTINGS, own));
            }
            trials.add(new RoundRobinTrial(keep, SUGGESTED, quotas(sources, search.quotas(keep))));
        }
        return trials;
    }

    private static Map<String, Integer> quotas(List<Source> sources, List<Integer> quotas) {
        Map<String, Integer> named = new LinkedHashMap<>();
        for (int source = 0; source < sources.size(); source++) {
            named.put(sources.get(source).name(), quotas.get(source));
        }
        return named;
    }

    /**
     * A search by what is sought among candidates.
     *
     * @param sources in order of display
     * @param pairs {@code user_id}, and {@code sources}, NULL where no source proposes the item
     * @param isSought a condition on them
     */
    static QuotaSearch search(List<Source> sources, Dataset<Row> pairs, Column isSought) {
        QuotaSearch search = new QuotaSearch(sources.size());
        Column names = array(sources.stream().map(source -> lit(source.name())).toArray(Column[]::new));
        Column packed = transform(
                col("sources"), source -> place(array_position(names, source.getField("source")), sources.size())
                        .multiply(1 << QuotaSearch.RANK_BITS)
                        .plus(source.getField("rank")));
        pairs.filter(col("sources").isNotNull())
                .groupBy("user_id")
                .agg(collect_list(struct(packed, coalesce(isSought, lit(false)))))
                .collectAsList()
                .forEach(user -> {
                    List<Row> candidates = user.getList(1);
                    search.add(
                            candidates.stream().map(row -> row.<Long>getList(0)).toList(),
                            candidates.stream().map(row -> row.getBoolean(1)).toList());
                });
        return search;
    }

    /** From 0; after all others where the source is not in the settings. */
    private static Column place(Column position, int sources) {
        return when(position.equalTo(0), lit((long) sources)).otherwise(position.minus(1));
    }

    /** Adds for each trial a column with the numbers of candidates, see {@link RoundRobin#numbered}; what else is sought has none. */
    static Dataset<Row> numbered(Dataset<Row> pairs, List<RoundRobinTrial> trials) {
        Dataset<Row> numbered = pairs;
        Map<String, RoundRobinTrial> byColumn = new TreeMap<>();
        trials.forEach(trial -> byColumn.put(trial.column(), trial));
        for (Map.Entry<String, RoundRobinTrial> trial : byColumn.entrySet()) {
            numbered = new RoundRobin(trial.getValue().quotas())
                    .numbered(numbered, trial.getKey(), col("sources").isNotNull());
        }
        return numbered;
    }

    private String column() {
        return "number_" + name + (name.equals(SUGGESTED) ? keep : "");
    }

    /** Whether it would keep a row that is {@link #numbered}. */
    Column keeps() {
        return coalesce(col(column()).leq(keep), lit(false));
    }

    /** Its quotas as figures. */
    Metrics metrics() {
        Metrics metrics = new Metrics();
        quotas.forEach((source, quota) -> metrics.put(source, (long) quota));
        return metrics;
    }

    /** Its quotas in words: {@code suggested: two_tower 4, popular 2, others 1}. */
    String says() {
        if (quotas.values().stream().allMatch(quota -> quota == 1)) {
            return name + ": one for all";
        }
        String own = quotas.entrySet().stream()
                .filter(quota -> quota.getValue() > 1)
                .map(quota -> quota.getKey() + " " + quota.getValue())
                .collect(Collectors.joining(", "));
        return name + ": " + own + (quotas.containsValue(1) ? ", others 1" : "");
    }
}
