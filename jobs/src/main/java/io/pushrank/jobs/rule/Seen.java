package io.pushrank.jobs.rule;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;

import java.util.Set;
import org.apache.spark.sql.Column;

/** Removes when: the recipient saw it on the home timeline, or already acted on it. */
record Seen() implements Rule {
    @Override
    public String code() {
        return "seen";
    }

    @Override
    public String summary() {
        return "The recipient saw it on the home timeline, or already acted on it.";
    }

    @Override
    public Set<Step> steps() {
        return Set.of(Step.CANDIDATES, Step.QUALITY_CONTROL);
    }

    @Override
    public Column keep() {
        return not(col("is_seen"));
    }
}
