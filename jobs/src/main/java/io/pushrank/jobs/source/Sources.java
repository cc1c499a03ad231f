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
import java.util.TreeSet;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;

/** The configured sources, in order of display. */
public final class Sources {
    private static final String KEY = "candidates.sources.";
    private static final String LIMIT = "limit";
    /** Parameters that must agree with other settings, whatever source has them. */
    private static final String MAX_AGE_HOURS = "max_age_hours";

    private static final String MAX_ACTORS = "max_actors";

    private Sources() {}

    /**
     * Loads the SQL file of each configured source, and checks its settings against what the file declares.
     *
     * @throws PushrankException with exit code 2 for a source without a file, a head comment that does not declare what it
     *     must, a parameter that it does not declare or that is missing, a value of another type or out of its bounds, and a
     *     value that contradicts another setting
     */
    public static List<Source> of(RankingConfig config) {
        List<Source> sources = new ArrayList<>();
        config.candidates().sources().forEach((name, parameters) -> {
            String key = KEY + name;
            if (!Query.exists(Source.FOLDER, name)) {
                throw PushrankException.usage("config: " + key + " has no SQL file " + Source.file(name));
            }
            Query query = Query.load(Source.FOLDER, name);
            Declarations declared = Declarations.of(query);
            sources.add(new Source(
                    query,
                    declared.summary(),
                    declared.network(),
                    declared.setting(),
                    (Integer) parameters.get("limit"),
                    arguments(key, parameters, declared, query)));
        });
        inConfig(() -> requireNoContradiction(config, sources));
        return sources;
    }

    /** The settings of a source as its SQL takes them. */
    private static Map<String, Object> arguments(
            String key, Map<String, Object> settings, Declarations declared, Query query) {
        Set<String> unknown = new TreeSet<>(settings.keySet());
        unknown.remove(LIMIT);
        Set<String> missing = new TreeSet<>();
        Map<String, Object> arguments = new HashMap<>();
        for (Parameter parameter : declared.parameters()) {
            String name = parameter.name();
            if (unknown.remove(name)) {
                inConfig(() -> arguments.put(name, parameter.argument(key + "." + name, settings.get(name))));
            } else {
                missing.add(name);
            }
        }
        if (!unknown.isEmpty()) {
            throw PushrankException.usage("config: " + key + " has no parameter " + String.join(", ", unknown));
        }
        if (!missing.isEmpty()) {
            throw PushrankException.usage("config: " + key + " lacks " + missing + ", which its SQL uses");
        }
        if (query.parameters().contains(LIMIT)) {
            arguments.put(LIMIT, settings.get(LIMIT));
        }
        return arguments;
    }

    /**
     * Checks sources beside other settings: they must not ask for events that are not read, and the most actors that any of
     * them names must be enough for a reply to be sent. Where none says how many it names, any number may be.
     */
    private static void requireNoContradiction(RankingConfig config, List<Source> sources) {
        int mostActors = -1;
        String mostActorsKey = "";
        for (Source source : sources) {
            String key = KEY + source.name() + ".";
            if (source.parameters().get(MAX_AGE_HOURS) instanceof Number hours) {
                config.inputs().requireHours(key + MAX_AGE_HOURS, (int) Math.ceil(hours.doubleValue()));
            }
            if (source.parameters().get(MAX_ACTORS) instanceof Number actors && actors.intValue() > mostActors) {
                mostActors = actors.intValue();
                mostActorsKey = key + MAX_ACTORS;
            }
        }
        int minReplyActors = config.qualityControl().minReplyActors();
        if (mostActors >= 0 && minReplyActors > mostActors) {
            throw new IllegalArgumentException("quality_control.min_reply_actors must be at most " + mostActorsKey
                    + " (" + mostActors + "), but is " + minReplyActors);
        }
    }

    private static void inConfig(Runnable check) {
        try {
            check.run();
        } catch (IllegalArgumentException e) {
            throw PushrankException.usage("config: " + e.getMessage());
        }
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
