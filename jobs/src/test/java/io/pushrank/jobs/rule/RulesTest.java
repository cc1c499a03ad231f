package io.pushrank.jobs.rule;

import static io.pushrank.jobs.exit.ExitCode.USAGE;
import static org.apache.spark.sql.functions.array_union;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.size;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfFolder;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.fact.Facts;
import io.pushrank.udf.feature.FeatureErrors;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulesTest {
    /** A name, and every fact that the shipped rules speak of. */
    private static final StructType SCHEMA = StructType.fromDDL(
            """
            name STRING,
            target STRUCT<is_suspended: BOOLEAN, is_push_wanted: BOOLEAN, has_device: BOOLEAN,
                          sent_at_24h: ARRAY<TIMESTAMP>, push_cap: INT, last_sent_at: TIMESTAMP, spacing_seconds: BIGINT,
                          bucket: INT, declined_at: TIMESTAMP, last_seen_at: TIMESTAMP, other_visit_at: TIMESTAMP,
                          last_visit_at: TIMESTAMP, asked_for_less_at: TIMESTAMP>,
            moment STRUCT<as_of: TIMESTAMP>,
            candidate STRUCT<user_id: BIGINT, actor_count: INT, is_seen: BOOLEAN, last_sent_at: TIMESTAMP, network: STRING,
                             notification_type: STRING, is_in_network: BOOLEAN>,
            item STRUCT<author_id: BIGINT, fresh_at: TIMESTAMP>,
            author STRUCT<is_recommendable: BOOLEAN, nsfw_probability: DOUBLE, account_age_days: DOUBLE, followers: BIGINT,
                          pushes: BIGINT, push_dislikes: BIGINT>,
            post STRUCT<is_reply: BOOLEAN, is_sensitive: BOOLEAN, nsfw_probability: DOUBLE, text_length: INT, media: STRING,
                        language: STRING, likes: BIGINT, replies: BIGINT, dislikes: BIGINT, reports: BIGINT,
                        impressions: BIGINT, pushes: BIGINT>,
            pair STRUCT<is_blocked: BOOLEAN, is_muted: BOOLEAN, is_hidden: BOOLEAN, is_device_follow: BOOLEAN,
                        is_followed: BOOLEAN, likes: BIGINT>,
            user STRUCT<is_in_network_only: BOOLEAN, hours_since_action: DOUBLE, language: STRING,
                        languages: MAP<STRING, BIGINT>>
            """);

    private static final String EVERYBODY = "switched_off";

    private final List<Row> rows = new ArrayList<>();

    private static Rules rules(ConfigFile settings) {
        return Rules.of(Facts.of(settings));
    }

    private static Rules shipped(String... assignments) {
        ConfigFile settings = ConfigFile.shipped();
        for (String assignment : assignments) {
            settings = settings.set(assignment);
        }
        return rules(settings);
    }

    /** The shipped rules, those that are off switched on, but for the one that removes everybody. */
    private static Rules everyRule() {
        return shipped(shipped().all().stream()
                .filter(rule -> !rule.isOn())
                .map(rule -> "rules." + rule.name() + "=on")
                .filter(setting -> !setting.contains(EVERYBODY))
                .toArray(String[]::new));
    }

    /** The shipped rules, with those of a file of lines over them. */
    private static Rules over(String... lines) {
        return rules(settings("rules:\n" + String.join("\n", lines) + "\n"));
    }

    private static ConfigFile settings(String text) {
        return ConfigFile.of(ConfFolder.shipped().over("my-conf", Map.of("rules.yaml", text)));
    }

    /** The facts of a row that every rule keeps, as {@code family.column}. */
    private static Map<String, Object> keptByAll() {
        Map<String, Object> row = new LinkedHashMap<>();
        for (StructField family : SCHEMA.fields()) {
            if (family.dataType() instanceof StructType facts) {
                for (StructField fact : facts.fields()) {
                    row.put(
                            family.name() + "." + fact.name(),
                            fact.dataType().typeName().equals("boolean") ? false : null);
                }
            }
        }
        row.put("target.is_push_wanted", true);
        row.put("target.has_device", true);
        row.put("target.sent_at_24h", List.of());
        row.put("target.push_cap", 5);
        row.put("target.spacing_seconds", 4 * 3600L);
        row.put("moment.as_of", hoursBefore(0));
        row.put("candidate.user_id", 1L);
        row.put("candidate.actor_count", 0);
        row.put("candidate.network", "in");
        row.put("item.author_id", 2L);
        row.put("item.fresh_at", hoursBefore(1));
        row.put("author.is_recommendable", true);
        row.put("pair.is_followed", true);
        row.put("pair.likes", 0L);
        row.put("target.bucket", 0);
        row.put("post.media", "none");
        row.put("post.text_length", 140);
        row.put("post.language", "de");
        row.put("user.language", "en");
        row.put("user.languages", Map.of("de", 3L));
        for (String count : List.of("likes", "replies", "dislikes", "reports", "impressions", "pushes")) {
            row.put("post." + count, 0L);
        }
        for (String count : List.of("followers", "pushes", "push_dislikes")) {
            row.put("author." + count, 0L);
        }
        return row;
    }

    private static Timestamp hoursBefore(double hours) {
        return Timestamp.from(TinyWorld.hoursBefore(hours));
    }

    private RulesTest row(String name, Object... changes) {
        Map<String, Object> facts = keptByAll();
        for (int index = 0; index < changes.length; index += 2) {
            if (!facts.containsKey((String) changes[index])) {
                throw new IllegalArgumentException(changes[index] + " is none of " + facts.keySet());
            }
            facts.put((String) changes[index], changes[index + 1]);
        }
        return row(name, facts);
    }

    private RulesTest row(String name, Map<String, Object> facts) {
        rows.add(RowFactory.create(Arrays.stream(SCHEMA.fields())
                .map(family -> family.dataType() instanceof StructType columns
                        ? RowFactory.create(Arrays.stream(columns.fieldNames())
                                .map(column -> facts.get(family.name() + "." + column))
                                .toArray())
                        : name)
                .toArray()));
        return this;
    }

    private static FeatureErrors errors() {
        return FeatureErrors.of(SharedSpark.session());
    }

    private Dataset<Row> dataset() {
        return SharedSpark.session().createDataFrame(rows, SCHEMA);
    }

    /** By name the codes that any step gives. */
    private Map<String, List<String>> reasons(Rules rules) {
        return reasons(rules, errors());
    }

    private Map<String, List<String>> reasons(Rules rules, FeatureErrors errors) {
        Dataset<Row> judged = dataset();
        for (Step step : Step.values()) {
            judged = rules.judge(judged, step, step.word(), errors);
        }
        Map<String, List<String>> reasons = new TreeMap<>();
        judged.select(col("name"), array_union(array_union(col("targets"), col("candidates")), col("quality_control")))
                .collectAsList()
                .forEach(row -> reasons.put(row.getString(0), row.getList(1)));
        return reasons;
    }

    private static List<String> names(List<Rule> rules) {
        return rules.stream().map(Rule::name).toList();
    }

    @Test
    void eachRuleRemovesWhatItSaysAndNothingElse() {
        Rules rules = everyRule();
        row("kept");
        row("account_suspended", "target.is_suspended", true);
        row("push_disabled", "target.is_push_wanted", false);
        row("no_device", "target.has_device", false);
        row(
                "cap_reached",
                "target.push_cap",
                1,
                "target.sent_at_24h",
                List.of(hoursBefore(5)),
                "target.last_sent_at",
                hoursBefore(5));
        row("cap_reached of zero", "target.push_cap", 0);
        row(
                "kept below its cap",
                "target.push_cap",
                2,
                "target.sent_at_24h",
                List.of(hoursBefore(5)),
                "target.last_sent_at",
                hoursBefore(5));
        row("sent_recently", "target.last_sent_at", hoursBefore(3.99));
        row(
                "sent_recently by half a second",
                "target.last_sent_at",
                Timestamp.from(TinyWorld.hoursBefore(4).plusMillis(500)));
        row("kept just spaced", "target.last_sent_at", hoursBefore(4));
        row("own_post", "item.author_id", 1L);
        row("unsuitable_author", "author.is_recommendable", false);
        row("unsuitable_author that is not known", "author.is_recommendable", null);
        row("kept without an author", "item.author_id", null, "author.is_recommendable", null);
        row("reply", "post.is_reply", true, "candidate.actor_count", 1);
        row("kept reply of two actors", "post.is_reply", true, "candidate.actor_count", 2);
        row("kept what is no post", "post.is_reply", null);
        row("too_old", "item.fresh_at", hoursBefore(24.01));
        row("kept of a day", "item.fresh_at", hoursBefore(24));
        row("too_old of a video", "candidate.notification_type", "video", "item.fresh_at", hoursBefore(48.01));
        row("kept video of two days", "candidate.notification_type", "video", "item.fresh_at", hoursBefore(48));
        row("seen", "candidate.is_seen", true);
        row("sent_before", "candidate.last_sent_at", hoursBefore(24 * 29));
        row("sent_before to the day", "candidate.last_sent_at", hoursBefore(24 * 30));
        row("kept sent long before", "candidate.last_sent_at", hoursBefore(24 * 30 + 0.01));
        row("blocked", "pair.is_blocked", true);
        row("muted", "pair.is_muted", true);
        row("recommendations_hidden", "pair.is_hidden", true);
        row("already_notified", "pair.is_device_follow", true);
        row("follow_state in", "pair.is_followed", false);
        row("follow_state out", "candidate.network", "out");
        row("kept out", "candidate.network", "out", "pair.is_followed", false);
        row("kept both in", "candidate.network", "both");
        row("kept both out", "candidate.network", "both", "pair.is_followed", false);
        row("in_network_only", "user.is_in_network_only", true, "pair.is_followed", false, "candidate.network", "out");
        row("kept in network only", "user.is_in_network_only", true);
        row("prompt_declined", "target.declined_at", hoursBefore(23.9));
        row("kept declined a day ago", "target.declined_at", hoursBefore(24.01));
        row(
                "secondary_dormant",
                "target.last_seen_at",
                hoursBefore(24 * 30 + 0.01),
                "target.other_visit_at",
                hoursBefore(5));
        row(
                "kept secondary that came",
                "target.last_seen_at",
                hoursBefore(24 * 30),
                "target.other_visit_at",
                hoursBefore(5));
        row(
                "kept where nobody came",
                "target.last_seen_at",
                hoursBefore(24 * 400),
                "target.other_visit_at",
                hoursBefore(24 * 399));
        row("kept dormant with a device of its own", "target.last_seen_at", hoursBefore(24 * 300));
        row("visited_recently", "target.last_visit_at", hoursBefore(20));
        row("kept a visit of yesterday", "target.last_visit_at", hoursBefore(20.01));
        row("acted_recently", "user.hours_since_action", 7.9);
        row("kept an act of the night", "user.hours_since_action", 8.0);
        row("asked_for_less", "target.asked_for_less_at", hoursBefore(24 * 7));
        row("kept asked for less long ago", "target.asked_for_less_at", hoursBefore(24 * 7 + 0.01));
        row("sensitive", "post.is_sensitive", true);
        row("sensitive by prediction", "post.nsfw_probability", 0.151);
        row("kept not sensitive", "post.nsfw_probability", 0.149);
        row("sensitive_author", "author.nsfw_probability", 0.51);
        row("kept author", "author.nsfw_probability", 0.5);
        row("young_author", "author.account_age_days", 0.99);
        row("kept author of a day", "author.account_age_days", 1.0);
        row("short_text", "post.text_length", 19);
        row("kept short text beside a photo", "post.text_length", 19, "post.media", "photo");
        row("kept short text of a star", "post.text_length", 19, "author.followers", 10_000_000L);
        row("foreign_language", "post.language", "fr", "candidate.network", "out", "pair.is_followed", false);
        row("foreign_language of who saw nothing yet", "post.language", "fr", "user.languages", null);
        row("kept foreign in network", "post.language", "fr", "candidate.is_in_network", true);
        row("kept the user's language", "post.language", "en");
        row("kept no language", "post.language", null);
        row("disliked_post", "post.dislikes", 6L, "post.reports", 4L, "post.impressions", 1999L);
        row("kept disliked by few of many", "post.dislikes", 10L, "post.impressions", 2000L);
        row("kept disliked by few", "post.dislikes", 9L, "post.impressions", 10L);
        row("argued", "post.replies", 20L, "post.likes", 9L);
        row("kept argued and liked", "post.replies", 20L, "post.likes", 10L);
        row("post_spread", "post.pushes", 1001L, "author.followers", 1L, "post.likes", 140L);
        row("kept spread and liked", "post.pushes", 1001L, "author.followers", 1L, "post.likes", 141L);
        row("kept spread of a known author", "post.pushes", 2000L, "author.followers", 2L);
        row("author_spread", "author.pushes", 1000L, "author.push_dislikes", 11L);
        row("kept author spread", "author.pushes", 1000L, "author.push_dislikes", 10L);

        Set<String> removedBy = new HashSet<>();
        reasons(rules).forEach((name, reasons) -> {
            String code = name.split(" ", 2)[0];
            assertEquals(code.equals("kept") ? List.of() : List.of(code), reasons, name);
            removedBy.addAll(reasons);
        });
        Set<String> expected = new HashSet<>(names(rules.all()));
        // They are of no row; see the next two tests.
        expected.removeAll(Set.of("held_back", EVERYBODY));
        assertEquals(expected, removedBy, "every rule has its row above");
    }

    @Test
    void aShareOfTheUsersIsHeldBack() {
        row("first", "target.bucket", 0);
        row("last of them", "target.bucket", 49);
        row("others", "target.bucket", 50);

        assertEquals(
                Map.of("first", List.of("held_back"), "last of them", List.of("held_back"), "others", List.of()),
                reasons(shipped("rules.held_back.per_thousand=50")));
    }

    @Test
    void sendingCanBeSwitchedOffForEverybody() {
        row("any");

        assertEquals(Map.of("any", List.of(EVERYBODY)), reasons(shipped("rules.switched_off=on")));
        assertEquals(Map.of("any", List.of()), reasons(shipped()));
    }

    @Test
    void aRuleThatIsShippedOffIsSwitchedOnByItsNameOrAParameter() {
        row("came", "target.last_visit_at", hoursBefore(10));

        assertEquals(Map.of("came", List.of()), reasons(shipped()));
        assertEquals(Map.of("came", List.of("visited_recently")), reasons(shipped("rules.visited_recently=on")));
        assertEquals(Map.of("came", List.of("visited_recently")), reasons(shipped("rules.visited_recently.hours=11")));
        assertEquals(Map.of("came", List.of()), reasons(shipped("rules.visited_recently.hours=9")));
        assertFalse(
                shipped().references(Step.TARGETS).toString().contains("hours_since_action"),
                "what is off asks for no fact");
    }

    @Test
    void whatIsUnknownIsRemovedUnlessTheRuleSaysOtherwise() {
        Rules rules = everyRule();
        row("unknown", Map.of());
        // Never sent, never asked, no author, no post, no network to be shown in.
        Set<String> kept = rules.all().stream()
                .filter(rule -> rule.isKeptWhenMissing() || !rule.isOn())
                .map(Rule::name)
                .collect(Collectors.toCollection(HashSet::new));
        kept.addAll(Set.of("sent_recently", "sent_before", "unsuitable_author", "follow_state"));

        assertEquals(
                Map.of(
                        "unknown",
                        names(rules.all()).stream()
                                .filter(name -> !kept.contains(name))
                                .toList()),
                reasons(rules));
    }

    @Test
    void allCodesOfARowAreGivenInTheOrderOfTheFile() {
        row("many", "pair.is_muted", true, "candidate.is_seen", true, "item.fresh_at", hoursBefore(30));

        assertEquals(Map.of("many", List.of("too_old", "seen", "muted")), reasons(shipped()));
        assertEquals(
                List.of("too_old", "seen", "muted", "later"),
                names(rules(
                                settings(
                                        """
                                rules:
                                - {name: later, at: [candidates], keep: NOT pair.is_hidden, says: It is hidden.}
                                - {name: seen, at: [candidates], keep: NOT candidate.is_seen, says: It was seen.}
                                """))
                        .all()
                        .stream()
                        .filter(rule ->
                                List.of("later", "muted", "seen", "too_old").contains(rule.name()))
                        .toList()));
    }

    @Test
    void keptAndRemovedAreTheInputWhateverIsNull() {
        Random random = new Random(3);
        for (int number = 0; number < 300; number++) {
            Map<String, Object> facts = keptByAll();
            facts.replaceAll((column, value) -> switch (random.nextInt(12)) {
                case 0 -> null;
                case 1 -> value instanceof Boolean flag ? Boolean.valueOf(!flag) : value;
                default -> value;
            });
            row("any", facts);
        }
        Dataset<Row> judged = shipped().judge(dataset(), Step.QUALITY_CONTROL, "reasons", errors());

        long kept = judged.filter(size(col("reasons")).equalTo(0)).count();
        long removed = judged.filter(size(col("reasons")).gt(0)).count();
        assertEquals(300, kept + removed);
        assertTrue(kept > 20 && removed > 20, kept + " kept, " + removed + " removed");
    }

    @Test
    void everyRuleSaysWhatItDoesAndIsAskedOfTargetsOrOfCandidatesBeforeSending() {
        for (Rule rule : shipped().all()) {
            assertTrue(rule.says().endsWith("."), rule.name());
            assertTrue(
                    rule.steps().equals(Set.of(Step.TARGETS))
                            || (rule.steps().contains(Step.QUALITY_CONTROL)
                                    && !rule.steps().contains(Step.TARGETS)),
                    rule.name() + " is asked at " + rule.steps());
        }
    }

    @Test
    void parametersHaveTheValuesThatTheSettingsGive() {
        row("day", "item.fresh_at", hoursBefore(24));
        row("half a day", "item.fresh_at", hoursBefore(12));
        row("reply", "post.is_reply", true, "candidate.actor_count", 2);
        row("sent", "candidate.last_sent_at", hoursBefore(24 * 5));

        assertEquals(
                Map.of(
                        "day", List.of("too_old"),
                        "half a day", List.of(),
                        "reply", List.of("reply"),
                        "sent", List.of()),
                reasons(shipped(
                        "rules.too_old.max_age_hours=12",
                        "rules.reply.min_actors=3",
                        "rules.sent_before.duplicate_days=4")));
    }

    @Test
    void videosMayBeAsOldAsTheGreaterOfTheTwoAges() {
        row("day", "candidate.notification_type", "video", "item.fresh_at", hoursBefore(24));
        row("four days", "candidate.notification_type", "video", "item.fresh_at", hoursBefore(96));

        assertEquals(
                Map.of("day", List.of("too_old"), "four days", List.of("too_old")),
                reasons(shipped("rules.too_old.max_age_hours=12", "rules.too_old.video_max_age_hours=20")));
        assertEquals(
                Map.of("day", List.of(), "four days", List.of()),
                reasons(shipped("rules.too_old.max_age_hours=100", "rules.too_old.video_max_age_hours=20")));
    }

    @Test
    void parametersOfTheirOldNamesAreUnderstood() {
        Rules old = shipped(
                "quality_control.max_age_hours=12",
                "quality_control.min_reply_actors=3",
                "quality_control.duplicate_days=4");

        assertEquals(
                shipped(
                                "rules.too_old.max_age_hours=12",
                                "rules.reply.min_actors=3",
                                "rules.sent_before.duplicate_days=4")
                        .all(),
                old.all());
    }

    @Test
    void aRuleThatIsSwitchedOffRemovesNothing() {
        row("both", "pair.is_muted", true, "candidate.is_seen", true);
        row("blocked too", "pair.is_muted", true, "pair.is_blocked", true);
        Map<String, List<String>> expected = Map.of("both", List.of(), "blocked too", List.of("blocked"));

        assertEquals(expected, reasons(shipped("rules.muted=off", "rules.seen=false")));
        assertEquals(expected, reasons(shipped("disabled_rules=[muted, seen]")), "as it was written before");
        assertEquals(
                Map.of("both", List.of("seen", "muted"), "blocked too", List.of("blocked", "muted")),
                reasons(shipped("rules.muted=off", "rules.muted=on")));
    }

    @Test
    void aRuleThatIsSwitchedOffAsksForNoFact() {
        Rules rules = shipped("rules.already_notified=off");

        assertTrue(names(rules.all()).contains("already_notified"), "it is still listed");
        assertFalse(names(rules.at(Step.QUALITY_CONTROL)).contains("already_notified"));
        assertFalse(rules.references(Step.QUALITY_CONTROL).toString().contains("is_device_follow"));
    }

    @Test
    void withoutAnyRuleOfAStepEverythingIsKept() {
        Rules shipped = shipped();
        Rules none = shipped(names(shipped.at(Step.TARGETS)).stream()
                .map(name -> "rules." + name + "=off")
                .toArray(String[]::new));
        row("any", "target.is_suspended", true);

        assertEquals(Map.of("any", List.of()), reasons(none));
    }

    @Test
    void whatFailsForARowIsMissingThereAndCounted() {
        row("none", "pair.likes", 0L);
        row("three", "pair.likes", 3L);
        row("unknown", "pair.likes", null);
        FeatureErrors errors = errors();

        assertEquals(
                Map.of(
                        "none", List.of("removing"),
                        "three", List.of("removing", "keeping"),
                        "unknown", List.of("removing")),
                reasons(
                        over(
                                "- {name: removing, at: [candidates], keep: 12 % pair.likes = 1, says: Few likes.}",
                                "- {name: keeping, at: [candidates], keep: 12 % pair.likes = 1, missing: keep, says: Few likes.}"),
                        errors));
        assertEquals(Set.of("removing", "keeping"), errors.report().keySet());
        errors.report()
                .forEach((name, text) ->
                        assertTrue(text.endsWith("in 1 row") && text.contains("BY_ZERO"), name + ": " + text));
    }

    @Test
    void aFileOfMyOwnAddsAndReplacesRules() {
        Rules rules = over(
                "- {name: seen, at: [quality_control], keep: NOT candidate.is_seen OR pair.is_followed, says: A stranger was seen.}",
                "- {name: few_likes, at: [candidates], keep: pair.likes >= :least, parameters: [\"least, whole number, 0 to 9, default 2\"], says: Few likes.}");
        row("few", "pair.likes", 1L);
        row("enough", "pair.likes", 2L, "candidate.is_seen", true);

        assertEquals(Map.of("few", List.of("few_likes"), "enough", List.of()), reasons(rules));
        assertEquals(
                Stream.concat(names(shipped().all()).stream(), Stream.of("few_likes"))
                        .toList(),
                names(rules.all()));
        assertEquals(
                "my-conf/rules.yaml, line 2",
                rules.all().stream()
                        .filter(rule -> rule.name().equals("seen"))
                        .map(Rule::where)
                        .collect(Collectors.joining()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            pear.is_blocked                 | a fact must be of a family that is there, but is pear.is_blocked; the nearest are pair, post, user
            pair.is_blockd                  | a fact must be a column of pair, but is pair.is_blockd; the nearest are pair.is_blocked, pair.is_followed, pair.is_muted
            is_blocked                      | a fact must be FAMILY.COLUMN, but is is_blocked; the nearest are pair.is_blocked
            pair.is_blocked AND             | expression must be one without a name, but is named AND
            pair                            | a fact must be FAMILY.COLUMN, but is pair; the nearest are pair, post, user
            (SELECT true)                   | expression must be of one row, but holds a query: scalarsubquery()
            reflect('a', 'b') IS NULL       | expression must not call Java, but has reflect
            pair.likes > :least             | each parameter that the SQL uses must be declared, but these are not: [least]
            """)
    void aKeepThatCannotBeAskedIsNamedWithFileAndLine(String keep, String message) {
        Expect.failure(
                USAGE,
                "my-conf/rules.yaml, line 2: rule mine: " + message,
                () -> over("- {name: mine, at: [quality_control], keep: \"" + keep + "\", says: Mine.}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            pair.likes + 1                  | keep must be BOOLEAN, but is BIGINT
            sise(candidate.network) > 0     | keep: function must be one that Spark knows, but is sise; the nearest are size, like, sign
            pair.likes.more > 0             | keep: [INVALID_EXTRACT_BASE_FIELD_TYPE] Can't extract a value from "pair.likes". Need a complex type [STRUCT, ARRAY, MAP] but got "BIGINT". SQLSTATE: 42000; line 1 pos 0
            pair.is_blocked > 5            | keep: [DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES] Cannot resolve "(pair.is_blocked > 5)" due to data type mismatch: the left and right operands of the binary operator have incompatible types ("BOOLEAN" and "INT"). SQLSTATE: 42K09; line 1 pos 0;
            """)
    void aKeepOfAWrongTypeIsNamedWithFileAndLine(String keep, String message) {
        Rules rules = over("- {name: mine, at: [quality_control], keep: \"" + keep + "\", says: Mine.}");
        row("any");

        Expect.failure(
                USAGE,
                "my-conf/rules.yaml, line 2: rule mine: " + message,
                () -> rules.judge(dataset(), Step.QUALITY_CONTROL, "reasons", errors()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            name: Mine, at: [candidates], keep: NOT pair.is_muted, says: Mine.       | my-conf/rules.yaml, line 2: rule Mine: name must be lower-case letters, digits and underscores, and none of [no_candidates, below_round_robin, below_light_rank, below_top_pick, no_slot, no_send], but is Mine
            name: no_slot, at: [candidates], keep: NOT pair.is_muted, says: Mine.    | my-conf/rules.yaml, line 2: rule no_slot: name must be lower-case letters, digits and underscores, and none of [no_candidates, below_round_robin, below_light_rank, below_top_pick, no_slot, no_send], but is no_slot
            at: [candidates], keep: NOT pair.is_muted, says: Mine.                   | my-conf/rules.yaml, line 2: key name is missing
            name: mine, at: [candidates], says: Mine.                                | my-conf/rules.yaml, line 2: key keep is missing
            name: mine, at: [candidates], keep: NOT pair.is_muted                    | my-conf/rules.yaml, line 2: key says is missing
            name: mine, at: [candidates], keep: NOT pair.is_muted, says: Mine        | my-conf/rules.yaml, line 2: rule mine: keep must be an expression, and says a sentence that ends with a point, but are NOT pair.is_muted and Mine
            name: mine, at: [], keep: NOT pair.is_muted, says: Mine.                 | my-conf/rules.yaml, line 2: rule mine: at must be some of [targets, candidates, quality_control], but is []
            name: mine, at: [candidate], keep: NOT pair.is_muted, says: Mine.        | my-conf/rules.yaml, line 2: rule mine: at must be some of [targets, candidates, quality_control], but is [candidate]
            name: mine, keep: NOT pair.is_muted, says: Mine.                         | my-conf/rules.yaml, line 2: key at is missing
            name: mine, at: candidates, keep: NOT pair.is_muted, says: Mine.         | my-conf/rules.yaml, line 2: at must be a list, but is "candidates"
            name: mine, at: [candidates], keep: NOT pair.is_muted, missing: drop, says: Mine.     | my-conf/rules.yaml, line 2: rule mine: missing must be one of [keep, remove], but is drop
            name: mine, at: [candidates], keep: [NOT pair.is_muted], says: Mine.     | my-conf/rules.yaml, line 2: keep must be a text, but is ["NOT pair.is_muted"]
            name: mine, at: [candidates], at: [targets], keep: NOT pair.is_muted, says: Mine.     | my-conf/rules.yaml, line 2: Duplicate field 'at'
            name: mine, at: [candidates], keep: NOT pair.is_muted, keeps: true, says: Mine.       | my-conf/rules.yaml, line 2: unknown key keeps, known keys: at, is_on, keep, missing, name, parameters, says
            name: mine, at: [targets], keep: NOT pair.is_muted, says: Mine.          | my-conf/rules.yaml, line 2: rule mine: a fact must be of a family that is found by [user_id], but is pair.is_muted, found by author_id
            name: mine, at: [candidates], keep: pair.likes > 1, parameters: ["least, whole number, 0 to 9"], says: Mine.     | my-conf/rules.yaml, line 2: rule mine: a declared parameter must be one that the SQL uses, once, but is least; the SQL uses []
            name: mine, at: [candidates], keep: "pair.likes > :least", parameters: [least], says: Mine.                      | my-conf/rules.yaml, line 2: rule mine: parameter must be "NAME, whole number, A to B", "NAME, number, A to B" or "NAME, some of A, B", of a number also ", default V" and ", hours back" or ", days back", but is "least"
            name: mine, at: [candidates], keep: "pair.likes > :least", parameters: ["least, whole number, 0 to 9"], says: Mine.                 | config: rules.mine must have [least], but lacks [least]
            name: mine, at: [candidates], keep: "pair.likes > :least", parameters: ["least, whole number, 0 to 9, default 10"], says: Mine.     | my-conf/rules.yaml, line 2: rule mine: parameter must be "NAME, whole number, A to B", "NAME, number, A to B" or "NAME, some of A, B", of a number also ", default V" and ", hours back" or ", days back", but is "least, whole number, 0 to 9, default 10"
            """)
    void aLineThatIsNoRuleIsNamed(String line, String message) {
        Expect.failure(USAGE, message, () -> over("- {" + line + "}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            rules: {}        | my-conf/rules.yaml: must hold one key, rules, with a list, but does not
            rulez: []        | my-conf/rules.yaml: must hold one key, rules, with a list, but does not
            []               | my-conf/rules.yaml: must hold one key, rules, with a list, but does not
            rules: [7]       | my-conf/rules.yaml, line 1: must hold keys and values, but is 7
            rules: [{name: mine, at: [candidates], keep: NOT pair.is_muted, says: Mine.}, mine] | my-conf/rules.yaml, line 1: must hold keys and values, but is "mine"
            {rules: [], more: []}  | my-conf/rules.yaml: must hold one key, rules, but holds something after its list
            """)
    void aFileThatHoldsNoListOfRulesIsNamed(String text, String message) {
        Expect.failure(USAGE, message, () -> rules(settings(text)));
    }

    @Test
    void aFileThatIsNoYamlIsNamedWithItsLine() {
        Expect.failureMatching(
                USAGE,
                "(?s)my-conf/rules.yaml, line 3: .*",
                () -> rules(settings("rules:\n- {name: mine\n- {at: [\n")));
    }

    @Test
    void twoRulesOfOneNameAreNamed() {
        Expect.failure(
                USAGE,
                "my-conf/rules.yaml, line 3: rule mine: name must be of one rule, but is mine again",
                () -> over(
                        "- {name: mine, at: [candidates], keep: NOT pair.is_muted, says: Mine.}",
                        "- {name: mine, at: [candidates], keep: NOT pair.is_hidden, says: Mine.}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            rules.mutt=off                          | config: rules.mutt must name a rule of rules.yaml, but there is none; the nearest are muted, seen, argued
            disabled_rules=[muted, mutt]            | config: rules.mutt must name a rule of rules.yaml, but there is none; the nearest are muted, seen, argued
            rules.muted=never                       | config: rules.muted must be on, off or parameters with values, but is never
            rules.muted.max_age_hours=3             | config: rules.muted must have no parameters, but has max_age_hours
            rules.too_old.max_age=3                 | config: rules.too_old must have parameters of [max_age_hours, video_max_age_hours], but has max_age
            rules.too_old.max_age_hours=0           | config: rules.too_old.max_age_hours must be between 1 and 8760, but is 0
            rules.too_old.max_age_hours=8761        | config: rules.too_old.max_age_hours must be between 1 and 8760, but is 8761
            rules.too_old.max_age_hours=1.5         | config: rules.too_old.max_age_hours must be a whole number, but is 1.5
            rules.too_old.max_age_hours=            | config: rules.too_old.max_age_hours must be a whole number, but is null
            rules.sent_before.duplicate_days=31     | config: rules.sent_before.duplicate_days must be at most inputs.lookback_days (30), but is 31
            quality_control.max_age_hours=0         | config: rules.too_old.max_age_hours must be between 1 and 8760, but is 0
            inputs.lookback_days=29                 | config: rules.sent_before.duplicate_days must be at most inputs.lookback_days (29), but is 30
            """)
    void aSettingThatNoRuleTakesIsNamed(String assignment, String message) {
        ConfigFile settings = ConfigFile.shipped().set(assignment);

        Expect.failure(USAGE, message, () -> rules(settings));
    }
}
