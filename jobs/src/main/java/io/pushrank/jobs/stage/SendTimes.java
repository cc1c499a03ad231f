package io.pushrank.jobs.stage;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.unix_micros;

import io.pushrank.jobs.config.RankingConfig.SendTimesConfig;
import io.pushrank.jobs.config.SendTimeChoice;
import io.pushrank.jobs.fact.Reference;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.api.java.UDF6;
import org.apache.spark.sql.catalyst.util.DateTimeUtils;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import scala.collection.Iterable;
import scala.jdk.javaapi.CollectionConverters;

/** The slots of each user as columns, by settings {@code quality_control.send_times}. */
record SendTimes(SendTimesConfig config) {
    private static final Reference OPEN_RATES = new Reference("send_time", "open_rates");
    private static final String RATES_COLUMN = "open_rates";
    private static final Set<String> ZONES = ZoneId.getAvailableZoneIds();

    /** The facts that the choice takes. */
    Set<Reference> references() {
        return config.choose() == SendTimeChoice.BEST ? Set.of(OPEN_RATES) : Set.of();
    }

    /** A column of those facts for {@link #slots}; NULL, which is the earliest slots, where it takes none or a user has none. */
    Column openRates() {
        Column rates = references().isEmpty() ? lit(null) : col(OPEN_RATES.toString());
        return rates.cast(DataTypes.createArrayType(DataTypes.DoubleType)).as(RATES_COLUMN);
    }

    /**
     * Instants in order, microseconds since 1970 UTC, ARRAY&lt;BIGINT&gt;, of rows with {@link #openRates} and the columns
     * {@code sent_at_24h}, {@code last_sent_at}, {@code spacing_seconds}, {@code push_cap} and {@code time_zone} of targets.
     */
    Column slots(Instant asOf, int most) {
        SendSlots slots = new SendSlots(
                DateTimeUtils.instantToMicros(asOf),
                TimeUnit.HOURS.toMicros(config.windowHours()),
                new QuietHours(config.quietFrom(), config.quietUntil()));
        UDF6<Iterable<Long>, Long, Long, Integer, String, Iterable<Double>, List<Long>> allot =
                (sent, lastSent, spacing, cap, timeZone, openRates) -> {
                    SendSlots.Recipient recipient =
                            new SendSlots.Recipient(list(sent), lastSent, spacing, cap, zone(timeZone));
                    return openRates == null
                            ? slots.earliest(recipient, most)
                            : slots.best(recipient, most, list(openRates));
                };
        return udf(allot, DataTypes.createArrayType(DataTypes.LongType))
                .apply(
                        transform(col("sent_at_24h"), functions::unix_micros),
                        unix_micros(col("last_sent_at")),
                        col("spacing_seconds").multiply(TimeUnit.SECONDS.toMicros(1)),
                        col("push_cap"),
                        col("time_zone"),
                        col(RATES_COLUMN));
    }

    /** The instant {@code send_micros} by the clock of {@code time_zone}, STRING; NULL where there is none. */
    static Column local() {
        UDF2<Long, String, String> format = (micros, timeZone) -> micros == null
                ? null
                : DateTimeUtils.microsToInstant(micros)
                        .atZone(zone(timeZone))
                        .format(DateTimeFormatter.ISO_LOCAL_DATE_TIME);
        return udf(format, DataTypes.StringType).apply(col("send_micros"), col("time_zone"));
    }

    private static <T> List<T> list(Iterable<T> values) {
        return List.copyOf(CollectionConverters.asJavaCollection(values));
    }

    /** A name that is no time zone is as good as none: one wrong row must not end the run. */
    private static ZoneId zone(String name) {
        return name != null && ZONES.contains(name) ? ZoneId.of(name) : ZoneOffset.UTC;
    }
}
