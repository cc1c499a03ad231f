package io.pushrank.jobs.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.fact.Facts;
import io.pushrank.jobs.source.Source;
import io.pushrank.jobs.source.Sources;
import io.pushrank.jobs.stage.Vocabulary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/**
 * Quotas on 40 users with up to 30 posts of three sources, of which the last proposes most of what is sought, and of a fourth
 * that the settings no longer have.
 */
class QuotaSearchTest {
    private static final List<Integer> KEEPS = List.of(100, 200);
    private static final List<Source> SOURCES = Sources.of(Facts.of(ConfigFile.shipped())).all().stream()
            .filter(source -> List.of("social_proof", "in_network", "popular").contains(source.name()))
            .toList();

    private static final List<String> PROPOSING = Stream.concat(
                    SOURCES.stream().map(Source::name), Stream.of("of_another_day"))
            .toList();

    private static Dataset<Row> pairs() {
        Random random = new Random(5);
        List<Row> pairs = new ArrayList<>();
        for (long user = 1; user <= 40; user++) {
            int[] ranks = new int[PROPOSING.size()];
            for (long item = 1; item <= 30; item++) {
                List<Row> sources = new ArrayList<>();
                boolean isSought = false;
                for (int source = 0; source < ranks.length; source++) {
                    if (random.nextInt(3) == 0) {
                        sources.add(RowFactory.create(PROPOSING.get(source), ++ranks[source]));
                        isSought |= random.nextInt(10) < (source == 2 ? 6 : 1);
                    }
                }
                pairs.add(RowFactory.create(
                        user, item, sources.isEmpty() ? null : sources.toArray(), isSought || random.nextInt(20) == 0));
            }
        }
        return SharedSpark.session()
                .createDataFrame(
                        pairs,
                        StructType.fromDDL("user_id BIGINT, item_id BIGINT,"
                                + " sources ARRAY<STRUCT<source: STRING, rank: INT>>, is_sought BOOLEAN"));
    }

    @Test
    void theSearchCountsAsTheTrialsDoAndFindsMoreThanEqualQuotas() {
        Dataset<Row> pairs = pairs();
        QuotaSearch search = RoundRobinTrial.search(SOURCES, pairs, pairs.col("is_sought"));

        List<Integer> suggested = search.quotas(5);
        for (List<Integer> quotas : List.of(List.of(1, 1, 1), List.of(1, 3, 8), suggested)) {
            Map<String, Integer> named = new LinkedHashMap<>();
            SOURCES.forEach(source -> named.put(source.name(), quotas.get(named.size())));
            RoundRobinTrial trial = new RoundRobinTrial(5, "mine", named);
            long kept = RoundRobinTrial.numbered(pairs, List.of(trial))
                    .filter(trial.keeps().and(pairs.col("is_sought")))
                    .count();
            assertEquals(kept, search.found(quotas, 5), "quotas " + quotas);
        }
        assertTrue(search.found(suggested, 5) > search.found(List.of(1, 1, 1), 5), suggested::toString);
        for (int source = 0; source < suggested.size(); source++) {
            for (int quota : new int[] {1, 2, 4, 8}) {
                List<Integer> changed = new ArrayList<>(suggested);
                changed.set(source, quota);
                assertTrue(
                        search.found(changed, 5) <= search.found(suggested, 5),
                        changed + " is better than " + suggested);
            }
        }
        assertEquals(List.of(1, 1, 1), search.quotas(30), "where all are kept");
    }

    @Test
    void trialsNameTheirQuotas() {
        QuotaSearch search = new QuotaSearch(SOURCES.size());
        List<Source> mine =
                Sources.of(Facts.of(ConfigFile.shipped().set("candidates.sources.in_network.quota=3"))).all().stream()
                        .filter(source ->
                                SOURCES.stream().anyMatch(other -> other.name().equals(source.name())))
                        .toList();

        assertEquals(
                List.of("equal: one for all", "suggested: one for all"),
                RoundRobinTrial.of(KEEPS, SOURCES, search).stream()
                        .limit(2)
                        .map(RoundRobinTrial::says)
                        .toList());
        assertEquals(
                List.of("100 equal: one for all", "100 settings: in_network 3, others 1", "100 suggested: one for all"),
                RoundRobinTrial.of(KEEPS, mine, search).stream()
                        .limit(3)
                        .map(trial -> trial.keep() + " " + trial.says())
                        .toList());
        assertEquals(
                KEEPS.stream().map(keep -> keep + " equal").toList(),
                RoundRobinTrial.of(KEEPS, mine, search).stream()
                        .filter(trial -> trial.name().equals("equal"))
                        .map(trial -> trial.keep() + " " + trial.name())
                        .toList());
    }

    @Test
    void quotasThatAreAllTwoAreNotThoseOfOne() {
        assertEquals("equal: one for all", new RoundRobinTrial(5, "equal", Map.of("popular", 1, "video", 1)).says());
        assertEquals("settings: video 2", new RoundRobinTrial(5, "settings", Map.of("video", 2)).says());
    }

    @Test
    void onlyWithASourceOfVideosAreOlderVideosAmongWhatCanBeFound() {
        assertEquals(
                Map.of("max_age_hours", 24, "video_max_age_hours", 24),
                FreshPosts.maxAges(Vocabulary.of(ConfigFile.shipped())));
        ConfigFile withVideo = ConfigFile.shipped().set("candidates.sources.video={limit: 20}");
        assertEquals(
                Map.of("max_age_hours", 24, "video_max_age_hours", 48), FreshPosts.maxAges(Vocabulary.of(withVideo)));
        assertEquals(
                Map.of("max_age_hours", 720, "video_max_age_hours", 720),
                FreshPosts.maxAges(Vocabulary.of(withVideo.set("rules.too_old=off"))));
    }
}
