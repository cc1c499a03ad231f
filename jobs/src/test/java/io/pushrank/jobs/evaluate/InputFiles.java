package io.pushrank.jobs.evaluate;

import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Table;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Hand-written tables of a test, as Parquet files. */
final class InputFiles {
    private final Path root;

    InputFiles(Path root) {
        this.root = root;
    }

    InputFiles write(Table table, String day, Row... rows) {
        SharedSpark.session()
                .createDataFrame(List.of(rows), table.schema())
                .coalesce(1)
                .write()
                .parquet(root + "/" + table.tableName() + "/" + Layout.day(LocalDate.parse(day)));
        return this;
    }

    static Row follow(long user, long followee) {
        return RowFactory.create(user, followee, at("2026-02-01 00:00"), false);
    }

    static Row post(long post, long author, String createdAt) {
        return RowFactory.create(post, author, at(createdAt), "en", "none", false, null, false, null, 40);
    }

    static Row engagement(long user, long author, long post, String kind, String at) {
        return RowFactory.create(user, author, post, kind, at(at));
    }

    static Row send(long user, long item, long author) {
        return RowFactory.create(
                user + "-" + item,
                user,
                "post",
                item,
                author,
                "in_network",
                new Long[0],
                1,
                at("2026-03-02 12:00"),
                "2026-03-02T12:00:00",
                1,
                0.1f,
                0.1f,
                0.05f,
                "rank",
                1.0);
    }

    static Timestamp at(String minute) {
        return Timestamp.valueOf(minute + ":00");
    }
}
