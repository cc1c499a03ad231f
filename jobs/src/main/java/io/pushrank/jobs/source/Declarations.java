package io.pushrank.jobs.source;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Query;
import io.pushrank.jobs.table.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/**
 * What the head comment of a source's SQL file declares: first what the source gives, then lines of {@code -- key: value}.
 *
 * @param summary what it gives
 * @param network value of {@code network}
 * @param setting value of {@code needs}; empty for {@code none}
 * @param parameters values of {@code -- parameter:} lines, one for each named parameter of the SQL that is the source's own
 */
record Declarations(String summary, Source.Network network, Optional<String> setting, List<Parameter> parameters) {
    private static final String NETWORK = "network";
    private static final String NEEDS = "needs";
    private static final String PARAMETER = "parameter";
    private static final String NONE = "none";

    /**
     * Parses a head comment.
     *
     * @throws PushrankException with exit code 2 when a declaration is missing, stands twice or is not understood, or when
     *     the declared parameters are not those that the SQL uses
     */
    static Declarations of(Query query) {
        String file = Source.file(query.name());
        Map<String, List<String>> values = new LinkedHashMap<>();
        List.of(NETWORK, NEEDS, PARAMETER).forEach(key -> values.put(key, new ArrayList<>()));
        List<String> summary = new ArrayList<>();
        boolean isSummary = true;
        for (String line : query.head()) {
            int colon = line.indexOf(':');
            String key = line.substring(0, Math.max(0, colon));
            isSummary &= !values.containsKey(key);
            if (isSummary) {
                summary.add(line);
            } else if (values.containsKey(key)) {
                values.get(key).add(line.substring(colon + 1).strip());
            } else {
                throw PushrankException.usage(
                        file + ": a line of its head comment after the first declaration must be one" + " of "
                                + values.keySet() + ", but is \"" + line + "\"");
            }
        }
        List<String> networks = Arrays.stream(Source.Network.values())
                .map(network -> network.name().toLowerCase(Locale.ROOT))
                .toList();
        String network = one(file, NETWORK, values.get(NETWORK), networks);
        String needs = one(file, NEEDS, values.get(NEEDS), needs());
        return new Declarations(
                String.join(" ", summary),
                Source.Network.valueOf(network.toUpperCase(Locale.ROOT)),
                Optional.of(needs).filter(setting -> !setting.equals(NONE)),
                parameters(file, values.get(PARAMETER), query));
    }

    private static List<Parameter> parameters(String file, List<String> declarations, Query query) {
        List<Parameter> parameters = new ArrayList<>();
        Set<String> declared = new TreeSet<>();
        Set<String> undeclared = query.parameters();
        undeclared.removeAll(Parameter.COMMON);
        for (String declaration : declarations) {
            Parameter parameter = Parameter.parse(declaration)
                    .orElseThrow(() -> PushrankException.usage(
                            file + ": parameter must be " + Parameter.SYNTAX + ", but is \"" + declaration + "\""));
            if (!undeclared.remove(parameter.name())) {
                throw PushrankException.usage(file + " must declare each parameter once that its SQL uses, save "
                        + new TreeSet<>(Parameter.COMMON) + ", and no other, but declares " + parameter.name()
                        + (declared.contains(parameter.name()) ? " twice" : ""));
            }
            declared.add(parameter.name());
            parameters.add(parameter);
        }
        if (!undeclared.isEmpty()) {
            throw PushrankException.usage(
                    file + " must declare each parameter that its SQL uses in a line -- parameter: …"
                            + " of its head comment, but lacks " + undeclared);
        }
        return parameters;
    }

    /** The settings by which users choose what they are sent, and none. */
    private static List<String> needs() {
        List<String> needs = new ArrayList<>(List.of(NONE));
        for (StructField column : Table.USERS.schema().fields()) {
            if (column.dataType().equals(DataTypes.BooleanType) && column.name().startsWith("has_")) {
                needs.add(column.name());
            }
        }
        return needs;
    }

    private static String one(String file, String key, List<String> values, List<String> known) {
        if (values.size() != 1) {
            throw PushrankException.usage(file + " must have one line -- " + key
                    + ": … in its head comment, with one of " + known + ", but has " + values.size());
        }
        if (!known.contains(values.get(0))) {
            throw PushrankException.usage(
                    file + ": " + key + " must be one of " + known + ", but is \"" + values.get(0) + "\"");
        }
        return values.get(0);
    }
}
