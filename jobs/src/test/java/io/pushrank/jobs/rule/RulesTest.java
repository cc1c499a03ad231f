package io.pushrank.jobs.rule;

import static io.pushrank.jobs.exit.ExitCode.USAGE;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.size;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.Expect;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.config.RankingConfig;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class RulesTest {
    private static final StructType SCHEMA = StructType.fromDDL(
            """
            name STRING, user_id BIGINT, author_id BIGINT, is_suspended BOOLEAN, is_push_wanted BOOLEAN,
            has_device BOOLEAN, sent_at_24h ARRAY<TIMESTAMP>, push_cap INT, last_sent_at TIMESTAMP,
            spacing_seconds BIGINT, is_author_unsuitable BOOLEAN, is_reply BOOLEAN, actor_count INT,
            fresh_at TIMESTAMP, is_seen BOOLEAN, is_sent BOOLEAN, is_blocked BOOLEAN, is_muted BOOLEAN,
            is_hidden BOOLEAN, is_device_follow BOOLEAN, notification_type STRING, is_followed BOOLEAN,
            is_in_network_only BOOLEAN
            """);

    private final RankingConfig config = ConfigFile.shipped().config();
    private final List<Rule> all = Rules.all(config, TinyWorld.AS_OF);
    private final List<Row> rows = new ArrayList<>();

    private static Map<String, Object> keptByAll() {
        Map<String, Object> row = new LinkedHashMap<>();
        for (String column : SCHEMA.fieldNames()) {
            row.put(column, column.startsWith("is_") ? false : null);
        }
        row.putAll(Map.of(
                "user_id",
                1L,
                "author_id",
                2L,
                "is_push_wanted",
                true,
                "has_device",
                true,
                "sent_at_24h",
                List.of(),
                "push_cap",
                5,
                "spacing_seconds",
                4 * 3600L,
                "actor_count",
                0,
                "fresh_at",
                hoursBefore(1),
                "notification_type",
                "in_network"));
        row.put("is_followed", true);
        return row;
    }

    private static Timestamp hoursBefore(double hours) {
        return Timestamp.from(TinyWorld.hoursBefore(hours));
    }

    private RulesTest row(String name, Object... changes) {
        Map<String, Object> row = keptByAll();
        row.put("name", name);
        for (int index = 0; index < changes.length; index += 2) {
            row.put((String) changes[index], changes[index + 1]);
        }
        rows.add(RowFactory.create(row.values().toArray()));
        return this;
    }

    private Dataset<Row> judged(List<Rule> rules) {
        return SharedSpark.session().createDataFrame(rows, SCHEMA).withColumn("reasons", Rules.reasons(rules));
    }

    private Map<String, List<String>> reasons(List<Rule> rules) {
        Map<String, List<String>> reasons = new TreeMap<>();
        judged(rules)
                .select("name", "reasons")
                .collectAsList()
                .forEach(row -> reasons.put(row.getString(0), row.getList(1)));
        return reasons;
    }

    @Test
    void eachRuleRemovesWhatItSaysAndNothingElse() {
        row("kept");
        row("account_suspended", "is_suspended", true);
        row("push_disabled", "is_push_wanted", false);
        row("no_device", "has_device", false);
        row("cap_reached", "push_cap", 1, "sent_at_24h", List.of(hoursBefore(5)), "last_sent_at", hoursBefore(5));
        row("cap_reached of zero", "push_cap", 0);
        row(
                "kept below its cap",
                "push_cap",
                2,
                "sent_at_24h",
                List.of(hoursBefore(5)),
                "last_sent_at",
                hoursBefore(5));
        row("sent_recently", "last_sent_at", hoursBefore(3.99));
        row(
                "sent_recently by half a second",
                "last_sent_at",
                Timestamp.from(TinyWorld.hoursBefore(4).plusMillis(500)));
        row("kept just spaced", "last_sent_at", hoursBefore(4));
        row("own_post", "author_id", 1L);
        row("unsuitable_author", "is_author_unsuitable", true);
        row("reply", "is_reply", true, "actor_count", 1);
        row("kept reply of two actors", "is_reply", true, "actor_count", 2);
        row("too_old", "fresh_at", hoursBefore(24.01));
        row("kept of a day", "fresh_at", hoursBefore(24));
        row("seen", "is_seen", true);
        row("sent_before", "is_sent", true);
        row("blocked", "is_blocked", true);
        row("muted", "is_muted", true);
        row("recommendations_hidden", "is_hidden", true);
        row("already_notified", "is_device_follow", true);
        row("follow_state in", "is_followed", false);
        row("follow_state out", "notification_type", "popular");
        row("kept out", "notification_type", "popular", "is_followed", false);
        row("kept social proof in", "notification_type", "social_proof");
        row("kept social proof out", "notification_type", "social_proof", "is_followed", false);
        row("in_network_only", "is_in_network_only", true, "is_followed", false, "notification_type", "popular");
        row("kept in network only", "is_in_network_only", true);

        Set<String> removedBy = new HashSet<>();
        reasons(all).forEach((name, reasons) -> {
            String code = name.split(" ", 2)[0];
            assertEquals(code.equals("kept") ? List.of() : List.of(code), reasons, name);
            removedBy.addAll(reasons);
        });
        assertEquals(
                all.stream().map(Rule::code).collect(Collectors.toSet()), removedBy, "every rule has its row above");
    }

    @Test
    void whatIsUnknownIsNotKept() {
        Object[] nulls = new Object[SCHEMA.size()];
        nulls[0] = "unknown";
        rows.add(RowFactory.create(nulls));

        List<String> expected = all.stream()
                .map(Rule::code)
                .filter(code -> !code.equals("sent_recently"))
                .toList();
        assertEquals(Map.of("unknown", expected), reasons(all), "only the last send may be unknown: there was none");
    }

    @Test
    void keptAndRemovedAreTheInputWhateverIsNull() {
        Random random = new Random(3);
        for (int number = 0; number < 300; number++) {
            Map<String, Object> row = keptByAll();
            row.replaceAll((column, value) -> switch (random.nextInt(12)) {
                case 0 -> null;
                case 1 -> value instanceof Boolean flag ? Boolean.valueOf(!flag) : value;
                default -> value;
            });
            rows.add(RowFactory.create(row.values().toArray()));
        }
        Dataset<Row> judged = judged(Rules.of(config, TinyWorld.AS_OF, Rule.Step.QUALITY_CONTROL));

        long kept = judged.filter(size(col("reasons")).equalTo(0)).count();
        long removed = judged.filter(size(col("reasons")).gt(0)).count();
        assertEquals(300, kept + removed);
        assertTrue(kept > 20 && removed > 20, kept + " kept, " + removed + " removed");
    }

    @Test
    void everyRuleIsListedOnceUnderACodeOfItsOwnAndSaysWhatItDoes() {
        assertEquals(
                Set.of(Rule.class.getPermittedSubclasses()),
                all.stream().map(Object::getClass).collect(Collectors.toSet()));
        assertEquals(all.size(), all.stream().map(Rule::code).distinct().count());
        for (Rule rule : all) {
            assertTrue(rule.code().matches("[a-z]+(_[a-z]+)*"), rule.code());
            assertTrue(rule.summary().endsWith("."), rule.code());
            assertFalse(rule.steps().isEmpty(), rule.code());
            assertTrue(
                    !rule.steps().contains(Rule.Step.CANDIDATES) || rule.steps().contains(Rule.Step.QUALITY_CONTROL),
                    rule.code() + " is asked again before sending");
        }
    }

    @Test
    void everyRuleStandsInExactlyOneKindOfStep() {
        int rules = Rules.of(config, TinyWorld.AS_OF, Rule.Step.TARGETS).size()
                + Rules.of(config, TinyWorld.AS_OF, Rule.Step.QUALITY_CONTROL).size();

        assertEquals(all.size(), rules, "every rule is on targets or on candidates");
    }

    @Test
    void aRuleThatIsSwitchedOffRemovesNothing() {
        RankingConfig without =
                ConfigFile.shipped().set("disabled_rules=[muted, seen]").config();
        row("both", "is_muted", true, "is_seen", true);
        row("blocked too", "is_muted", true, "is_blocked", true);

        assertEquals(
                Map.of("both", List.of(), "blocked too", List.of("blocked")),
                reasons(Rules.of(without, TinyWorld.AS_OF, Rule.Step.QUALITY_CONTROL)));
    }

    @Test
    void withoutAnyRuleEverythingIsKept() {
        row("any", "is_muted", true);

        assertEquals(Map.of("any", List.of()), reasons(Collections.emptyList()));
    }

    @Test
    void aCodeThatNoRuleHasIsNamed() {
        RankingConfig wrong =
                ConfigFile.shipped().set("disabled_rules=[muted, mutt]").config();

        Expect.failure(
                USAGE,
                "config: disabled_rules names mutt, known are "
                        + Arrays.toString(all.stream().map(Rule::code).toArray()),
                () -> Rules.of(wrong, TinyWorld.AS_OF, Rule.Step.TARGETS));
    }
}
