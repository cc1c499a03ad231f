package io.pushrank.jobs.rule;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;

import java.util.Set;
import org.apache.spark.sql.Column;

/** Removes when: recipient or author blocked the other. */
record Blocked() implements Rule {
    @Override
    public String code() {
        return "blocked";
    }

    @Override
    public String summary() {
        return "Recipient or author blocked the other.";
    }

    @Override
    public Set<Step> steps() {
        return Set.of(Step.QUALITY_CONTROL);
    }

    @Override
    public Column keep() {
        return not(col("is_blocked"));
    }
}
