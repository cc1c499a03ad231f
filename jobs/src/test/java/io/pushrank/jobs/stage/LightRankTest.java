package io.pushrank.jobs.stage;

import static io.pushrank.jobs.TinyWorld.hoursBefore;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.pushrank.jobs.Published;
import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Table;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** User 1 has eight posts and two events, user 2 two posts; three are kept. */
class LightRankTest {
    @TempDir
    private Path directory;

    private Layout layout;

    @BeforeEach
    void publishCandidates() {
        TinyWorld world = new TinyWorld(directory).people(1, 2, 3);
        List<Map<String, Object>> candidates = new ArrayList<>();
        for (long post = 10; post < 18; post++) {
            world.post(post, 3, hoursBefore(1));
            candidates.add(candidate(1, "post", post, (int) post - 9));
        }
        candidates.add(candidate(1, "event", 50, 9));
        candidates.add(candidate(1, "event", 51, 10));
        candidates.add(candidate(2, "post", 10, 2));
        candidates.add(candidate(2, "post", 11, 1));
        world.write();
        layout = new Layout(world.input(), directory + "/output", "../sample-data/models");
        Published.write(layout, Table.CANDIDATES, TinyWorld.DATE, candidates);
    }

    private static Map<String, Object> candidate(long user, String type, long item, int rank) {
        Map<String, Object> candidate = new HashMap<>();
        candidate.put("user_id", user);
        candidate.put("item_type", type);
        candidate.put("item_id", item);
        candidate.put("author_id", 3L);
        candidate.put("notification_type", "popular");
        candidate.put("item_created_at", Timestamp.from(hoursBefore(1)));
        candidate.put("is_in_network", false);
        candidate.put("sources", List.of(RowFactory.create("popular", rank, 1.0 / rank, List.of())));
        return candidate;
    }

    private Map<String, Row> judged(String... settings) {
        ConfigFile config = ConfigFile.shipped().set("light_rank.keep=3");
        for (String setting : settings) {
            config = config.set(setting);
        }
        Map<String, Row> judged = new TreeMap<>();
        LightRank stage = new LightRank();
        try (StageContext context = TinyWorld.context(layout, config, stage)) {
            for (Row row : stage.judge(context).collectAsList()) {
                judged.put(row.getAs("user_id") + " " + row.getAs("item_type") + " " + row.getAs("item_id"), row);
            }
        }
        assertEquals(12, judged.size(), "nobody is lost");
        return judged;
    }

    private static List<String> kept(Map<String, Row> judged) {
        return judged.entrySet().stream()
                .filter(row -> row.getValue()
                        .getList(row.getValue().fieldIndex("reasons"))
                        .isEmpty())
                .map(Map.Entry::getKey)
                .toList();
    }

    @Test
    void onlyPostsArePrunedAndOnlyWhereThereAreTooMany() {
        Map<String, Row> judged = judged();
        List<String> kept = kept(judged);

        assertEquals(7, kept.size(), () -> kept.toString());
        assertEquals(3, kept.stream().filter(key -> key.startsWith("1 post")).count());
        assertEquals(2, kept.stream().filter(key -> key.startsWith("1 event")).count());
        assertEquals(List.of("2 post 10", "2 post 11"), kept.subList(5, 7));
        judged.forEach((key, row) -> {
            if (key.startsWith("1 post")) {
                assertNotNull(row.getAs("light_score"), key);
            } else {
                assertNull(row.getAs("light_score"), key);
            }
        });
        assertEquals(9, judged.get("1 event 50").<Integer>getAs("light_rank"));
        assertEquals(10, judged.get("1 event 51").<Integer>getAs("light_rank"));
        assertEquals(1, judged.get("2 post 11").<Integer>getAs("light_rank"), "the source's own order");
    }

    @Test
    void theRandomPolicyDrawsByTheSeedAndNeedsNoModel() {
        layout = new Layout(layout.input(), layout.output(), directory + "/no-models");
        Map<String, Row> judged = judged("light_rank.policy=random");
        List<String> kept = kept(judged);

        assertEquals(7, kept.size(), () -> kept.toString());
        assertEquals(2, kept.stream().filter(key -> key.startsWith("1 event")).count());
        judged.values().forEach(row -> assertNull(row.getAs("light_score")));
        assertEquals(1, judged.get("2 post 11").<Integer>getAs("light_rank"), "who loses nothing keeps its order");
        assertEquals(kept, kept(judged("light_rank.policy=random")));
        assertNotEquals(List.of("1 post 10", "1 post 11", "1 post 12"), kept.subList(2, 5));
        assertNotEquals(kept, kept(judged("light_rank.policy=random", "seed=8")));
    }
}
