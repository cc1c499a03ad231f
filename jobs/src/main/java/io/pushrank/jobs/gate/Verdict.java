package io.pushrank.jobs.gate;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.pushrank.udf.text.OptionalKey;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/**
 * What a gate found of a table or of one of its columns; plain text and numbers, for manifests.
 *
 * @param gate name of the gate, such as {@code input_volume}
 * @param table name of the table
 * @param column name of the column; empty when the table as a whole is judged
 * @param figure what was found, finite; NULL when it was not judged
 * @param bound what the figure was held against: of two bounds the one on the figure's side of 1
 * @param detail what the figure is made of, or why there is none, such as {@code 2 of 3 trailing days}
 */
public record Verdict(
        String gate,
        String table,
        String column,
        @OptionalKey Double figure,
        double bound,
        Status status,
        String detail) {

    /** What became of it. */
    public enum Status {
        @JsonProperty("passed")
        PASSED,
        @JsonProperty("failed")
        FAILED,
        /** Failed, but somebody said that it is meant. */
        @JsonProperty("accepted")
        ACCEPTED,
        @JsonProperty("not_judged")
        NOT_JUDGED
    }

    static Verdict atMost(Gate gate, String table, String column, double figure, double most, String detail) {
        return of(gate, table, column, figure, most, figure <= most, detail);
    }

    static Verdict atLeast(Gate gate, String table, String column, double figure, double least, String detail) {
        return of(gate, table, column, figure, least, figure >= least, detail);
    }

    /** A ratio, at most 1 at the least and at least 1 at the most. */
    static Verdict within(Gate gate, String table, double ratio, double least, double most, String detail) {
        return ratio < 1
                ? atLeast(gate, table, "", ratio, least, detail)
                : atMost(gate, table, "", ratio, most, detail);
    }

    static Verdict notJudged(Gate gate, String table, String column, double bound, String why) {
        return new Verdict(gate.gateName(), table, column, null, bound, Status.NOT_JUDGED, why);
    }

    private static Verdict of(
            Gate gate, String table, String column, double figure, double bound, boolean isPassed, String detail) {
        return new Verdict(
                gate.gateName(), table, column, figure, bound, isPassed ? Status.PASSED : Status.FAILED, detail);
    }

    boolean isFailed() {
        return status == Status.FAILED;
    }

    /** Whether whoever looks at the run should know. */
    @JsonIgnore
    public boolean isNotable() {
        return status == Status.FAILED || status == Status.ACCEPTED;
    }

    /** In words, of a verdict that is notable: {@code accepted: input_volume of table posts: 0.48, at least 0.6 (…)}. */
    public String line() {
        return status.name().toLowerCase(Locale.ROOT) + ": " + sentence();
    }

    Verdict accept() {
        return new Verdict(gate, table, column, figure, bound, Status.ACCEPTED, detail);
    }

    /** How many times beyond its bound a failure lies: the order of failures of different kinds. */
    double excess() {
        return figure > bound ? figure / bound : bound / figure;
    }

    /** A failure in words: {@code input_volume of table posts: 0.48, at least 0.6 (…)}. */
    String sentence() {
        return gate + " of table " + table + (column.isEmpty() ? "" : ", column " + column) + ": " + text(figure)
                + (figure > bound ? ", at most " : ", at least ") + text(bound) + " (" + detail + ")";
    }

    /** Four significant digits, with an exponent only where the number is very small or very large. */
    static String text(double number) {
        BigDecimal rounded = new BigDecimal(number).round(new MathContext(4)).stripTrailingZeros();
        return Math.abs(rounded.precision() - rounded.scale()) < 15 ? rounded.toPlainString() : rounded.toString();
    }
}
