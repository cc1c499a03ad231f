package io.pushrank.jobs.rule;

import java.util.Set;
import org.apache.spark.sql.Column;

/** Removes when: shown as in-network without a follow, or as out-of-network despite one. */
record FollowState(Column networkFits) implements Rule {
    @Override
    public String code() {
        return "follow_state";
    }

    @Override
    public String summary() {
        return "Shown as in-network without a follow, or as out-of-network despite one.";
    }

    @Override
    public Set<Step> steps() {
        return Set.of(Step.QUALITY_CONTROL);
    }

    @Override
    public Column keep() {
        return networkFits;
    }
}
