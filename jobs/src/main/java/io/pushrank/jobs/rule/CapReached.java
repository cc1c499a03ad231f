package io.pushrank.jobs.rule;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.size;

import java.util.Set;
import org.apache.spark.sql.Column;

/** Removes when: the sends of the last 24 hours reach the user's cap. */
record CapReached() implements Rule {
    @Override
    public String code() {
        return "cap_reached";
    }

    @Override
    public String summary() {
        return "The sends of the last 24 hours reach the user's cap.";
    }

    @Override
    public Set<Step> steps() {
        return Set.of(Step.TARGETS);
    }

    @Override
    public Column keep() {
        return size(col("sent_at_24h")).lt(col("push_cap"));
    }
}
