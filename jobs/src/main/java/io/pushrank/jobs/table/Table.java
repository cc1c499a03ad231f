package io.pushrank.jobs.table;

import static io.pushrank.jobs.table.Check.oneOf;
import static io.pushrank.jobs.table.Check.ordered;
import static io.pushrank.jobs.table.Check.positive;
import static io.pushrank.jobs.table.Check.range;
import static io.pushrank.jobs.table.Check.references;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Every table that the pipeline reads or writes: its columns as DDL, its key, and what must hold for a row to be used.
 *
 * <p>{@code _id} columns are BIGINT, {@code _at} columns TIMESTAMP in UTC, {@code is_} and {@code has_} columns BOOLEAN.
 * A missing value is NULL. Every table is partitioned by day, {@code ds=YYYY-MM-DD}.
 */
public enum Table {
    // ------------------------------------------------------------------------------------------------------- inputs
    USERS(
            Group.STATE,
            List.of("user_id"),
            """
            user_id BIGINT NOT NULL COMMENT 'Account',
            created_at TIMESTAMP NOT NULL COMMENT 'When the account was opened',
            country STRING COMMENT 'ISO 3166-1 alpha-2, upper case; NULL when unknown',
            language STRING COMMENT 'ISO 639-1 language of the interface; NULL when unknown',
            time_zone STRING COMMENT 'IANA time zone, such as Europe/Paris; NULL when unknown',
            age_bucket STRING COMMENT 'Age range, such as 25-34; NULL when unknown',
            is_guest BOOLEAN NOT NULL COMMENT 'Logged-out recipient',
            is_suspended BOOLEAN NOT NULL COMMENT 'Neither gets notifications nor is recommended',
            is_protected BOOLEAN NOT NULL COMMENT 'Posts are for approved followers only',
            is_unsuitable BOOLEAN NOT NULL COMMENT 'Author marked as unsuitable to recommend',
            is_verified BOOLEAN NOT NULL COMMENT 'Verified account',
            is_push_enabled BOOLEAN NOT NULL COMMENT 'Setting: any push at all',
            has_recommendations BOOLEAN NOT NULL COMMENT 'Setting: recommended posts; off: nothing of sources that need it',
            has_topics BOOLEAN NOT NULL COMMENT 'Setting: posts of followed topics; off: nothing of sources that need it',
            is_in_network_only BOOLEAN NOT NULL COMMENT 'Setting: only accounts that I follow',
            push_cap INT COMMENT 'Predicted cap of sends in rolling 24 h; NULL: the configured default',
            last_visit_at TIMESTAMP COMMENT 'Last visit to the home timeline; NULL when never'
            """,
            range("push_cap", 0, 12),
            positive("user_id")),
    DEVICES(
            Group.STATE,
            List.of("user_id", "device_id"),
            """
            user_id BIGINT NOT NULL COMMENT 'Owner',
            device_id BIGINT NOT NULL COMMENT 'Device',
            platform STRING NOT NULL COMMENT 'android, ios or web',
            is_push_capable BOOLEAN NOT NULL COMMENT 'Has a valid push token',
            registered_at TIMESTAMP NOT NULL COMMENT 'When the device was first seen'
            """,
            oneOf("platform", "android", "ios", "web"),
            references("user_id", "users", "user_id")),
    FOLLOWS(
            Group.STATE,
            List.of("user_id", "followee_id"),
            """
            user_id BIGINT NOT NULL COMMENT 'Who follows',
            followee_id BIGINT NOT NULL COMMENT 'Who is followed',
            followed_at TIMESTAMP NOT NULL COMMENT 'Since when',
            is_device_follow BOOLEAN NOT NULL COMMENT 'Already gets each post of the followee as a notification'
            """,
            references("user_id", "users", "user_id"),
            references("followee_id", "users", "user_id")),
    RELATIONS(
            Group.STATE,
            List.of("user_id", "other_id", "kind"),
            """
            user_id BIGINT NOT NULL COMMENT 'Who set the relation',
            other_id BIGINT NOT NULL COMMENT 'Whom it is about',
            kind STRING NOT NULL COMMENT 'block, mute, hide_recommendations or no_reposts',
            created_at TIMESTAMP NOT NULL COMMENT 'Since when'
            """,
            oneOf("kind", "block", "mute", "hide_recommendations", "no_reposts"),
            references("user_id", "users", "user_id"),
            references("other_id", "users", "user_id")),
    TOPIC_FOLLOWS(
            Group.STATE,
            List.of("user_id", "topic_id"),
            """
            user_id BIGINT NOT NULL COMMENT 'Who follows',
            topic_id BIGINT NOT NULL COMMENT 'Followed topic',
            followed_at TIMESTAMP NOT NULL COMMENT 'Since when'
            """,
            references("user_id", "users", "user_id")),
    POSTS(
            Group.EVENT,
            List.of("post_id"),
            """
            post_id BIGINT NOT NULL COMMENT 'Post',
            author_id BIGINT NOT NULL COMMENT 'Who wrote it',
            created_at TIMESTAMP NOT NULL COMMENT 'When it was written',
            language STRING COMMENT 'ISO 639-1 language of the text; NULL when unknown',
            media STRING NOT NULL COMMENT 'none, photo or video',
            has_link BOOLEAN NOT NULL COMMENT 'Carries a link',
            in_reply_to_post_id BIGINT COMMENT 'The post that it answers; NULL when it is no reply',
            is_sensitive BOOLEAN NOT NULL COMMENT 'Marked as sensitive by its author or by review',
            nsfw_probability DOUBLE COMMENT 'Predicted probability that it is not safe for work; NULL when not scored',
            text_length INT NOT NULL COMMENT 'Characters'
            """,
            oneOf("media", "none", "photo", "video"),
            range("nsfw_probability", 0, 1),
            range("text_length", 0, 100_000),
            references("author_id", "users", "user_id")),
    POST_TOPICS(
            Group.EVENT,
            List.of("post_id", "topic_id"),
            """
            post_id BIGINT NOT NULL COMMENT 'Post',
            topic_id BIGINT NOT NULL COMMENT 'Topic that the post is about',
            score DOUBLE NOT NULL COMMENT 'Confidence of the annotation, 0 to 1',
            annotated_at TIMESTAMP NOT NULL COMMENT 'When the annotation was made'
            """,
            range("score", 0, 1),
            references("post_id", "posts", "post_id")),
    TRENDS(
            Group.EVENT,
            List.of("trend_id"),
            """
            trend_id BIGINT NOT NULL COMMENT 'Trend',
            country STRING COMMENT 'ISO 3166-1 alpha-2 country where it trends; NULL when unknown',
            language STRING COMMENT 'ISO 639-1 language of its posts; NULL when unknown',
            name STRING NOT NULL COMMENT 'Name, as shown',
            started_at TIMESTAMP NOT NULL COMMENT 'When it was found to trend',
            score DOUBLE NOT NULL COMMENT 'How strong it is; higher is stronger',
            post_id BIGINT COMMENT 'Representative post; NULL when it has none'
            """),
    ENGAGEMENTS(
            Group.EVENT,
            List.of("user_id", "author_id", "post_id", "kind", "engaged_at"),
            """
            user_id BIGINT NOT NULL COMMENT 'Who acted',
            author_id BIGINT NOT NULL COMMENT 'Author of the post, or owner of the visited profile',
            post_id BIGINT COMMENT 'Post acted on; NULL for a profile visit',
            kind STRING NOT NULL COMMENT 'like, repost, reply, quote, click, impression, profile_visit, dislike, report, or \
            update (the author goes on with a live item)',
            engaged_at TIMESTAMP NOT NULL COMMENT 'When'
            """,
            oneOf(
                    "kind",
                    "like",
                    "repost",
                    "reply",
                    "quote",
                    "click",
                    "impression",
                    "profile_visit",
                    "dislike",
                    "report",
                    "update"),
            references("user_id", "users", "user_id"),
            references("author_id", "users", "user_id")),
    NOTIFICATIONS(
            Group.EVENT,
            List.of("send_id"),
            """
            send_id STRING NOT NULL COMMENT 'Identifies the send; for sends of this pipeline the send_id of table sends',
            user_id BIGINT NOT NULL COMMENT 'Recipient',
            item_type STRING NOT NULL COMMENT 'Type of the item, such as post or trend',
            item_id BIGINT NOT NULL COMMENT 'Item; of a post its post_id',
            author_id BIGINT COMMENT 'Author of the item; NULL when it has none',
            notification_type STRING NOT NULL COMMENT 'Why it was sent: the name of the source that it is displayed as',
            sent_at TIMESTAMP NOT NULL COMMENT 'Delivery',
            opened_at TIMESTAMP COMMENT 'First opening; NULL when never',
            ntab_clicked_at TIMESTAMP COMMENT 'First click in the notifications tab; NULL when never',
            engaged_at TIMESTAMP COMMENT 'First engagement with the item after opening; NULL when never',
            disliked_at TIMESTAMP COMMENT 'See less often; NULL when never',
            arm STRING COMMENT 'Part of the policy that chose it, such as explore or rank; NULL when not known',
            propensity DOUBLE COMMENT 'Probability with which it was chosen and sent; NULL when not known'
            """,
            range("propensity", 0, 1),
            ordered("sent_at", "opened_at"),
            ordered("sent_at", "ntab_clicked_at"),
            ordered("sent_at", "engaged_at"),
            ordered("sent_at", "disliked_at"),
            references("user_id", "users", "user_id")),
    WITHHELD(
            Group.EVENT,
            List.of("send_id"),
            """
            send_id STRING NOT NULL COMMENT 'Identifies the send that was not made; never one of table notifications',
            user_id BIGINT NOT NULL COMMENT 'Who would have got it',
            item_type STRING NOT NULL COMMENT 'Type of the item, such as post or trend',
            item_id BIGINT NOT NULL COMMENT 'Item; of a post its post_id',
            author_id BIGINT COMMENT 'Author of the item; NULL when it has none',
            notification_type STRING NOT NULL COMMENT 'Why it would have been sent',
            withheld_at TIMESTAMP NOT NULL COMMENT 'When it would have been sent',
            propensity DOUBLE COMMENT 'Probability with which it was chosen and withheld; NULL when not known'
            """,
            range("propensity", 0, 1),
            references("user_id", "users", "user_id")),
    VISITS(
            Group.EVENT,
            List.of("user_id", "visited_at"),
            """
            user_id BIGINT NOT NULL COMMENT 'Who came',
            visited_at TIMESTAMP NOT NULL COMMENT 'Start of a visit, whatever led to it'
            """,
            references("user_id", "users", "user_id")),
    FEEDBACK(
            Group.EVENT,
            List.of("user_id", "kind", "given_at"),
            """
            user_id BIGINT NOT NULL COMMENT 'Who gave it',
            kind STRING NOT NULL COMMENT 'see_less_often, see_more_often (takes it back), prompt_declined or prompt_accepted (answers \
            to a question about notifications)',
            notification_type STRING COMMENT 'Type of notifications that it is about; NULL: of all',
            given_at TIMESTAMP NOT NULL COMMENT 'When'
            """,
            oneOf("kind", "see_less_often", "see_more_often", "prompt_declined", "prompt_accepted"),
            references("user_id", "users", "user_id")),

