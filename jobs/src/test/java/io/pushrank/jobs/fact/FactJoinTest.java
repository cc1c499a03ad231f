package io.pushrank.jobs.fact;

import static io.pushrank.jobs.TinyWorld.hoursBefore;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.Published;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfFolder;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.rule.Rule;
import io.pushrank.jobs.rule.Step;
import io.pushrank.jobs.stage.QualityControl;
import io.pushrank.jobs.stage.StageContext;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** User 1 is proposed post 10 and trends 10 and 11, post and trend 10 of author 2; 3 and 4 vouch for the post. */
class FactJoinTest {
    @TempDir
    private Path directory;

    private TinyWorld world() {
        return new TinyWorld(directory)
                .user(
                        1,
                        "created_at",
                        hoursBefore(240),
                        "last_visit_at",
                        hoursBefore(2.5),
                        "time_zone",
                        "Asia/Tokyo",
                        "age_bucket",
                        "25-34",
                        "has_topics",
                        false)
                .user(
                        2,
                        "created_at",
                        hoursBefore(480),
                        "is_verified",
                        true,
                        "country",
                        "DE",
                        "language",
                        "en",
                        "is_protected",
                        true)
                .user(3)
                .user(4)
                .device(1, "device_id", 11L, "platform", "ios", "registered_at", hoursBefore(120))
                .device(1, "device_id", 12L, "registered_at", hoursBefore(72))
                .device(1, "device_id", 13L, "is_push_capable", false, "registered_at", hoursBefore(24))
                .follow(1, 2, "followed_at", hoursBefore(48), "is_device_follow", true)
                .follow(1, 3)
                .follow(2, 1, "followed_at", hoursBefore(24 * 40))
                .follow(4, 2, "followed_at", hoursBefore(24))
                .relation(1, 2, "hide_recommendations")
                .relation(2, 1, "mute")
                .relation(4, 2, "block")
                .topicFollow(1, 7)
                .post(
                        10,
                        2,
                        hoursBefore(3),
                        "media",
                        "photo",
                        "text_length",
                        200,
                        "has_link",
                        true,
                        "nsfw_probability",
                        0.25,
                        "language",
                        "en")
                .post(11, 2, hoursBefore(200), "in_reply_to_post_id", 10L)
                .post(12, 1, hoursBefore(5))
                .post(13, 3, hoursBefore(50))
                .postTopic(10, 8, 0.9, hoursBefore(3))
                .postTopic(10, 7, 0.5, hoursBefore(3))
                .trend(10, hoursBefore(6), "post_id", 10L, "score", 5.0)
                .trend(11, hoursBefore(7))
                .engagement(1, 2, 10L, "impression", hoursBefore(2))
                .engagement(1, 2, 10L, "like", hoursBefore(1))
                .engagement(1, 2, 11L, "repost", hoursBefore(100))
                .engagement(1, 2, null, "profile_visit", hoursBefore(30))
                .engagement(1, 3, 13L, "click", hoursBefore(49))
                .engagement(2, 1, 12L, "like", hoursBefore(1))
                .engagement(2, 1, 12L, "reply", hoursBefore(4))
                .engagement(3, 1, 12L, "like", hoursBefore(3))
                .engagement(3, 2, 10L, "like", hoursBefore(2))
                .engagement(3, 2, 10L, "repost", hoursBefore(1.5))
                .engagement(4, 2, 10L, "dislike", hoursBefore(0.5))
                .notification(1, 11, 2, hoursBefore(60), "opened_at", hoursBefore(59), "engaged_at", hoursBefore(58))
                .notification(1, 10, 2, hoursBefore(2), "notification_type", "popular", "disliked_at", hoursBefore(1))
                .notification(4, 10, 2, hoursBefore(2))
                .write();
    }

    private static Map<String, Object> candidate(String type, long item, Long author, String source) {
        Map<String, Object> candidate = new HashMap<>();
        candidate.put("user_id", 1L);
        candidate.put("item_type", type);
        candidate.put("item_id", item);
        candidate.put("author_id", author);
        candidate.put("notification_type", source);
        candidate.put("is_in_network", type.equals("post"));
        candidate.put("sources", new Row[] {
            RowFactory.create("social_proof", 2, 0.5, type.equals("post") ? new Long[] {3L, 4L} : new Long[] {}),
            RowFactory.create(source, 1, 0.25, new Long[] {})
        });
        return candidate;
    }

