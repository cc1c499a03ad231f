package io.pushrank.jobs.stage;

import static org.apache.spark.sql.functions.col;

import io.pushrank.jobs.table.Tables;
import io.pushrank.udf.feature.FeatureColumns;
import io.pushrank.udf.feature.FeatureException;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.model.ModelException;
import io.pushrank.udf.model.ModelPackage;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** Joins candidates with what features ask about, and computes the features: for examples and for scoring alike. */
public final class Hydration {
    private static final Column ROW = col("row.*");

    private Hydration() {}

    /**
     * The rows with a struct {@code features} as the light ranker takes it.
     *
     * @throws ModelException when a feature of the model cannot be calculated
     */
    static Dataset<Row> light(Tables tables, Dataset<Row> rows, ModelPackage model) {
        return ofModel(model, features -> light(tables, rows, features));
    }

    /** As the other, of any list. */
    static Dataset<Row> light(Tables tables, Dataset<Row> rows, FeatureList features) {
        return FeatureColumns.light(lightRows(tables, rows), ROW, features, tables.featureErrors());
    }

    /**
     * The rows with a struct {@code features} as the heavy ranker takes it.
     *
     * @throws ModelException when a feature of the model cannot be calculated
     */
    static Dataset<Row> heavy(Tables tables, Dataset<Row> rows, ModelPackage model) {
        return ofModel(
                model,
                features -> FeatureColumns.heavy(heavyRows(tables, rows), ROW, features, tables.featureErrors()));
    }

    private static Dataset<Row> ofModel(ModelPackage model, Function<FeatureList, Dataset<Row>> columns) {
        try {
            return columns.apply(FeatureList.of(model));
        } catch (FeatureException e) {
            throw FeatureList.refused(model, e);
        }
    }

    /**
     * The rows with the features of both: {@code features} and {@code light_features}.
     *
     * @throws FeatureException when a feature cannot be calculated
     */
    public static Dataset<Row> both(Tables tables, Dataset<Row> rows, FeatureList features) {
        return FeatureColumns.both(heavyRows(tables, rows), ROW, features, tables.featureErrors());
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
