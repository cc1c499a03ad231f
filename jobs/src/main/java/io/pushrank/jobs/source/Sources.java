package io.pushrank.jobs.source;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.pushrank.jobs.config.ConfFolder;
import io.pushrank.jobs.config.ConfFolder.NamedText;
import io.pushrank.jobs.config.Nearest;
import io.pushrank.jobs.config.Parameters;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.fact.Facts;
import io.pushrank.jobs.fact.Head;
import io.pushrank.jobs.fact.Query;
import io.pushrank.jobs.fact.Reference;
import io.pushrank.jobs.fact.RowExpression;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;

/** The configured sources, in order of display. */
public final class Sources {
    private static final String KEY = "candidates.sources.";
    private static final String ITEMS = "items";
    private static final String NETWORK = "network";
    static final String NEEDS = "needs";
    private static final String PARAMETER = "parameter";
    private static final String NONE = "none";
    private static final String LIMIT = "limit";
    private static final String QUOTA = "quota";
    private static final int PRESET_QUOTA = 1;
    /** Parameters that every source may use without declaring them. */
    private static final Set<String> COMMON = Set.of(Query.AS_OF, LIMIT, QUOTA);

    private final List<Source> all;

    private Sources(List<Source> all) {
        this.all = List.copyOf(all);
    }

    /**
     * Loads the SQL file of each configured source, and checks its settings against what the file declares.
     *
     * @throws PushrankException with exit code 2 for a source without a file, a head comment that does not declare what it
     *     must, a parameter that it does not declare or that is missing, and a value of another type or out of its bounds
     */
    public static Sources of(Facts facts) {
        RankingConfig config = facts.config();
        Map<String, NamedText> files = facts.settings().folder().sql(ConfFolder.SOURCES);
        List<Source> sources = new ArrayList<>();
        config.candidates().sources().forEach((name, settings) -> {
            NamedText file = files.get(name);
            if (file == null) {
                throw PushrankException.usage("config: " + KEY + name + " must have a file " + ConfFolder.SOURCES + "/"
                        + name + ".sql, but has none; the nearest are " + Nearest.to(name, files.keySet()));
            }
            sources.add(source(facts, name, file, settings));
        });
        return new Sources(sources);
    }

    private static Source source(Facts facts, String name, NamedText file, Map<String, Object> settings) {
        Query query = Query.of(name, file, Set.of(ITEMS, NETWORK, NEEDS, PARAMETER));
        facts.requireRelationsOfSource(query);
        Head head = query.head();
        Set<String> used = new TreeSet<>(query.parameters());
        used.removeAll(COMMON);
        Parameters parameters = Parameters.of(
                file.name(),
                head.all(PARAMETER).stream()
                        .map(entry -> new Parameters.Declaration(head.file() + ", line " + entry.line(), entry.value()))
                        .toList(),
                used);
        Map<String, Object> own = new TreeMap<>(settings);
        own.keySet().removeAll(Set.of(LIMIT, QUOTA));
        Map<String, Object> arguments = new HashMap<>(parameters.arguments(facts.config(), KEY + name, own));
        Map<String, Integer> common = Map.of(
                LIMIT, (Integer) settings.get(LIMIT), QUOTA, (Integer) settings.getOrDefault(QUOTA, PRESET_QUOTA));
        common.forEach((key, value) -> {
            if (query.parameters().contains(key)) {
                arguments.put(key, value);
            }
        });
        if (query.relations().contains(Facts.NEAREST_POSTS)
                && !(arguments.get(Source.MAX_AGE_HOURS) instanceof Integer)) {
            throw PushrankException.usage(file.name() + ", line " + query.lineOf(Facts.NEAREST_POSTS)
                    + ": a source that reads " + Facts.NEAREST_POSTS + " must have a parameter "
                    + Source.MAX_AGE_HOURS + ", whole number, but has " + new TreeSet<>(arguments.keySet()));
        }
        List<String> networks = Arrays.stream(Source.Network.values())
                .map(network -> network.name().toLowerCase(Locale.ROOT))
                .toList();
        return new Source(
                query,
                one(head, ITEMS, facts.itemTypes()),
                Source.Network.valueOf(one(head, NETWORK, networks).toUpperCase(Locale.ROOT)),
                needs(facts, head),
                common.get(LIMIT),
                common.get(QUOTA),
                arguments);
    }

    private static String one(Head head, String key, Collection<String> known) {
        Head.Entry entry = head.one(key, "one of " + known);
        if (!known.contains(entry.value())) {
            throw head.problem(entry, key + " must be one of " + known + ", but is \"" + entry.value() + "\"");
        }
        return entry.value();
    }

    /** What must be true of a recipient: an expression over facts that are known of a user alone. */
    private static Optional<RowExpression> needs(Facts facts, Head head) {
        Head.Entry entry = head.one(NEEDS, "an expression over facts of the user, or " + NONE);
        if (entry.value().equals(NONE)) {
            return Optional.empty();
        }
        String where = head.file() + ", line " + entry.line() + ": " + NEEDS;
        RowExpression expression = RowExpression.of(where, entry.value());
        facts.require(expression.references(), Set.of("user_id"), where);
        return Optional.of(expression);
    }

    /** In order of display. */
    public List<Source> all() {
        return all;
    }

    /** The facts that decide who gets what of which source. */
    public Set<Reference> references() {
        Set<Reference> references = new TreeSet<>();
        all.forEach(source -> source.needs().ifPresent(needs -> references.addAll(needs.references())));
        return references;
    }

    /** Their SQL. */
    public List<Query> queries() {
        return all.stream().map(Source::query).toList();
    }

    /** Names of the sources of a network, which are notification types too. */
    public String[] names(Source.Network network) {
        return all.stream()
                .filter(source -> source.network() == network)
                .map(Source::name)
                .toArray(String[]::new);
    }

    /** The source as which a candidate is displayed: its first whose network fits, else its first. */
    public Column notificationType() {
        Object[] in = names(Source.Network.IN);
        Object[] out = names(Source.Network.OUT);
        Column fitting = functions.filter(col("sources.source"), source -> functions
                .when(col("is_in_network"), functions.not(source.isin(out)))
                .otherwise(functions.not(source.isin(in))));
        return functions.coalesce(functions.get(fitting, lit(0)), functions.get(col("sources.source"), lit(0)));
    }
}
