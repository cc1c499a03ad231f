package io.pushrank.jobs.rule;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_compact;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.when;

import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.source.Sources;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.spark.sql.Column;

/** The rules in the order in which their codes are given. */
public final class Rules {
    private Rules() {}

    /** Every rule, those that are switched off too. */
    public static List<Rule> all(RankingConfig config, Instant asOf) {
        return List.of(
                new SuspendedAccount(),
                new PushDisabled(),
                new NoDevice(),
                new CapReached(),
                new SentRecently(asOf),
                new OwnPost(),
                new UnsuitableAuthor(),
                new Reply(config.qualityControl().minReplyActors()),
                new TooOld(asOf.minus(Duration.ofHours(config.qualityControl().maxAgeHours()))),
                new Seen(),
                new SentBefore(),
                new Blocked(),
                new Muted(),
                new RecommendationsHidden(),
                new AlreadyNotified(),
                new FollowState(Sources.networkFits(config)),
                new InNetworkOnly());
    }

    /**
     * The rules of a step that are on.
     *
     * @throws PushrankException with exit code 2 when {@code disabled_rules} names a rule that does not exist
     */
    public static List<Rule> of(RankingConfig config, Instant asOf, Rule.Step step) {
        List<Rule> all = all(config, asOf);
        List<String> codes = all.stream().map(Rule::code).toList();
        for (String disabled : config.disabledRules()) {
            if (!codes.contains(disabled)) {
                throw PushrankException.usage("config: disabled_rules names " + disabled + ", known are " + codes);
            }
        }
        return all.stream()
                .filter(rule -> rule.steps().contains(step))
                .filter(rule -> !config.disabledRules().contains(rule.code()))
                .toList();
    }

    /** Codes of the rules that remove the row, in their order; empty when it stays. */
    public static Column reasons(List<Rule> rules) {
        Column[] codes = rules.stream()
                .map(rule -> when(not(coalesce(rule.keep(), lit(false))), lit(rule.code())))
                .toArray(Column[]::new);
        return codes.length == 0 ? array().cast("array<string>") : array_compact(array(codes));
    }
}
