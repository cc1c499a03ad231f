package io.pushrank.jobs.command;

import io.pushrank.jobs.explain.Explanation;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code explain}. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = "Shows why a user got what it got, or nothing: eligibility, candidates, scores, rules, send.")
final class ExplainCommand implements Runnable {
    @Mixin
    private RunOptions options;

    @Option(names = "--user", paramLabel = "ID", required = true, description = "The user.")
    private long user;

    @Override
    public void run() {
        SparkSession spark = options.session("explain");
        new Explanation(spark, options.layout(), options.date(spark), user).print(System.out);
    }
}