    private static Dataset<Row> candidates(StageContext context) {
        return Published.rows(
                context.relations().spark(),
                Table.CANDIDATES,
                List.of(
                        candidate("post", 10, 2L, "in_network"),
                        candidate("trend", 10, 2L, "trend"),
                        candidate("trend", 11, null, "trend")));
    }

    private static Set<Reference> references(Iterable<String> expressions) {
        Set<Reference> references = new TreeSet<>();
        expressions.forEach(text -> references.addAll(new RowExpression(text).references()));
        return references;
    }

    /** Checks lines of an expression and its value as text, a dash for NULL, on one candidate. */
    private void assertFacts(String type, long item, String lines) {
        Map<String, String> expected = new LinkedHashMap<>();
        lines.lines().filter(line -> !line.isBlank()).forEach(line -> {
            String[] sides = line.split(" : ", 2);
            expected.put(sides[0].strip(), sides[1].strip());
        });
        try (StageContext context = world().context(ConfigFile.shipped())) {
            Row row = context.facts(references(expected.keySet()))
                    .join(candidates(context))
                    .filter(col("item_type").equalTo(type).and(col("item_id").equalTo(item)))
                    .selectExpr(expected.keySet().stream()
                            .map(text -> "coalesce(CAST(" + text + " AS STRING), '-')")
                            .toArray(String[]::new))
                    .collectAsList()
                    .get(0);
            Map<String, String> actual = new LinkedHashMap<>();
            List<String> names = List.copyOf(expected.keySet());
            for (int index = 0; index < names.size(); index++) {
                actual.put(names.get(index), row.getString(index));
            }
            assertEquals(expected, actual);
        }
    }