    // ------------------------------------------------------------------------------------------------------ outputs
    TARGETS(
            Group.OUTPUT,
            List.of("user_id"),
            """
            user_id BIGINT NOT NULL COMMENT 'User',
            is_eligible BOOLEAN NOT NULL COMMENT 'May be notified now',
            reasons ARRAY<STRING> NOT NULL COMMENT 'Codes of every rule that forbids it; empty when eligible',
            is_guest BOOLEAN NOT NULL COMMENT 'Logged-out recipient',
            country STRING COMMENT 'ISO 3166-1 alpha-2',
            language STRING COMMENT 'ISO 639-1',
            time_zone STRING COMMENT 'IANA time zone',
            push_cap INT NOT NULL COMMENT 'Sends allowed in rolling 24 h',
            sent_at_24h ARRAY<TIMESTAMP> NOT NULL COMMENT 'Sends of the 24 h before the as-of instant, oldest first',
            last_sent_at TIMESTAMP COMMENT 'Last send; NULL when none is known',
            spacing_seconds BIGINT NOT NULL COMMENT 'Least time between two sends'
            """),
    CANDIDATES(
            Group.OUTPUT,
            List.of("user_id", "item_type", "item_id"),
            """
            user_id BIGINT NOT NULL COMMENT 'Recipient',
            item_type STRING NOT NULL COMMENT 'Type of the item, such as post or trend',
            item_id BIGINT NOT NULL COMMENT 'Item; of a post its post_id',
            author_id BIGINT COMMENT 'Author of the item; NULL when it has none',
            notification_type STRING NOT NULL COMMENT 'The source that it is displayed as',
            item_created_at TIMESTAMP NOT NULL COMMENT 'When the item was made',
            is_in_network BOOLEAN NOT NULL COMMENT 'The recipient follows the author',
            sources ARRAY<STRUCT<source: STRING, rank: INT, score: DOUBLE, actors: ARRAY<BIGINT>>> NOT NULL \
            COMMENT 'Every source that proposed it, with its rank, score and the accounts that vouch for it'
            """),
    LIGHT_RANKED(
            Group.OUTPUT,
            List.of("user_id", "item_type", "item_id"),
            CANDIDATES.ddl
                    + """
            , light_score FLOAT COMMENT 'Light ranker''s score; NULL where it was not asked: too few posts, another item, random policy',
            light_rank INT NOT NULL COMMENT 'Rank by light score, from 1; by best source rank where not scored'
            """),
    HEAVY_RANKED(
            Group.OUTPUT,
            List.of("user_id", "item_type", "item_id"),
            LIGHT_RANKED.ddl
                    + """
            , model_version STRING NOT NULL COMMENT 'Version of the heavy ranker that scored it; one for all items of the user',
            p_oonc FLOAT NOT NULL COMMENT 'Probability that it is opened, or clicked in the notifications tab',
            p_engagement FLOAT NOT NULL COMMENT 'Probability that it is opened and engaged with',
            score FLOAT NOT NULL COMMENT 'Weighted sum of the two',
            rank INT NOT NULL COMMENT 'Rank by score, from 1',
            features_probability DOUBLE NOT NULL COMMENT 'Probability with which this row''s features were kept',
            features STRUCT<continuous: ARRAY<FLOAT>, continuous_missing: ARRAY<BOOLEAN>, binary: ARRAY<FLOAT>,\
             sparse_ids: ARRAY<BIGINT>, sparse_values: ARRAY<FLOAT>, sparse_continuous_ids: ARRAY<BIGINT>,\
             sparse_continuous_values: ARRAY<FLOAT>> COMMENT 'Features as scored; NULL where not kept'
            """),
    SENDS(
            Group.OUTPUT,
            List.of("user_id", "item_type", "item_id"),
            """
            send_id STRING NOT NULL COMMENT 'Derived from date, user and item; the delivery system hands it back',
            user_id BIGINT NOT NULL COMMENT 'Recipient',
            item_type STRING NOT NULL COMMENT 'Type of the item, such as post or trend',
            item_id BIGINT NOT NULL COMMENT 'Item; of a post its post_id',
            author_id BIGINT COMMENT 'Author of the item; NULL when it has none',
            notification_type STRING NOT NULL COMMENT 'The source that it is displayed as',
            actors ARRAY<BIGINT> NOT NULL COMMENT 'Accounts to name in the text, best first',
            position INT NOT NULL COMMENT 'Which of the user''s sends of this run, from 1',
            send_at TIMESTAMP NOT NULL COMMENT 'Earliest instant of delivery',
            send_at_local STRING COMMENT 'The same by the recipient''s clock, such as 2026-03-14T13:00:00; UTC where its time zone is not \
            known; NULL in sends of earlier builds',
            rank INT NOT NULL COMMENT 'Rank by the heavy ranker, from 1',
            score FLOAT NOT NULL COMMENT 'The heavy ranker''s score',
            p_oonc FLOAT NOT NULL COMMENT 'Probability that it is opened, or clicked in the notifications tab',
            p_engagement FLOAT NOT NULL COMMENT 'Probability that it is opened and engaged with',
            arm STRING COMMENT 'What chose it: rank, random or softmax; NULL in sends of earlier builds',
            propensity DOUBLE COMMENT 'Probability with which it was chosen for its position, given the sends at positions before; \
            NULL in sends of earlier builds'
            """),
    REMOVED(
            Group.OUTPUT,
            List.of("user_id", "item_type", "item_id"),
            """
            user_id BIGINT NOT NULL COMMENT 'Recipient',
            item_type STRING COMMENT 'Type of the item; NULL when the user as a whole was removed',
            item_id BIGINT COMMENT 'Item; NULL when the user as a whole was removed',
            sources ARRAY<STRING> NOT NULL COMMENT 'Sources that proposed it',
            reasons ARRAY<STRING> NOT NULL COMMENT 'Stable code of every rule that took it out, in the order of the rules',
            rank INT COMMENT 'Rank at the stage that took it out; NULL when it had none',
            score FLOAT COMMENT 'Score at the stage that took it out; NULL when it had none',
            propensity DOUBLE COMMENT 'Probability with which chance withheld everything from the user, of reason no_send; else NULL'
            """),
    FUNNEL(
            Group.OUTPUT,
            List.of("source", "outcome", "reason"),
            """
            source STRING NOT NULL COMMENT 'Source, or all: a candidate of two sources counts once in all, once in each',
            outcome STRING NOT NULL COMMENT 'kept or removed',
            reason STRING NOT NULL COMMENT 'Reason code; any: the rows, however many reasons each has',
            rows BIGINT NOT NULL COMMENT 'Rows'
            """),
    QUARANTINE(
            Group.OUTPUT,
            List.of("row_hash"),
            """
            row_hash BIGINT NOT NULL COMMENT 'Hash of the whole row',
            row_key STRING NOT NULL COMMENT 'The row''s key columns as JSON',
            reasons ARRAY<STRING> NOT NULL COMMENT 'Code of each check that failed, with its column',
            partition STRING NOT NULL COMMENT 'Day of the partition that holds the row',
            row_json STRING NOT NULL COMMENT 'The row as JSON'
            """),
    EXAMPLES(
            Group.OUTPUT,
            List.of("as_of", "user_id", "item_type", "item_id"),
            """
            as_of TIMESTAMP NOT NULL COMMENT 'Instant of the features; labels come after it',
            user_id BIGINT NOT NULL COMMENT 'Recipient',
            item_type STRING NOT NULL COMMENT 'Type of the item, such as post or trend',
            item_id BIGINT NOT NULL COMMENT 'Item',
            sources ARRAY<STRING> NOT NULL COMMENT 'Sources that proposed it',
            is_new_user BOOLEAN NOT NULL COMMENT 'Account younger than the configured age',
            user_state STRING NOT NULL COMMENT 'new: as is_new_user; dormant: no visit for 14 days; active: all others',
            label_oonc FLOAT NOT NULL COMMENT '1: opened, or clicked in the notifications tab',
            label_engagement FLOAT NOT NULL COMMENT '1: engaged with after that',
            label_dislike FLOAT NOT NULL COMMENT '1: see less often; sets both positives to 0',
            weight FLOAT NOT NULL COMMENT 'One over the probability with which the row was sampled',
            features STRUCT<continuous: ARRAY<FLOAT>, continuous_missing: ARRAY<BOOLEAN>, binary: ARRAY<FLOAT>,\
             sparse_ids: ARRAY<BIGINT>, sparse_values: ARRAY<FLOAT>, sparse_continuous_ids: ARRAY<BIGINT>,\
             sparse_continuous_values: ARRAY<FLOAT>> NOT NULL COMMENT 'The heavy ranker''s features',
            light_features STRUCT<continuous: ARRAY<FLOAT>, continuous_missing: ARRAY<BOOLEAN>, binary: ARRAY<FLOAT>,\
             sparse_ids: ARRAY<BIGINT>, sparse_values: ARRAY<FLOAT>, sparse_continuous_ids: ARRAY<BIGINT>,\
             sparse_continuous_values: ARRAY<FLOAT>> NOT NULL COMMENT 'The light ranker''s features',
            sparse_counts ARRAY<INT> NOT NULL COMMENT 'Number of sparse ids of each feature that the heavy ranker takes as such, in their order'
            """),

