package io.pushrank.jobs.rule;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.unix_seconds;

import java.time.Instant;
import java.util.Set;
import org.apache.spark.sql.Column;

/** Removes when: the last send is more recent than the least spacing. */
record SentRecently(Instant asOf) implements Rule {
    @Override
    public String code() {
        return "sent_recently";
    }

    @Override
    public String summary() {
        return "The last send is more recent than the least spacing.";
    }

    @Override
    public Set<Step> steps() {
        return Set.of(Step.TARGETS);
    }

    @Override
    public Column keep() {
        return col("last_sent_at")
                .isNull()
                .or(unix_seconds(col("last_sent_at"))
                        .plus(col("spacing_seconds"))
                        .leq(asOf.getEpochSecond()));
    }
}