    @Test
    void factsOfAPostAreThoseCountedByHand() {
        assertFacts(
                "post",
                10,
                """
                user.account_age_days : 10.0
                user.hours_since_visit : 2.5
                user.hours_since_push : 2.0
                user.hours_since_open : 59.0
                user.hours_since_action : 1.0
                user.local_hour : 21
                user.local_weekday : 6
                user.country : FR
                user.language : fr
                user.age_bucket : 25-34
                user.is_verified : false
                user.has_recommendations : true
                user.has_topics : false
                user.is_in_network_only : false
                user.push_cap : -
                user.platform : android
                user.devices : 2
                user.platforms : [android, ios]
                user.device_age_days : 3.0
                user.follows : 2
                user.follows_30d : 1
                user.device_follows : 1
                user.followers : 1
                user.followers_30d : 0
                user.pushes : 2
                user.opens : 1
                user.push_engagements : 1
                user.push_dislikes : 1
                user.pushes_7d : 2
                user.opens_7d : 1
                user.push_dislikes_7d : 1
                user.push_types['popular'].pushes : 1
                user.open_hours : {1 -> 1}
                user.impressions : 1
                user.clicks : 1
                user.likes : 1
                user.reposts : 1
                user.replies : 0
                user.profile_visits : 1
                user.dislikes : 0
                user.impressions_7d : 1
                user.actions_7d : 3
                user.actions : 3
                user.recent_actions : 2560
                user.active_days : 4
                user.active_days_7d : 4
                user.seen_days : 1
                user.acted_days : 3
                user.acted_days_7d : 3
                user.photo_actions : 1
                user.link_actions : 1
                user.long_actions : 1
                user.plain_actions : 2
                user.sensitive_actions : 0
                user.photo_impressions : 1
                user.plain_impressions : 0
                user.post_impressions : 1
                user.languages['fr'].actions : 2
                user.languages['en'].impressions : 1
                user.followed_topics : [7]
                user.topics[8].actions : 1
                user.topics[8].pushes : 1
                user.topics[8].opens : 0
                author.account_age_days : 20.0
                author.is_verified : true
                author.country : DE
                author.language : en
                author.is_recommendable : false
                author.followers : 2
                author.followers_30d : 2
                author.follows : 1
                author.blocks : 1
                author.mutes : 0
                author.hides : 1
                author.posts : 2
                author.posts_7d : 1
                author.posts_that_reply : 1
                author.posts_with_media : 1
                author.posts_with_link : 1
                author.long_posts : 1
                author.sensitive_posts : 0
                author.nsfw_probability : 0.25
                author.hours_since_post : 3.0
                author.impressions : 1
                author.clicks : 0
                author.likes : 2
                author.reposts : 2
                author.replies : 0
                author.dislikes : 1
                author.reports : 0
                author.pushes : 3
                author.opens : 1
                author.push_engagements : 1
                author.push_dislikes : 1
                post.author_id : 2
                post.is_reply : false
                post.age_hours : 3.0
                post.idle_hours : 3.0
                post.language : en
                post.media : photo
                post.text_length : 200
                post.impressions : 1
                post.likes : 2
                post.reposts : 1
                post.dislikes : 1
                post.impressions_6h : 1
                post.actions_6h : 3
                post.pushes : 2
                post.opens : 0
                post.push_dislikes : 1
                post.topic_ids : [7, 8]
                post.topic_scores : {7 -> 0.5, 8 -> 0.9}
                post.main_topic : 8
                pair.likes : 1
                pair.reposts : 1
                pair.replies : 0
                pair.profile_visits : 1
                pair.impressions : 1
                pair.weight : 7
                pair.recent_weight : 5120
                pair.engaged_days : 3
                pair.seen_days : 1
                pair.acts : 3
                pair.squares : 3
                round(pair.elapsed_days, 3) : 4.167
                round(pair.days_since_last, 3) : 0.042
                round(pair.days_since_seen, 3) : 0.083
                pair.pushes : 2
                pair.opens : 1
                pair.push_dislikes : 1
                round(pair.days_since_push, 3) : 0.083
                pair.weight_back : 6
                pair.recent_weight_back : 6144
                pair.impressions_back : 0
                pair.engaged_days_back : 1
                pair.days_followed : 2.0
                pair.days_followed_back : 40.0
                pair.is_followed : true
                pair.is_followed_at_writing : true
                pair.is_following_back : true
                pair.is_device_follow : true
                pair.is_blocked : false
                pair.is_muted : true
                pair.is_hidden : true
                actor.count : 2
                actor.known : 1
                actor.knowing : 1
                actor.likers : 1
                actor.reposters : 1
                actor.repliers : 0
                actor.weighted_likers : 2
                actor.weighted_reposters : 2
                actor.weight : 1
                actor.most_weight : 1
                actor.recent_weight : 1024
                actor.clicks : 1
                actor.engaged_days : 1
                round(actor.days_since_last, 3) : 2.042
                actor.weight_back : 2
                actor.hours_since_act : 1.5
                topic.followed : 1
                topic.actions : 2
                type.pushes : 1
                type.opens : 1
                type.dislikes : 0
                candidate.network : in
                candidate.is_in_network : true
                candidate.sources : [social_proof, in_network]
                candidate.source_count : 2
                candidate.source['social_proof'].rank : 2
                candidate.best_rank : 1
                candidate.actors : [3, 4]
                candidate.actor_count : 2
                candidate.is_seen : true
                candidate.last_sent_at : 2026-03-14 10:00:00
                target.push_cap : 5
                target.sent_at_24h : [2026-03-14 10:00:00]
                target.last_sent_at : 2026-03-14 10:00:00
                target.spacing_seconds : 14400
                target.is_suspended : false
                target.is_push_wanted : true
                target.has_device : true
                moment.as_of : 2026-03-14 12:00:00
                moment.hour : 12
                moment.weekday : 5
                item.author_id : 2
                item.created_at : 2026-03-14 09:00:00
                item.fresh_at : 2026-03-14 09:00:00
                trend.name : -
                trend.author_id : -
                """);
    }

    @Test
    void factsOfATrendAreItsOwnAndThoseOfPostsUnknown() {
        assertFacts(
                "trend",
                10,
                """
                trend.name : trend 10
                trend.score : 5.0
                trend.age_hours : 6.0
                trend.post_id : 10
                item.author_id : 2
                item.fresh_at : 2026-03-14 06:00:00
                post.author_id : -
                post.is_reply : -
                post.likes : -
                topic.followed : 0
                pair.is_followed : true
                pair.is_hidden : true
                pair.is_followed_at_writing : false
                author.is_recommendable : false
                type.pushes : -
                actor.count : -
                candidate.network : both
                candidate.actor_count : 0
                candidate.is_seen : false
                candidate.last_sent_at : -
                user.country : FR
                """);
    }

