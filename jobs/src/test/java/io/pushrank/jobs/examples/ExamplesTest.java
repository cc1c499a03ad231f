package io.pushrank.jobs.examples;

import static org.apache.spark.sql.functions.col;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pushrank.jobs.SharedSpark;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class ExamplesTest {
    private static final Instant NOON = Instant.parse("2026-03-15T12:00:00Z");

    @Test
    void aUserIsNewOrElseActiveUntilTwoWeeksWithoutAVisit() {
        assertEquals(
                List.of("new", "new", "active", "dormant", "dormant", "dormant"),
                SharedSpark.session()
                        .createDataFrame(
                                List.of(
                                        account(true, "2026-03-15T11:00:00Z"),
                                        account(true, null),
                                        account(false, "2026-03-01T12:00:01Z"),
                                        account(false, "2026-03-01T12:00:00Z"),
                                        account(false, "2025-01-01T00:00:00Z"),
                                        account(false, null)),
                                StructType.fromDDL("is_new BOOLEAN, user_visited_at TIMESTAMP"))
                        .select(Examples.userState(col("is_new"), NOON))
                        .collectAsList()
                        .stream()
                        .map(row -> row.getString(0))
                        .toList());
    }

    private static Row account(boolean isNew, String visitedAt) {
        return RowFactory.create(isNew, visitedAt == null ? null : Timestamp.from(Instant.parse(visitedAt)));
    }

    @Test
    void aDislikeTakesBothPositivesAway() {
        assertEquals(
                List.of("true true", "true false", "false false", "false false", "false false"),
                SharedSpark.session()
                        .createDataFrame(
                                List.of(
                                        labels(1, 1, 0),
                                        labels(1, 0, 0),
                                        labels(1, 1, 1),
                                        labels(0, 1, 0),
                                        labels(0, 0, 0)),
                                StructType.fromDDL("label_oonc FLOAT, label_engagement FLOAT, label_dislike FLOAT"))
                        .select(ExampleTable.opened(), ExampleTable.engaged())
                        .collectAsList()
                        .stream()
                        .map(row -> row.getBoolean(0) + " " + row.getBoolean(1))
                        .toList());
    }

    private static Row labels(float oonc, float engagement, float dislike) {
        return RowFactory.create(oonc, engagement, dislike);
    }
}
