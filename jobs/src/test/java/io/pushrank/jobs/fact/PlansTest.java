package io.pushrank.jobs.fact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.sql.catalyst.parser.CatalystSqlParser$;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlansTest {
    private static LogicalPlan plan(String sql) {
        return CatalystSqlParser$.MODULE$.parsePlan(sql);
    }

    private static Set<String> words(String text) {
        return text == null ? Set.of() : new TreeSet<>(Arrays.asList(text.split(" ", -1)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            # One join of which nothing is named, then one that is.
            SELECT a.x, b.y FROM a LEFT JOIN b ON b.id = a.id                                             | x | a
            SELECT a.x, b.y FROM a LEFT JOIN b ON b.id = a.id                                             | y | a b
            # A join stays for those that are joined by its columns.
            SELECT a.x, b.y, c.z FROM a LEFT JOIN b ON b.id = a.id LEFT JOIN c ON c.id = b.other          | z | a b c
            SELECT a.x, b.y, c.z FROM a LEFT JOIN b ON b.id = a.id LEFT JOIN c ON c.id = b.other          | y | a b
            SELECT a.x, b.y, c.z FROM a LEFT JOIN b ON b.id = a.id LEFT JOIN c ON c.id = b.other          | x | a
            # Other joins take rows away.
            SELECT a.x, b.y FROM a JOIN b ON b.id = a.id                                                  | x | a b
            SELECT a.x FROM a LEFT ANTI JOIN b ON b.id = a.id                                             | x | a b
            SELECT a.x, c.z FROM a LEFT JOIN b ON b.id = a.id JOIN c ON c.id = b.other                    | x | a b c
            SELECT a.x, c.z FROM a LEFT JOIN b ON b.id = a.id JOIN c ON c.id = a.other                    | x | a c
            # A name that is its alias.
            SELECT one.x, two.x AS y FROM a AS one LEFT JOIN a AS two ON two.id = one.id                  | x | a
            SELECT a.x, s.n FROM a LEFT JOIN (SELECT id, count(*) AS n FROM b GROUP BY id) AS s ON s.id = a.id | x | a
            SELECT a.x, s.n FROM a LEFT JOIN (SELECT id, count(*) AS n FROM b GROUP BY id) AS s ON s.id = a.id | n | a b
            # What WHERE and GROUP BY name stays.
            SELECT a.x, b.y, c.z FROM a LEFT JOIN b ON b.id = a.id LEFT JOIN c ON c.id = a.id WHERE b.w > 1 | x | a b
            SELECT a.x, max(b.y) AS y, max(c.z) AS z FROM a LEFT JOIN b ON b.id = a.id LEFT JOIN c ON c.id = a.id GROUP BY a.x, b.v | x | a b
            # A column without a qualifier may be of any relation.
            SELECT x, b.y FROM a LEFT JOIN b ON b.id = a.id                                               | x | a b
            SELECT a.x, b.y FROM a LEFT JOIN b ON b.id = a.id WHERE w > 1                                 | x | a b
            SELECT a.x, y FROM a LEFT JOIN b ON b.id = a.id                                               | x | a
            # Within a lambda too.
            SELECT a.x, transform(a.list, each -> each + b.y) AS y FROM a LEFT JOIN b ON b.id = a.id      | y | a b
            SELECT a.x, transform(a.list, each -> each.y) AS y, b.z FROM a LEFT JOIN b ON b.id = a.id     | y | a
            """)
    void aSelectIsLeftWithoutTheJoinsThatNothingNames(String sql, String columns, String relations) {
        LogicalPlan pruned = Plans.pruned(plan(sql), words(columns));

        assertEquals(words(relations), Plans.relations(pruned));
        assertEquals(words(columns), Plans.outputs(pruned).keySet());
    }

    @Test
    void anItemThatAnotherOneNamesStaysWithIt() {
        LogicalPlan pruned = Plans.pruned(
                plan(
                        "SELECT a.x AS x, b.y + 1 AS y, y * 2 AS twice, twice + 1 AS more FROM a LEFT JOIN b ON b.id = a.id"),
                Set.of("more"));

        assertEquals(Set.of("y", "twice", "more"), Plans.outputs(pruned).keySet());
        assertEquals(Set.of("a", "b"), Plans.relations(pruned));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT *, a.x AS y FROM a LEFT JOIN b ON b.id = a.id",
                "SELECT a.*, b.y AS y FROM a LEFT JOIN b ON b.id = a.id",
                "SELECT a.x, b.y FROM a LEFT JOIN b ON b.id = a.id UNION ALL SELECT x, y FROM c",
                "SELECT DISTINCT a.x, b.y FROM a LEFT JOIN b ON b.id = a.id",
                "SELECT a.x, count(b.y) AS y FROM a LEFT JOIN b ON b.id = a.id GROUP BY 1",
                "SELECT a.x, explode(b.y) AS y FROM a LEFT JOIN b ON b.id = a.id",
                "SELECT a.x, b.y FROM a LEFT JOIN b ON b.id = a.id ORDER BY b.y LIMIT 3"
            })
    void whatCannotBeShortenedIsLeftAsItIs(String sql) {
        LogicalPlan plan = plan(sql);

        assertSame(plan, Plans.pruned(plan, Set.of("x")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            SELECT a.x, y + b.z.w AS s FROM t WHERE c.v > 1                         | a.x, y, b.z.w, c.v
            SELECT exists(a.list, each -> each.id = b.id AND each > 1) AS s FROM t  | a.list, b.id
            SELECT aggregate(a.list, 0, (sum, each) -> sum + size(filter(b.list, inner -> inner > each AND inner > c.x))) AS s FROM t | a.list, b.list, c.x
            SELECT x FROM t WHERE x IN (SELECT u.y FROM u WHERE u.z = t.z)          | x, u.y, u.z, t.z
            """)
    void namesAreThoseOfColumnsAndNotOfArgumentsOfLambdas(String sql, String names) {
        assertEquals(
                Stream.of(names.split(", ", -1)).sorted().toList(),
                Plans.names(plan(sql)).stream()
                        .map(name -> String.join(".", name))
                        .distinct()
                        .sorted()
                        .toList());
    }

    @Test
    void theBaseIsWhatFromBeginsWith() {
        String joined = " LEFT JOIN b ON b.id = a.id LEFT JOIN c ON c.id = a.id WHERE a.x > 1";

        assertEquals(
                List.of("a", "a", "b", ""),
                Stream.of(
                                "SELECT a.x FROM a" + joined,
                                "SELECT one.x FROM a AS one LEFT JOIN b ON b.id = one.id GROUP BY one.x",
                                "SELECT s.x FROM (SELECT x FROM b) AS s",
                                "SELECT 1 AS x")
                        .map(sql -> Plans.baseRelation(plan(sql)))
                        .toList());
    }
}
