package io.pushrank.jobs.rule;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.time.Instant;
import java.util.Set;
import org.apache.spark.sql.Column;

/** Removes when: it is older than max_age_hours. */
record TooOld(Instant oldest) implements Rule {
    @Override
    public String code() {
        return "too_old";
    }

    @Override
    public String summary() {
        return "It is older than max_age_hours.";
    }

    @Override
    public Set<Step> steps() {
        return Set.of(Step.CANDIDATES, Step.QUALITY_CONTROL);
    }

    @Override
    public Column keep() {
        return col("fresh_at").geq(lit(oldest));
    }
}
