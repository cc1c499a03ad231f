package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.to_date;

import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.publish.Publisher;
import io.pushrank.jobs.publish.RunId;
import io.pushrank.jobs.table.Channel;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Publishes what a model predicted of examples as a table for anybody's own questions: HEAVY_PREDICTIONS or LIGHT_PREDICTIONS,
 * in {@code ds=…/model_version=…/labels=…}. Another evaluation of the same version and examples replaces it.
 */
public final class PublishedPredictions implements ScoredRows {
    private final Storage storage;
    private final Layout layout;
    private final RankingConfig config;
    private final Consumer<String> progress;

    /** @param progress gets a line of where they are */
    public PublishedPredictions(Storage storage, Layout layout, RankingConfig config, Consumer<String> progress) {
        this.storage = storage;
        this.layout = layout;
        this.config = config;
        this.progress = progress;
    }

    /**
     * Publishes day by day.
     *
     * @throws io.pushrank.jobs.exit.PushrankException with exit code 2 when the output cannot be written
     */
    @Override
    public void take(ExampleRange range, ModelPackage model, Dataset<Row> rows) {
        Table table = model.kind() == ModelKind.HEAVY ? Table.HEAVY_PREDICTIONS : Table.LIGHT_PREDICTIONS;
        String part = "model_version=" + model.version() + "/labels=" + range.labels();
        String stage = table.tableName() + "/" + part;
        Column day = to_date(col("as_of"));
        long written = 0;
        try (Publisher publisher = new Publisher(storage, layout, RunId.create(), config)) {
            for (Row row : rows.select(day).distinct().orderBy(day).collectAsList()) {
                LocalDate date = row.getDate(0).toLocalDate();
                Publisher.Token token = publisher.begin(Channel.PREDICTIONS, date, List.of(stage));
                written += publisher
                        .stage(
                                table,
                                rows.filter(day.equalTo(lit(row.getDate(0)))),
                                layout.partition(table, date) + "/" + part)
                        .rows();
                publisher.publish(stage, token, "", Map.of());
            }
        }
        progress.accept(written + " predictions: " + layout.outputTable(table) + "/ds=*/" + part);
    }
}