    HEAVY_PREDICTIONS(
            Group.OUTPUT,
            List.of("as_of", "user_id", "item_type", "item_id"),
            """
            as_of TIMESTAMP NOT NULL COMMENT 'Instant of the features; labels come after it',
            user_id BIGINT NOT NULL COMMENT 'Recipient',
            item_type STRING NOT NULL COMMENT 'Type of the item, such as post or trend',
            item_id BIGINT NOT NULL COMMENT 'Item; of a post its post_id',
            sources ARRAY<STRING> NOT NULL COMMENT 'Sources that proposed it',
            is_new_user BOOLEAN NOT NULL COMMENT 'Account younger than the configured age',
            user_state STRING NOT NULL COMMENT 'new: as is_new_user; dormant: no visit for 14 days; active: all others',
            label_oonc FLOAT NOT NULL COMMENT '1: opened, or clicked in the notifications tab',
            label_engagement FLOAT NOT NULL COMMENT '1: engaged with after that',
            label_dislike FLOAT NOT NULL COMMENT '1: see less often; figures count it as neither opened nor engaged with',
            weight FLOAT NOT NULL COMMENT 'One over the probability with which the row was sampled',
            p_oonc FLOAT NOT NULL COMMENT 'Probability that it is opened, or clicked in the notifications tab',
            p_engagement FLOAT NOT NULL COMMENT 'Probability that it is opened and engaged with',
            score FLOAT NOT NULL COMMENT 'Weighted sum of the two',
            raw_p_oonc FLOAT NOT NULL COMMENT 'p_oonc before calibration',
            raw_p_engagement FLOAT NOT NULL COMMENT 'p_engagement before calibration'
            """),
    LIGHT_PREDICTIONS(
            Group.OUTPUT,
            List.of("as_of", "user_id", "item_type", "item_id"),
            """
            as_of TIMESTAMP NOT NULL COMMENT 'Instant of the features',
            user_id BIGINT NOT NULL COMMENT 'Recipient',
            item_type STRING NOT NULL COMMENT 'Type of the item, such as post or trend',
            item_id BIGINT NOT NULL COMMENT 'Item; of a post its post_id',
            weight FLOAT NOT NULL COMMENT 'One over the probability with which the row was sampled',
            heavy_score FLOAT NOT NULL COMMENT 'Score of the heavy ranker in use, which the light one stands in for',
            heavy_rank INT NOT NULL COMMENT 'Rank by it among the rows of the user and instant, from 1',
            light_score FLOAT NOT NULL COMMENT 'Light ranker''s score',
            light_rank INT NOT NULL COMMENT 'Rank by it among the rows of the user and instant, from 1'
            """),

