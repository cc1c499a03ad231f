package io.pushrank.jobs.fact;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pushrank.jobs.config.ConfFolder;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.table.Table;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NeedsTest {
    private static final Facts SHIPPED = Facts.of(ConfigFile.shipped());

    private static List<Reference> references(String... names) {
        return Arrays.stream(names)
                .map(name -> new Reference(name.split("\\.", 2)[0], name.split("\\.", 2)[1]))
                .toList();
    }

    private static Needs needs(Facts facts, String... names) {
        return new Needs(facts).facts(references(names));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            textBlock =
                    """
            moment.hour             | none
            pair.is_blocked         | relations
            pair.is_followed        | follows
            pair.likes              | engagements
            pair.is_followed_at_writing | follows posts
            pair.pushes             | notifications sends
            author.is_recommendable | users
            author.followers        | users follows
            user.topics             | users engagements post_topics notifications sends
            user.has_topics         | users
            topic.followed          | users topic_follows posts post_topics
            topic.actions           | users engagements posts post_topics notifications sends
            item.author_id          | posts trends
            item.fresh_at           | posts trends
            trend.score             | trends
            actor.count             | none
            candidate.sources       | none
            candidate.is_seen       | engagements
            candidate.last_sent_at  | notifications sends
            target.has_device       | users devices
            """)
    void aFactNeedsTheTablesThatItIsMadeOfAndNoOther(String fact, String tables) {
        Set<String> needed = new TreeSet<>();
        needs(SHIPPED, fact).tables().forEach(table -> needed.add(table.tableName()));

        assertEquals(tables == null ? Set.of() : new TreeSet<>(Arrays.asList(tables.split(" ", -1))), needed);
    }

    @Test
    void aSettingDecidesWhichViewIsRead() {
        Facts live = Facts.of(ConfigFile.shipped().set("inputs.item_age=last_activity"));

        assertEquals(Set.of(Table.POSTS), needs(SHIPPED, "post.fresh_at").tables());
        assertEquals(
                Set.of(Table.POSTS, Table.ENGAGEMENTS),
                needs(live, "post.fresh_at").tables());
    }

    @Test
    void ofAViewTheColumnsAreNeededThatAreNamed() {
        assertEquals(
                Optional.of(Set.of("user_id", "author_id", "likes")),
                needs(SHIPPED, "pair.likes").columns("edges"));
        assertEquals(
                Optional.of(Set.of("user_id", "author_id", "likes", "weight")),
                needs(SHIPPED, "pair.likes", "pair.weight_back").columns("edges"));
        assertEquals(
                Optional.empty(), needs(SHIPPED, "pair.likes").relation("edges").columns("edges"), "all");
    }

    @Test
    void ofFamiliesTheColumnsAreJoinedThatAreNamedHereAndInEachOther() {
        assertEquals(
                Map.of(
                        "topic", Set.of("actions"),
                        "user", Set.of("topics", "country"),
                        "post", Set.of("topic_ids")),
                needs(SHIPPED, "topic.actions", "user.country").joined());
    }

    @Test
    void aViewThatAViewOfMyOwnReadsIsNeededWithWhatItNames() {
        Facts facts = Facts.of(
                ConfigFile.of(
                        ConfFolder.shipped()
                                .over(
                                        "my-conf",
                                        Map.of(
                                                "views/mine.sql",
                                                "-- Mine.\nSELECT edges.user_id, edges.likes, edges.weight FROM edges",
                                                "views/all.sql",
                                                "-- All.\nSELECT * FROM edges",
                                                "facts/mine_too.sql",
                                                """
                                -- Mine.
                                -- key: user_id
                                -- column: likes, weights, most: whatever
                                SELECT mine.user_id, mine.likes, mine.weight AS weights, other.clicks AS most
                                FROM mine
                                LEFT JOIN all AS other ON other.user_id = mine.user_id
                                """))));

        assertEquals(
                Optional.of(Set.of("user_id", "likes")),
                needs(facts, "mine_too.likes").columns("edges"));
        assertEquals(Optional.empty(), needs(facts, "mine_too.most").columns("edges"), "by a star");
    }
}
