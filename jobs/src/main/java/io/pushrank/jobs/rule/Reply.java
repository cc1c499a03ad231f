package io.pushrank.jobs.rule;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;

import java.util.Set;
import org.apache.spark.sql.Column;

/** Removes when: it is a reply, and fewer actors than min_reply_actors vouch for it. */
record Reply(int minActors) implements Rule {
    @Override
    public String code() {
        return "reply";
    }

    @Override
    public String summary() {
        return "It is a reply, and fewer actors than min_reply_actors vouch for it.";
    }

    @Override
    public Set<Step> steps() {
        return Set.of(Step.CANDIDATES, Step.QUALITY_CONTROL);
    }

    @Override
    public Column keep() {
        return not(col("is_reply")).or(col("actor_count").geq(minActors));
    }
}