    // ------------------------------------------------------------------------------- what the collaborative model is
    RECOMMENDED_AUTHORS(
            Group.MODEL,
            List.of("user_id", "author_id"),
            """
            user_id BIGINT NOT NULL COMMENT 'Recipient',
            author_id BIGINT NOT NULL COMMENT 'Author whom people like the recipient engage with',
            score DOUBLE NOT NULL COMMENT 'Dot product of the two factors',
            rank INT NOT NULL COMMENT 'Rank by score, from 1'
            """),

    // ----------------------------------------------------------------------------------- what the retrieval model is
    FEATURE_EMBEDDINGS(
            Group.MODEL,
            List.of("id"),
            """
            id BIGINT NOT NULL COMMENT 'Hash of a feature, or of a value of a feature that is no number; 0: the intercept',
            mean DOUBLE NOT NULL COMMENT 'What a number is standardized by; 0 of what is no number',
            deviation DOUBLE NOT NULL COMMENT 'The same; 1 of what is no number',
            weight FLOAT NOT NULL COMMENT 'What it adds to the logit by itself',
            factors ARRAY<FLOAT> NOT NULL COMMENT 'What it adds to the vector of its tower'
            """),

    // --------------------------------------------------------------------------------- what the communities model is
    COMMUNITIES(
            Group.MODEL,
            List.of("author_id", "community"),
            """
            author_id BIGINT NOT NULL COMMENT 'Author',
            community BIGINT NOT NULL COMMENT 'Community of authors whom the same users follow, called by its most followed author',
            weight FLOAT NOT NULL COMMENT 'Share of the author''s similarity to others that lies in the community, above 0 to 1'
            """),