    @Test
    void whatHasNoAuthorHasNoFactsOfOne() {
        assertFacts(
                "trend",
                11,
                """
                item.author_id : -
                item.created_at : 2026-03-14 05:00:00
                author.is_recommendable : -
                author.followers : -
                pair.is_followed : false
                pair.is_blocked : false
                pair.days_followed : -
                pair.weight : 0
                """);
    }

    @Test
    void aFamilyThatTheRowsHaveIsLeftAlone() {
        try (StageContext context = world().context(ConfigFile.shipped())) {
            Dataset<Row> rows = candidates(context).withColumn("pair", struct(lit(9L).as("likes")));

            assertEquals(
                    List.of("9 10.0", "9 10.0", "9 10.0"),
                    context
                            .facts(references(List.of("pair.likes", "user.account_age_days")))
                            .join(rows)
                            .selectExpr("concat_ws(' ', pair.likes, user.account_age_days)")
                            .collectAsList()
                            .stream()
                            .map(row -> row.getString(0))
                            .toList());
        }
    }

    @Test
    void someFamiliesCanBeJoinedBeforeTheOthers() {
        try (StageContext context = world().context(ConfigFile.shipped())) {
            FactJoin facts = context.facts(references(List.of("topic.followed", "author.followers", "user.country")));
            Dataset<Row> some = facts.join(candidates(context), "topic");

            assertEquals(
                    List.of("post", "topic", "user"),
                    Arrays.stream(some.columns())
                            .filter(Set.of("post", "topic", "user", "author")::contains)
                            .sorted()
                            .toList());
            assertEquals(
                    Set.of("followed_topics", "user_id", "country"),
                    Set.of(some.select("user.*").columns()),
                    "with all that is asked of them");
            assertEquals(
                    3,
                    facts.join(some)
                            .filter("author.followers IS NULL OR user.country = 'FR'")
                            .count());
        }
    }

    @Test
    void aFactOfMyOwnIsCalculatedWithASettingOnTheRowsAtHand() {
        ConfigFile settings = ConfigFile.of(
                ConfFolder.shipped()
                        .over(
                                "my-conf",
                                Map.of(
                                        "facts/mine.sql",
                                        """
                                -- Mine.
                                -- key: none
                                -- setting: targets.push_cap
                                -- column: room: sends that the shipped cap leaves
                                -- column: shouting: authors' names
                                SELECT :push_cap - user.pushes AS room, upper(author.country) AS shouting FROM row
                                """)));
        try (StageContext context = world().context(settings)) {
            Row row = context.facts(references(List.of("mine.room", "mine.shouting")))
                    .join(candidates(context))
                    .filter("item_type = 'post'")
                    .select("mine.*")
                    .collectAsList()
                    .get(0);

            assertEquals("[3,DE]", row.toString());
        }
    }

    private static final Pattern SCAN = Pattern.compile("FileScan parquet \\[([^\\]]*)\\].*?/input/([a-z_]+)");

    /** The columns of each input that a plan reads. */
    private static Map<String, Set<String>> scans(Dataset<Row> rows) {
        Map<String, Set<String>> scans = new TreeMap<>();
        Matcher scan = SCAN.matcher(rows.queryExecution().executedPlan().toString());
        while (scan.find()) {
            Set<String> columns = scans.computeIfAbsent(scan.group(2), each -> new TreeSet<>());
            for (String column : scan.group(1).split(",", -1)) {
                columns.add(column.replaceAll("#.*", ""));
            }
        }
        return scans;
    }

    @Test
    void whatNoRuleNamesIsNotRead() {
        ConfigFile settings = ConfigFile.shipped();
        List<String> names = new ArrayList<>();
        for (Rule rule : Vocabulary.of(settings).rules().at(Step.QUALITY_CONTROL)) {
            if (!rule.name().equals("blocked")) {
                settings = settings.set("rules." + rule.name() + "=off");
                names.add(rule.name());
            }
        }
        assertTrue(names.size() > 5, names.toString());
        try (StageContext context = world().context(settings, new QualityControl())) {
            Dataset<Row> joined = context.facts(context.vocabulary().rules().references(Step.QUALITY_CONTROL))
                    .join(candidates(context));

            assertEquals(Map.of("relations", Set.of("user_id", "other_id", "kind", "created_at", "ds")), scans(joined));
            assertEquals(0, joined.filter("pair.is_blocked").count());
        }
    }
}
