package io.pushrank.jobs.rule;

import static org.apache.spark.sql.functions.col;

import java.util.Set;
import org.apache.spark.sql.Column;

/** Removes when: the user switched push off, or both recommendations and topics. */
record PushDisabled() implements Rule {
    @Override
    public String code() {
        return "push_disabled";
    }

    @Override
    public String summary() {
        return "The user switched push off, or both recommendations and topics.";
    }

    @Override
    public Set<Step> steps() {
        return Set.of(Step.TARGETS);
    }

    @Override
    public Column keep() {
        return col("is_push_wanted");
    }
}
