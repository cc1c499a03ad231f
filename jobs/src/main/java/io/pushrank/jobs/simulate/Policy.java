package io.pushrank.jobs.simulate;

import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.world.BuiltInPolicy;
import java.util.Locale;

/** Who decides what is sent in a simulation. */
public sealed interface Policy {
    /** The shipped settings. */
    String DEFAULT = "default";

    /** Name of its folder, unique within a simulation. */
    String name();

    /**
     * The pipeline with some settings.
     *
     * @param vocabulary the settings, and all that is calculated by them
     */
    record Configured(String name, Vocabulary vocabulary) implements Policy {}

    /** One to compare with. */
    record BuiltIn(BuiltInPolicy policy) implements Policy {
        @Override
        public String name() {
            return policy.name().toLowerCase(Locale.ROOT);
        }
    }
}
