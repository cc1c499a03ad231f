package io.pushrank.jobs.rule;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.make_dt_interval;

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
                .or(col("last_sent_at")
                        .plus(make_dt_interval(lit(0), lit(0), lit(0), col("spacing_seconds")))
                        .leq(lit(asOf)));
    }
}
