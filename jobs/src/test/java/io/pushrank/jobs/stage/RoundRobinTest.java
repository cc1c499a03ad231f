package io.pushrank.jobs.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.SharedSpark;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** Who comes first where not all candidates of a user can be kept, beside a loop that deals rounds. */
class RoundRobinTest {
    private static final StructType JUDGED = StructType.fromDDL("user_id BIGINT, item_type STRING, item_id BIGINT,"
            + " sources ARRAY<STRUCT<source: STRING, rank: INT>>, reasons ARRAY<STRING>");
    private static final String TRENDS = "trends";

    /** Not in the order of the alphabet, and one that the settings no longer have. */
    private static final List<String> SOURCES = List.of("new", "friends", "best", TRENDS, "former");

    /** What the sources propose to a user, each its items by rank, and what the rules remove of it. */
    private record User(long id, Map<String, List<Long>> proposed, Set<Long> broken) {
        static User random(Random random, long id) {
            Map<String, List<Long>> proposed = new LinkedHashMap<>();
            for (String source : SOURCES) {
                List<Long> items = new ArrayList<>();
                for (long item = 1; item <= 20; item++) {
                    if (random.nextInt(3) == 0) {
                        items.add(item);
                    }
                }
                Collections.shuffle(items, random);
                proposed.put(source, items);
            }
            Set<Long> broken = new HashSet<>();
            for (long item = 1; item <= 20; item++) {
                if (random.nextInt(5) == 0) {
                    broken.add(item);
                }
            }
            return new User(id, proposed, broken);
        }

        private static String type(String source) {
            return source.equals(TRENDS) ? "trend" : "post";
        }

        /** As the merge and the rules leave them. */
        List<Row> judged() {
            Map<String, List<Row>> sources = new TreeMap<>();
            proposed.forEach((source, items) -> {
                for (int place = 0; place < items.size(); place++) {
                    sources.computeIfAbsent(type(source) + " " + items.get(place), key -> new ArrayList<>())
                            .add(RowFactory.create(source, place + 1));
                }
            });
            List<Row> rows = new ArrayList<>();
            sources.forEach((key, of) -> {
                String[] item = key.split(" ", -1);
                long number = Long.parseLong(item[1]);
                rows.add(RowFactory.create(
                        id,
                        item[0],
                        number,
                        of.toArray(),
                        broken.contains(number) ? new String[] {"seen"} : new String[] {}));
            });
            return rows;
        }

        /** The posts in the order in which they are dealt. */
        List<Long> dealt(Map<String, Integer> quotas) {
            List<Long> dealt = new ArrayList<>();
            for (int round = 0; round < 20; round++) {
                for (String source : SOURCES) {
                    List<Long> items = source.equals(TRENDS) ? List.of() : proposed.get(source);
                    int quota = quotas.getOrDefault(source, 1);
                    for (int turn = 0; turn < quota; turn++) {
                        int place = round * quota + turn;
                        if (place < items.size()
                                && !broken.contains(items.get(place))
                                && !dealt.contains(items.get(place))) {
                            dealt.add(items.get(place));
                        }
                    }
                }
            }
            return dealt;
        }
    }

    private static Map<String, Integer> quotas(int... quotas) {
        Map<String, Integer> named = new LinkedHashMap<>();
        for (int source = 0; source < quotas.length; source++) {
            named.put(SOURCES.get(source), quotas[source]);
        }
        return named;
    }

    private static Dataset<Row> judged(List<Row> rows, Map<String, Integer> quotas, int keep) {
        return new RoundRobin(quotas)
                .judge(SharedSpark.session().createDataFrame(rows, JUDGED), keep, List.of("post", "video"));
    }

    /** Rank and reasons by user, type and item. */
    private static Map<String, String> told(Dataset<Row> judged) {
        Map<String, String> told = new TreeMap<>();
        for (Row row : judged.collectAsList()) {
            told.put(
                    row.getLong(0) + " " + row.getString(1) + " " + row.getLong(2),
                    row.getAs("rank") + " " + row.getList(row.fieldIndex("reasons")));
        }
        return told;
    }

    @Test
    void theFirstAreKeptOfWhatALoopDealsAndNothingIsLost() {
        Random random = new Random(11);
        for (Map<String, Integer> quotas : List.of(quotas(1, 1, 1, 1), quotas(3, 1, 2, 5))) {
            for (int keep : new int[] {1, 7, 100}) {
                List<Row> rows = new ArrayList<>();
                Map<String, String> expected = new TreeMap<>();
                for (long id = 1; id <= 15; id++) {
                    User user = User.random(random, id);
                    rows.addAll(user.judged());
                    for (Row row : user.judged()) {
                        expected.put(
                                id + " " + row.getString(1) + " " + row.getLong(2),
                                "null " + List.of((String[]) row.get(4)));
                    }
                    List<Long> dealt = user.dealt(quotas);
                    for (int number = 1; number <= dealt.size(); number++) {
                        expected.put(
                                id + " post " + dealt.get(number - 1),
                                number + (number <= keep ? " []" : " [below_round_robin]"));
                    }
                }
                assertEquals(keep < 100, expected.toString().contains("below_round_robin"), "of " + keep);
                Collections.shuffle(rows, random);

                assertEquals(expected, told(judged(rows, quotas, keep)), quotas + ", keep " + keep);
            }
        }
    }

    @Test
    void anItemOfTwoSourcesCountsOnceWhereItComesFirst() {
        List<Row> rows = List.of(
                row(10, "new", 3, "friends", 1),
                row(11, "new", 1),
                row(12, "new", 2),
                row(13, "friends", 2, "best", 1));

        assertEquals(
                Map.of(
                        "1 post 11", "1 []",
                        "1 post 10", "2 []",
                        "1 post 13", "3 []",
                        "1 post 12", "4 [below_round_robin]"),
                told(judged(rows, quotas(1, 1, 1), 3)));
        assertEquals(
                Map.of(
                        "1 post 11", "1 []",
                        "1 post 12", "2 []",
                        "1 post 10", "3 []",
                        "1 post 13", "4 [below_round_robin]"),
                told(judged(rows, quotas(2, 1, 1), 3)));
    }

    private static Row row(long item, Object... sources) {
        List<Row> of = new ArrayList<>();
        for (int source = 0; source < sources.length; source += 2) {
            of.add(RowFactory.create(sources[source], sources[source + 1]));
        }
        return RowFactory.create(1L, "post", item, of.toArray(), new String[] {});
    }

    @Test
    void rowsOfAUserThatLieTogetherAreNotMoved() {
        List<Row> rows = List.of(row(10, "new", 1));
        Dataset<Row> together =
                SharedSpark.session().createDataFrame(rows, JUDGED).repartition(3, functions.col("user_id"));
        Dataset<Row> judged = new RoundRobin(quotas(1)).judge(together, 1, List.of("post"));
        String plan = judged.queryExecution().executedPlan().toString();

        assertTrue(plan.contains("Window"), plan);
        assertEquals(1, plan.split("Exchange ", -1).length - 1, plan);
    }
}
