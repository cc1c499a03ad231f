package io.pushrank.jobs.command;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.publish.PublishedViews;
import io.pushrank.jobs.table.Table;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code views}. */
@Command(
        name = "views",
        mixinStandardHelpOptions = true,
        description = "Prints SQL that makes views of what is published, and of nothing else.")
final class ViewsCommand implements Runnable {
    @Mixin
    private RunOptions options;

    @Option(
            names = "--table",
            paramLabel = "TABLE",
            defaultValue = "sends",
            description = "An output table, such as sends or candidates. Default: ${DEFAULT-VALUE}.")
    private String table;

    @Option(
            names = "--dialect",
            paramLabel = "DIALECT",
            defaultValue = "spark",
            description = "spark or duckdb. Default: ${DEFAULT-VALUE}.")
    private String dialect;

    @Override
    public void run() {
        SparkSession spark = options.session("views");
        try {
            PublishedViews views = new PublishedViews(options.storage(spark), options.layout());
            System.out.println(views.sql(Table.named(table), PublishedViews.Dialect.named(dialect)));
        } catch (IllegalArgumentException e) {
            throw PushrankException.usage(e.getMessage());
        }
    }
}
