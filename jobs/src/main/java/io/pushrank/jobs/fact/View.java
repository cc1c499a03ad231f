package io.pushrank.jobs.fact;

import io.pushrank.jobs.config.ConfFolder.NamedText;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A relation that facts and sources are made of: an SQL file of {@code conf/views}.
 *
 * @param query the file
 * @param isReused whether several queries of one piece of work read it, so that its rows are kept
 * @param instead the view that takes its place under a setting
 */
record View(Query query, boolean isReused, Optional<Instead> instead) {
    private static final String REUSED = "reused";
    static final String INSTEAD = "instead";
    private static final Pattern SYNTAX = Pattern.compile("([a-z_0-9]+) where ([a-z_.]+) is ([a-z_0-9]+)");

    /** The view to read where a setting has a value. */
    record Instead(String view, String setting, String value) {}

    /**
     * Parses a file.
     *
     * @throws io.pushrank.jobs.exit.PushrankException with exit code 2 when its head comment is not understood
     */
    static View of(String name, NamedText file) {
        Query query = Query.of(name, file, Set.of(REUSED, INSTEAD, Query.SETTING));
        Head head = query.head();
        Optional<Head.Entry> reused = head.at(REUSED);
        if (reused.isPresent() && !reused.get().value().equals("yes")) {
            throw head.problem(
                    reused.get(),
                    REUSED + " must be yes, but is " + reused.get().value());
        }
        return new View(query, reused.isPresent(), head.at(INSTEAD).map(entry -> {
            Matcher matcher = SYNTAX.matcher(entry.value());
            if (!matcher.matches()) {
                throw head.problem(
                        entry, INSTEAD + " must be \"VIEW where SETTING is VALUE\", but is \"" + entry.value() + "\"");
            }
            return new Instead(matcher.group(1), matcher.group(2), matcher.group(3));
        }));
    }
}
