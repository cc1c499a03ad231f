package io.pushrank.jobs.evaluate;

import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.rule.Rule;
import io.pushrank.jobs.rule.Step;
import io.pushrank.jobs.stage.Vocabulary;
import java.util.List;
import java.util.Set;

/** Settings that stages before quality control read too: with others, a day's {@code heavy_ranked} would have been another one. */
final class EarlierSettings {
    private static final String RULES = "rules";

    /** Sections that say nothing of any row, and quality control's own. */
    private static final Set<String> OF_NO_EARLIER_STAGE =
            Set.of("quality_control", "output_partitions", "tiles", "gates", "publishing", "examples");

    private EarlierSettings() {}

    /** The keys of those that differ, sorted. */
    static List<String> changed(ConfigFile before, Vocabulary now) {
        return now.settings().differences(before).stream()
                .filter(key -> isReadEarlier(key, now))
                .toList();
    }

    private static boolean isReadEarlier(String key, Vocabulary vocabulary) {
        List<String> path = List.of(key.split("\\.", -1));
        return path.get(0).equals(RULES)
                ? vocabulary.rules().all().stream()
                        .filter(rule -> rule.name().equals(path.get(1)))
                        .map(Rule::steps)
                        .anyMatch(steps -> !steps.equals(Set.of(Step.QUALITY_CONTROL)))
                : !OF_NO_EARLIER_STAGE.contains(path.get(0));
    }
}
