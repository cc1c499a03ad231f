package io.pushrank.jobs.source;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Query;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;

/** The configured sources, in order of display. */
public final class Sources {
    private Sources() {}

    /**
     * Loads the SQL file of each configured source.
     *
     * @throws PushrankException with exit code 2 for a source without a file, a head comment that does not declare what it
     *     must, a parameter that its SQL does not use, or one that it lacks
     */
    public static List<Source> of(RankingConfig config) {
        List<Source> sources = new ArrayList<>();
        config.candidates().sources().forEach((name, parameters) -> {
            String key = "candidates.sources." + name;
            if (!Query.exists(Source.FOLDER, name)) {
                throw PushrankException.usage("config: " + key + " has no SQL file " + Source.file(name));
            }
            Query query = Query.load(Source.FOLDER, name);
            Set<String> used = query.parameters();
            Map<String, Object> arguments = new HashMap<>();
            parameters.forEach((parameter, value) -> {
                if (used.contains(parameter)) {
                    arguments.put(parameter, argument(key + "." + parameter, value));
                } else if (!parameter.equals("limit")) {
                    throw PushrankException.usage("config: " + key + " has no parameter " + parameter);
                }
            });
            used.remove("as_of");
            used.removeAll(arguments.keySet());
            if (!used.isEmpty()) {
                throw PushrankException.usage("config: " + key + " lacks " + used + ", which its SQL uses");
            }
            Declarations declared = Declarations.of(query);
            sources.add(new Source(
                    query,
                    declared.summary(),
                    declared.network(),
                    declared.setting(),
                    (Integer) parameters.get("limit"),
                    arguments));
        });
        return sources;
    }

    private static Object argument(String key, Object value) {
        if (!(value instanceof List<?> list)) {
            return value;
        }
        for (Object element : list) {
            if (!(element instanceof String)) {
                throw PushrankException.usage("config: " + key + " must be a list of texts, but holds " + element);
            }
        }
        return list.toArray(String[]::new);
    }

    /** TRUE where a candidate's notification type agrees with whether its recipient follows the author. */
    public static Column networkFits(RankingConfig config) {
        Column type = col("notification_type");
        return functions
                .not(type.isin(names(config, Source.Network.IN)).and(functions.not(col("is_followed"))))
                .and(functions.not(type.isin(names(config, Source.Network.OUT)).and(col("is_followed"))));
    }

    /** The source as which a candidate is displayed: its first whose network fits, else its first. */
    public static Column notificationType(RankingConfig config) {
        Object[] in = names(config, Source.Network.IN);
        Object[] out = names(config, Source.Network.OUT);
        Column fitting = functions.filter(col("sources.source"), source -> functions
                .when(col("is_in_network"), functions.not(source.isin(out)))
                .otherwise(functions.not(source.isin(in))));
        return functions.coalesce(functions.get(fitting, lit(0)), functions.get(col("sources.source"), lit(0)));
    }

    private static Object[] names(RankingConfig config, Source.Network network) {
        return of(config).stream()
                .filter(source -> source.network() == network)
                .map(Source::name)
                .toArray();
    }
}
