package io.pushrank.jobs.rule;

import static org.apache.spark.sql.functions.col;

import java.util.Set;
import org.apache.spark.sql.Column;

/** Removes when: no device of the user can get a push. */
record NoDevice() implements Rule {
    @Override
    public String code() {
        return "no_device";
    }

    @Override
    public String summary() {
        return "No device of the user can get a push.";
    }

    @Override
    public Set<Step> steps() {
        return Set.of(Step.TARGETS);
    }

    @Override
    public Column keep() {
        return col("has_device");
    }
}