    // ---------------------------------------------------------------------------------------- what the real graph is
    TIE_STRENGTHS(
            Group.MODEL,
            List.of("user_id", "other_id"),
            """
            user_id BIGINT NOT NULL COMMENT 'Account that may act',
            other_id BIGINT NOT NULL COMMENT 'Account on which it may act',
            probability FLOAT NOT NULL COMMENT 'Probability that it does so in the 24 hours after the model''s as-of instant',
            place INT NOT NULL COMMENT 'Place by probability among those of the account, from 1; of equals the lower id first'
            """),

    // ------------------------------------------------------------------- truth of a synthetic world: no stage reads it
    ORACLE(
            Group.ORACLE,
            List.of("send_id"),
            """
            send_id STRING NOT NULL COMMENT 'A send of table notifications',
            user_id BIGINT NOT NULL COMMENT 'Recipient',
            item_id BIGINT NOT NULL COMMENT 'Post',
            sent_at TIMESTAMP NOT NULL COMMENT 'Delivery',
            p_oonc DOUBLE NOT NULL COMMENT 'True probability that it is opened, or clicked in the notifications tab',
            p_engagement DOUBLE NOT NULL COMMENT 'True probability that it is opened and engaged with',
            p_dislike DOUBLE NOT NULL COMMENT 'True probability of a see-less-often',
            gain DOUBLE NOT NULL COMMENT 'True probability that it is opened by a recipient who does not come that day otherwise',
            p_opt_out DOUBLE NOT NULL COMMENT 'True probability that push notifications are switched off for it'
            """);

