package io.pushrank.jobs.rule;

import static org.apache.spark.sql.functions.col;

import java.util.Set;
import org.apache.spark.sql.Column;

/** Removes when: the recipient wrote it. */
record OwnPost() implements Rule {
    @Override
    public String code() {
        return "own_post";
    }

    @Override
    public String summary() {
        return "The recipient wrote it.";
    }

    @Override
    public Set<Step> steps() {
        return Set.of(Step.CANDIDATES, Step.QUALITY_CONTROL);
    }

    @Override
    public Column keep() {
        return col("author_id").notEqual(col("user_id"));
    }
}
