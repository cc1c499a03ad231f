package io.pushrank.jobs.rule;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;

import java.util.Set;
import org.apache.spark.sql.Column;

/** Removes when: the recipient wants posts of followed accounts only. */
record InNetworkOnly() implements Rule {
    @Override
    public String code() {
        return "in_network_only";
    }

    @Override
    public String summary() {
        return "The recipient wants posts of followed accounts only.";
    }

    @Override
    public Set<Step> steps() {
        return Set.of(Step.QUALITY_CONTROL);
    }

    @Override
    public Column keep() {
        return not(col("is_in_network_only")).or(col("is_followed"));
    }
}
