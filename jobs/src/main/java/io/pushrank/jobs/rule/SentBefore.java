package io.pushrank.jobs.rule;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;

import java.util.Set;
import org.apache.spark.sql.Column;

/** Removes when: it was sent to the recipient within duplicate_days. */
record SentBefore() implements Rule {
    @Override
    public String code() {
        return "sent_before";
    }

    @Override
    public String summary() {
        return "It was sent to the recipient within duplicate_days.";
    }

    @Override
    public Set<Step> steps() {
        return Set.of(Step.QUALITY_CONTROL);
    }

    @Override
    public Column keep() {
        return not(col("is_sent"));
    }
}
