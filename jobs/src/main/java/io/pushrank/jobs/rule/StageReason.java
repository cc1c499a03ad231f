package io.pushrank.jobs.rule;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Reason codes that no rule gives: what a stage itself leaves out. */
public enum StageReason {
    /** Of a user. */
    NO_CANDIDATES("candidates", "No source proposed anything to the user."),
    BELOW_ROUND_ROBIN(
            "candidates", "In the round-robin over the sources, candidates.keep other items of the user come first."),
    BELOW_LIGHT_RANK("light rank", "The light ranker preferred light_rank.keep other items of the user."),
    BELOW_TOP_PICK("quality control", "Better items of the user take all of quality_control.sends_per_run."),
    NO_SLOT(
            "quality control",
            "Cap, spacing and quiet hours leave no instant for it within quality_control.send_times.window_hours."),
    NO_SEND(
            "quality control",
            "Chance withholds it: the user is in quality_control.exploration.no_send_share of this run.");

    private final String stage;
    private final String says;

    StageReason(String stage, String says) {
        this.stage = stage;
        this.says = says;
    }

    /** Stable reason code: it stands in tables, funnel and explanations. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The stage that gives it, in words. */
    public String stage() {
        return stage;
    }

    /** When it is given, in one sentence: its row in the README's table. */
    public String says() {
        return says;
    }

    static List<String> codes() {
        return Arrays.stream(values()).map(StageReason::code).toList();
    }
}
