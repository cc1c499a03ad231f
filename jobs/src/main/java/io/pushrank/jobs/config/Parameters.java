package io.pushrank.jobs.config;

import io.pushrank.jobs.exit.PushrankException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The parameters that a file declares, and what the settings give them. */
public final class Parameters {
    private final List<Parameter> declared;

    private Parameters(List<Parameter> declared) {
        this.declared = declared;
    }

    /**
     * One declaration.
     *
     * @param where names its place, for messages
     */
    public record Declaration(String where, String text) {}

    /**
     * Parses declarations.
     *
     * @param where names the place of the SQL, for messages
     * @param used parameters that the SQL uses, save those that every SQL may use
     * @throws PushrankException with exit code 2 when one is not understood, stands twice, is not used, or is missing
     */
    public static Parameters of(String where, List<Declaration> declarations, Set<String> used) {
        List<Parameter> parameters = new ArrayList<>();
        Set<String> undeclared = new TreeSet<>(used);
        for (Declaration declaration : declarations) {
            Parameter parameter = Parameter.parse(declaration.text())
                    .orElseThrow(() -> PushrankException.usage(declaration.where() + ": parameter must be "
                            + Parameter.SYNTAX + ", but is \"" + declaration.text() + "\""));
            if (!undeclared.remove(parameter.name())) {
                boolean isTwice =
                        parameters.stream().anyMatch(each -> each.name().equals(parameter.name()));
                throw PushrankException.usage(
                        declaration.where() + ": a declared parameter must be one that the SQL uses, once, but is "
                                + parameter.name() + (isTwice ? " again" : "; the SQL uses " + used));
            }
            parameters.add(parameter);
        }
        if (!undeclared.isEmpty()) {
            throw PushrankException.usage(
                    where + ": each parameter that the SQL uses must be declared, but these are not: " + undeclared);
        }
        return new Parameters(parameters);
    }

    /** Their names. */
    public Set<String> names() {
        Set<String> names = new TreeSet<>();
        declared.forEach(parameter -> names.add(parameter.name()));
        return names;
    }

    /**
     * The values that the settings give, or else the defaults, as SQL takes them.
     *
     * @param key under which the settings have them
     * @throws PushrankException with exit code 2 for an unknown or a missing parameter, and a value that may not be
     */
    public Map<String, Object> arguments(RankingConfig config, String key, Map<String, Object> settings) {
        Map<String, Object> arguments = new HashMap<>();
        Set<String> missing = new TreeSet<>();
        settings.keySet().forEach(name -> {
            if (!names().contains(name)) {
                throw PushrankException.usage("config: " + key + " must have "
                        + (names().isEmpty() ? "no parameters" : "parameters of " + names()) + ", but has " + name);
            }
        });
        for (Parameter parameter : declared) {
            Object value = settings.containsKey(parameter.name())
                    ? settings.get(parameter.name())
                    : parameter.preset().orElse(null);
            if (value == null && !settings.containsKey(parameter.name())) {
                missing.add(parameter.name());
                continue;
            }
            try {
                arguments.put(parameter.name(), parameter.argument(config, key + "." + parameter.name(), value));
            } catch (IllegalArgumentException e) {
                throw PushrankException.usage("config: " + e.getMessage());
            }
        }
        if (!missing.isEmpty()) {
            throw PushrankException.usage("config: " + key + " must have " + names() + ", but lacks " + missing);
        }
        return arguments;
    }
}
