package io.pushrank.jobs.rule;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;

import java.util.Set;
import org.apache.spark.sql.Column;

/** Removes when: the account is suspended. */
record SuspendedAccount() implements Rule {
    @Override
    public String code() {
        return "account_suspended";
    }

    @Override
    public String summary() {
        return "The account is suspended.";
    }

    @Override
    public Set<Step> steps() {
        return Set.of(Step.TARGETS);
    }

    @Override
    public Column keep() {
        return not(col("is_suspended"));
    }
}
