package io.pushrank.jobs.rule;

import java.util.Set;

/** A stage that asks rules. */
public enum Step {
    /** Of users, before anything is looked for. */
    TARGETS("targets", Set.of("user_id")),
    /** Of candidates before ranking: what would waste the rankers' places. */
    CANDIDATES("candidates", Keys.OF_CANDIDATES),
    /** Of ranked candidates before sending. */
    QUALITY_CONTROL("quality_control", Keys.OF_CANDIDATES);

    /** An enum's constants are made before its own static fields. */
    private static final class Keys {
        private static final Set<String> OF_CANDIDATES =
                Set.of("user_id", "item_type", "item_id", "author_id", "notification_type");
    }

    private final String word;
    private final Set<String> keys;

    Step(String word, Set<String> keys) {
        this.word = word;
        this.keys = keys;
    }

    /** How {@code rules.yaml} calls it. */
    public String word() {
        return word;
    }

    /** Columns of its rows by which families of facts may be found. */
    Set<String> keys() {
        return keys;
    }
}