    /** What a table is to the pipeline. */
    public enum Group {
        /** Input: a snapshot a day. */
        STATE,
        /** Input: the events of a day. */
        EVENT,
        /** Written by a stage. */
        OUTPUT,
        /** Part of a versioned model. */
        MODEL,
        /** Truth of a synthetic world. */
        ORACLE
    }

    /** Type of the items that are posts: those that engagements, notifications of a synthetic world and its oracle are about. */
    public static final String POST = "post";

    private final Group group;
    private final List<String> key;
    private final String ddl;
    private final List<Check> checks;

    Table(Group group, List<String> key, String ddl, Check... checks) {
        this.group = group;
        this.key = key;
        this.ddl = ddl;
        this.checks = List.of(checks);
    }

    /** Name of the table's folder and of its SQL view. */
    public String tableName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public Group group() {
        return group;
    }

    public List<String> key() {
        return key;
    }

    /** Columns with types, NOT NULL where required, and comments. */
    public StructType schema() {
        return StructType.fromDDL(ddl);
    }

    /** What must hold for a row to be used, beside the types, NOT NULL, finite numbers and the unique key. */
    public List<Check> checks() {
        return checks;
    }

    public boolean isInput() {
        return group == Group.STATE || group == Group.EVENT;
    }

    /** Whether a run stops when this input is absent; without the others, what reads them is skipped with a warning. */
    public boolean isRequired() {
        return switch (this) {
            case USERS, DEVICES, FOLLOWS, POSTS, ENGAGEMENTS -> true;
            default -> false;
        };
    }

