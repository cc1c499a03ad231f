package io.pushrank.jobs.rule;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;

import java.util.Set;
import org.apache.spark.sql.Column;

/** Removes when: the recipient gets each post of this author as a notification anyway. */
record AlreadyNotified() implements Rule {
    @Override
    public String code() {
        return "already_notified";
    }

    @Override
    public String summary() {
        return "The recipient gets each post of this author as a notification anyway.";
    }

    @Override
    public Set<Step> steps() {
        return Set.of(Step.QUALITY_CONTROL);
    }

    @Override
    public Column keep() {
        return not(col("is_device_follow"));
    }
}
