package io.pushrank.jobs.fact;

import io.pushrank.jobs.config.ConfFolder.NamedText;
import io.pushrank.jobs.config.Nearest;
import io.pushrank.jobs.exit.PushrankException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The comment at the head of an SQL file: first what the file gives, then lines of {@code -- key: value}. A line that is
 * indented goes on with the value of the line before.
 *
 * @param file name, for messages
 * @param summary what it gives, in one line
 * @param entries in their order
 */
public record Head(String file, String summary, List<Entry> entries) {
    private static final Pattern ENTRY = Pattern.compile("--\\s?([a-z_]+):\\s*(.*)");
    private static final Pattern CONTINUATION = Pattern.compile("--\\s{2,}(\\S.*)");

    /** A line of {@code -- key: value}; {@code line} counts from 1. */
    public record Entry(int line, String key, String value) {}

    public Head {
        entries = List.copyOf(entries);
    }

    /**
     * Parses the head of a file.
     *
     * @param keys that this kind of file may have
     * @throws PushrankException with exit code 2 when there is no summary, or a line is not understood
     */
    public static Head of(NamedText file, Set<String> keys) {
        List<String> summary = new ArrayList<>();
        List<Entry> entries = new ArrayList<>();
        int number = 0;
        for (String line : file.text().lines().toList()) {
            number++;
            if (!line.startsWith("--")) {
                break;
            }
            Matcher entry = ENTRY.matcher(line);
            Matcher continuation = CONTINUATION.matcher(line);
            if (entry.matches()) {
                if (!keys.contains(entry.group(1))) {
                    throw PushrankException.usage(file.name() + ", line " + number
                            + ": a key of the head comment must be"
                            + " one of " + new TreeSet<>(keys) + ", but is " + entry.group(1) + "; the nearest are "
                            + Nearest.to(entry.group(1), keys));
                }
                entries.add(new Entry(number, entry.group(1), entry.group(2).strip()));
            } else if (entries.isEmpty()) {
                summary.add(line.substring(2).strip());
            } else if (continuation.matches()) {
                Entry before = entries.remove(entries.size() - 1);
                entries.add(new Entry(
                        before.line(),
                        before.key(),
                        before.value() + " " + continuation.group(1).strip()));
            } else {
                throw PushrankException.usage(
                        file.name() + ", line " + number + ": after the first -- key: value, a line of"
                                + " the head comment must be another or be indented, but is \"" + line + "\"");
            }
        }
        if (String.join("", summary).isBlank()) {
            throw PushrankException.usage(
                    file.name() + ", line 1: the file must start with a comment that says what it gives, but has none");
        }
        return new Head(file.name(), String.join(" ", summary).strip(), entries);
    }

    /** The lines of a key. */
    public List<Entry> all(String key) {
        return entries.stream().filter(entry -> entry.key().equals(key)).toList();
    }

    /**
     * The line of a key that may stand once.
     *
     * @throws PushrankException with exit code 2 when it stands twice
     */
    public Optional<Entry> at(String key) {
        List<Entry> found = all(key);
        if (found.size() > 1) {
            throw PushrankException.usage(file + ", line " + found.get(1).line()
                    + ": the head comment must have one line -- " + key + ": …, but has " + found.size());
        }
        return found.stream().findFirst();
    }

    /**
     * The line of a key that must stand once.
     *
     * @param is what its value is, for messages
     * @throws PushrankException with exit code 2 when it does not
     */
    public Entry one(String key, String is) {
        return at(key).orElseThrow(() -> PushrankException.usage(
                file + ": the head comment must have one line -- " + key + ": … with " + is + ", but has 0"));
    }

    /** A problem of a line, as an error that names file and line. */
    public PushrankException problem(Entry entry, String problem) {
        return PushrankException.usage(file + ", line " + entry.line() + ": " + problem);
    }
}
