package io.pushrank.jobs.command;

import io.pushrank.jobs.config.Bounds;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.config.RankingConfig.InputsConfig;
import io.pushrank.jobs.config.Secrets;
import io.pushrank.jobs.publish.Cleaning;
import io.pushrank.jobs.run.Manifest;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code clean}. */
@Command(
        name = "clean",
        mixinStandardHelpOptions = true,
        description =
                "Deletes what runs that were stopped left behind, and tiles and indexes that no run looks back on; what is"
                        + " published stays.")
final class CleanCommand implements Runnable {
    @Mixin
    private RunOptions options;

    @Option(
            names = "--idle-hours",
            paramLabel = "H",
            defaultValue = "24",
            description =
                    "A run that says it goes on, but wrote nothing for as long, was stopped. Files that a later run"
                            + " replaced are kept as long for their readers. Default: ${DEFAULT-VALUE}.")
    private int idleHours;

    @Option(names = "--dry-run", description = "Says what would be deleted, and deletes nothing.")
    private boolean isDryRun;

    @Override
    public void run() {
        Bounds.ofOptions(() -> Bounds.atLeast("--idle-hours", idleHours, 1));
        SparkSession spark = options.session("clean");
        Instant idleSince = Instant.now().minus(Duration.ofHours(idleHours));
        Storage storage = options.storage(spark);
        Layout layout = options.layout();
        RankingConfig config = options.vocabulary(spark).config();
        InputsConfig inputs = config.inputs();
        Instant madeBefore = Instant.now()
                .truncatedTo(ChronoUnit.SECONDS)
                .minus(Duration.ofDays(1L + Math.max(inputs.lookbackDays(), inputs.maxSnapshotAgeDays())));
        Cleaning cleaning = new Cleaning(storage, layout, Manifest.statuses(storage, layout));
        List<Cleaning.Left> left = new ArrayList<>(cleaning.clean(idleSince, isDryRun));
        left.addAll(cleaning.cleanIndexes(madeBefore, isDryRun));
        left.addAll(cleaning.cleanTiles(config.tiles().retentionDays(), isDryRun));
        left.forEach(each ->
                System.out.printf("%,15d bytes  %s  %s%n", each.bytes(), Secrets.masked(each.folder()), each.why()));
        System.out.printf(
                "%,15d bytes %s%n",
                left.stream().mapToLong(Cleaning.Left::bytes).sum(), isDryRun ? "would be deleted" : "deleted");
    }
}
