package io.pushrank.jobs.rule;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;

import java.util.Set;
import org.apache.spark.sql.Column;

/** Removes when: the recipient asked not to be shown this author. */
record RecommendationsHidden() implements Rule {
    @Override
    public String code() {
        return "recommendations_hidden";
    }

    @Override
    public String summary() {
        return "The recipient asked not to be shown this author.";
    }

    @Override
    public Set<Step> steps() {
        return Set.of(Step.QUALITY_CONTROL);
    }

    @Override
    public Column keep() {
        return not(col("is_hidden"));
    }
}
