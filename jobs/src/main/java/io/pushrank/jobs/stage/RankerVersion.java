package io.pushrank.jobs.stage;

import io.pushrank.udf.model.ModelKind;
import java.util.Optional;

/**
 * A version of a ranker.
 *
 * @param version its name; empty: the one in use
 */
public record RankerVersion(ModelKind kind, Optional<String> version) {
    static RankerVersion inUse(ModelKind kind) {
        return new RankerVersion(kind, Optional.empty());
    }
}