    /** Whether a run stops when this input has no row at all. */
    public boolean mustHaveRows() {
        return switch (this) {
            case USERS -> true;
            default -> false;
        };
    }

    /** Whether a run stops when this input has nothing of its own day or the day before. */
    public boolean mustBeRecent() {
        return switch (this) {
            case POSTS -> true;
            default -> false;
        };
    }

    /** Whether each row of this output is of a user; others are few rows, whose key only orders them. */
    public boolean isByUser() {
        return switch (this) {
            case FUNNEL, QUARANTINE, FEATURE_EMBEDDINGS, COMMUNITIES -> false;
            default -> true;
        };
    }

    /** Folder of the model that the table is a part of, below the models. */
    public String modelFolder() {
        return switch (this) {
            case RECOMMENDED_AUTHORS -> "collaborative";
            case FEATURE_EMBEDDINGS -> "retrieval";
            case COMMUNITIES -> "communities";
            case TIE_STRENGTHS -> "real_graph";
            default -> throw new IllegalArgumentException(tableName() + " is no part of a model");
        };
    }

    /** What its files are held against. */
    public TableShape shape() {
        return new TableShape(tableName(), schema(), key, isByUser() ? Optional.of("user_id") : Optional.empty());
    }

    /** Whether the daily flow publishes this table. */
    public boolean isDaily() {
        return switch (this) {
            case EXAMPLES, HEAVY_PREDICTIONS, LIGHT_PREDICTIONS -> false;
            default -> group == Group.OUTPUT;
        };
    }

