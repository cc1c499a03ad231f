package io.pushrank.jobs.fact;

/**
 * A column of a family of facts, as expressions write it: {@code family.column}.
 *
 * @param column empty where an expression names one thing alone
 */
public record Reference(String family, String column) implements Comparable<Reference> {
    @Override
    public int compareTo(Reference other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return column.isEmpty() ? family : family + "." + column;
    }
}
