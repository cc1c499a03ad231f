package io.pushrank.jobs.rule;

import java.util.Set;
import org.apache.spark.sql.Column;

/** A reason to take a target or a candidate out. */
public sealed interface Rule
        permits SuspendedAccount,
                PushDisabled,
                NoDevice,
                CapReached,
                SentRecently,
                OwnPost,
                UnsuitableAuthor,
                Reply,
                TooOld,
                Seen,
                SentBefore,
                Blocked,
                Muted,
                RecommendationsHidden,
                AlreadyNotified,
                FollowState,
                InNetworkOnly {

    /** Where a rule applies. */
    enum Step {
        /** To users, before anything is looked for. */
        TARGETS,
        /** To candidates before ranking: what would waste the rankers' places. */
        CANDIDATES,
        /** To ranked candidates before sending: every rule on candidates, again. */
        QUALITY_CONTROL
    }

    /** Stable reason code: it stands in tables, funnel and explanations. */
    String code();

    /** When it removes, in one sentence: its row in the README's table. */
    String summary();

    Set<Step> steps();

    /** TRUE to keep the row; FALSE and NULL remove it. */
    Column keep();
}