    /** Whose publications tell of this output. */
    public Channel channel() {
        return switch (this) {
            case EXAMPLES -> Channel.EXAMPLES;
            case HEAVY_PREDICTIONS, LIGHT_PREDICTIONS -> Channel.PREDICTIONS;
            default -> Channel.DAILY;
        };
    }

    /**
     * Whether one of an input's rows that contradict each other is used: its rows take sends away (blocks, what was seen or
     * sent, authors of whom the user gets each post anyway), so that to forget them would send too much.
     */
    public boolean isKeptWhenContradicted() {
        return switch (this) {
            case FOLLOWS, RELATIONS, ENGAGEMENTS, NOTIFICATIONS -> true;
            default -> false;
        };
    }

    /** The instant of an event table's row: it decides the partition, and whether the as-of instant lets it be seen. */
    public Optional<String> eventTime() {
        return switch (this) {
            case POSTS -> Optional.of("created_at");
            case POST_TOPICS -> Optional.of("annotated_at");
            case TRENDS -> Optional.of("started_at");
            case ENGAGEMENTS -> Optional.of("engaged_at");
            case NOTIFICATIONS, ORACLE -> Optional.of("sent_at");
            case WITHHELD -> Optional.of("withheld_at");
            case VISITS -> Optional.of("visited_at");
            case FEEDBACK -> Optional.of("given_at");
            default -> Optional.empty();
        };
    }

    /** The instant since which a state table's row holds, so that a snapshot taken after the as-of instant leaks nothing. */
    public Optional<String> stateTime() {
        return switch (this) {
            case USERS, RELATIONS -> Optional.of("created_at");
            case DEVICES -> Optional.of("registered_at");
            case FOLLOWS, TOPIC_FOLLOWS -> Optional.of("followed_at");
            default -> Optional.empty();
        };
    }

    /** Every other TIMESTAMP column: what it tells is unknown (NULL) as long as it lies after the as-of instant. */
    public List<String> laterTimes() {
        return Arrays.stream(schema().fields())
                .filter(field -> field.dataType().equals(DataTypes.TimestampType))
                .map(StructField::name)
                .filter(name ->
                        !eventTime().equals(Optional.of(name)) && !stateTime().equals(Optional.of(name)))
                .toList();
    }

    public static Stream<Table> inputs() {
        return Arrays.stream(values()).filter(Table::isInput);
    }

    /**
     * Finds a table by its name.
     *
     * @throws IllegalArgumentException when there is none; the message lists the names that exist
     */
    public static Table named(String tableName) {
        return Arrays.stream(values())
                .filter(table -> table.tableName().equals(tableName))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no table is called " + tableName + ", there are: "
                        + Arrays.stream(values()).map(Table::tableName).toList()));
    }
}
