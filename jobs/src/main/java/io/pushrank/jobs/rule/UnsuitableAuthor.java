package io.pushrank.jobs.rule;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;

import java.util.Set;
import org.apache.spark.sql.Column;

/** Removes when: the author is unknown, suspended, protected or marked as unsuitable. */
record UnsuitableAuthor() implements Rule {
    @Override
    public String code() {
        return "unsuitable_author";
    }

    @Override
    public String summary() {
        return "The author is unknown, suspended, protected or marked as unsuitable.";
    }

    @Override
    public Set<Step> steps() {
        return Set.of(Step.CANDIDATES, Step.QUALITY_CONTROL);
    }

    @Override
    public Column keep() {
        return not(col("is_author_unsuitable"));
    }
}
