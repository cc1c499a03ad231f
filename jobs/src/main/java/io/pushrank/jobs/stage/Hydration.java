package io.pushrank.jobs.stage;

import static org.apache.spark.sql.functions.col;

import io.pushrank.jobs.table.Tables;
import io.pushrank.udf.feature.FeatureColumns;
import io.pushrank.udf.feature.FeatureList;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** Joins candidates with what features ask about, and computes the features: for examples and for scoring alike. */
public final class Hydration {
    private Hydration() {}

    /** The rows with a struct {@code features} as the light ranker takes it. */
    public static Dataset<Row> light(Tables tables, Dataset<Row> rows, FeatureList features) {
        return lightRows(tables, rows)
                .select(col("row.*"), FeatureColumns.light(features).as("features"));
    }

    /** The rows with a struct {@code features} as the heavy ranker takes it. */
    public static Dataset<Row> heavy(Tables tables, Dataset<Row> rows, FeatureList features) {
        return heavyRows(tables, rows)
                .select(col("row.*"), FeatureColumns.heavy(features).as("features"));
    }

    /** The rows with the features of both: {@code features} and {@code light_features}. */
    public static Dataset<Row> both(Tables tables, Dataset<Row> rows, FeatureList features) {
        return heavyRows(tables, rows)
                .select(
                        col("row.*"),
                        FeatureColumns.heavy(features).as("features"),
                        FeatureColumns.light(features.light()).as("light_features"));
    }

    private static Dataset<Row> lightRows(Tables tables, Dataset<Row> rows) {
        return tables.with("hydrated", rows)
                .with("time_zones", timeZones(tables))
                .query("features", "light", Map.of());
    }

    private static Dataset<Row> heavyRows(Tables tables, Dataset<Row> rows) {
        return tables.with("light_rows", lightRows(tables, rows)).query("features", "heavy", Map.of());
    }

    /**
     * Hour (0 to 23) and day of the week (1, Monday, to 7) in every known time zone at the as-of instant. A join with it
     * leaves a name that is none without either, where a function of SQL would end the run.
     */
    private static Dataset<Row> timeZones(Tables tables) {
        List<Row> rows = ZoneId.getAvailableZoneIds().stream()
                .sorted()
                .map(name -> {
                    ZonedDateTime local = tables.asOf().atZone(ZoneId.of(name));
                    return RowFactory.create(
                            name, local.getHour(), local.getDayOfWeek().getValue());
                })
                .toList();
        return tables.spark()
                .createDataFrame(rows, StructType.fromDDL("time_zone STRING, local_hour INT, local_weekday INT"));
    }
}
