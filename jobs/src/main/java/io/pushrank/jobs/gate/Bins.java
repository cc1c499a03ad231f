package io.pushrank.jobs.gate;

import static org.apache.spark.sql.functions.abs;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.isnan;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.log2;
import static org.apache.spark.sql.functions.signum;
import static org.apache.spark.sql.functions.when;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;

/**
 * Bins that are the same whatever the data, so that counts of days and of parts of a day can be added up.
 *
 * <p>A number's bin is its sign and floor(4·log2|x|): each bin is 19 % wider than the one before, zero and NaN have bins of
 * their own, infinities share that of the largest number. As an integer the bins are in the order of the numbers. A text's
 * bin is the text itself, as {@code =text}, or, where a day has more than {@value #MOST_TEXTS} of them, one of
 * {@value #BUCKETS} buckets by CRC-32, as {@code #bucket}.
 */
final class Bins {
    /** More different texts than this are counted in buckets. */
    static final int MOST_TEXTS = 50;

    static final int BUCKETS = 20;

    /** Steps in which a number doubles. */
    private static final int STEPS = 4;
    /** Makes the bin of the smallest positive number, 2^-1074, positive. */
    private static final int SHIFT = 4400;
    /** Above the bins of all numbers, as Spark orders NaN. */
    private static final int NAN = 10_000;

    private Bins() {}

    /** The bin of a number, an INT; NULL of NULL. */
    static Column ofNumber(Column number) {
        Column value = number.cast("double");
        Column step = floor(log2(least(abs(value), lit(Double.MAX_VALUE))).multiply(STEPS));
        return when(isnan(value), lit(NAN))
                .when(value.equalTo(0), lit(0))
                .otherwise(signum(value).multiply(step.plus(SHIFT)))
                .cast("int");
    }

    /** The bin of a text that is not counted by itself. */
    static Column ofText(Column text) {
        return functions.concat(
                lit("#"),
                functions
                        .pmod(functions.crc32(text.cast("binary")), lit(BUCKETS))
                        .cast("string"));
    }

    static String byText(String text) {
        return "=" + text;
    }

    static boolean isBucket(String bin) {
        return bin.startsWith("#");
    }

    /** Counts of texts as counts of their buckets. */
    static Map<String, Long> inBuckets(Map<String, Long> counts) {
        Map<String, Long> buckets = new TreeMap<>();
        counts.forEach((bin, rows) -> buckets.merge(isBucket(bin) ? bin : bucket(bin.substring(1)), rows, Long::sum));
        return buckets;
    }

    private static String bucket(String text) {
        CRC32 hash = new CRC32();
        hash.update(text.getBytes(StandardCharsets.UTF_8));
        return "#" + hash.getValue() % BUCKETS;
    }

    /** The smallest magnitude of a number's bin with its sign, for people. */
    static String edge(int bin) {
        if (bin == 0) {
            return "0";
        }
        if (Math.abs(bin) == NAN) {
            return "NaN";
        }
        double magnitude = Math.pow(2, (Math.abs(bin) - SHIFT) / (double) STEPS);
        return Verdict.text(Math.copySign(magnitude, bin));
    }
}
