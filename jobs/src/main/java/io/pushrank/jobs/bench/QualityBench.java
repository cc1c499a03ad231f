package io.pushrank.jobs.bench;

import io.pushrank.jobs.config.ExampleLabels;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.world.World;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/**
 * How much of the best possible ranking is reached in a world whose truth is known: the recipe of the README from nothing
 * to evaluated models. What an earlier run left in the folder is not made again.
 */
record QualityBench() implements Bench {
    private static final LocalDate LAST_DAY = LocalDate.of(2026, 3, 14);
    /** Instants whose sends are learned from: late enough for a history to look back on. */
    private static final LocalDate FIRST_TRAINING_DAY = LAST_DAY.minusDays(19);

    private static final LocalDate LAST_TRAINING_DAY = LAST_DAY.minusDays(5);
    /** Five days hold more than 10,000 opens. */
    private static final LocalDate FIRST_TEST_DAY = LAST_DAY.minusDays(4);
    /** Of an ALS model that knows nothing of what follows. */
    private static final LocalDate COLLABORATIVE_DAY = FIRST_TRAINING_DAY.minusDays(1);
    /** Candidates of the light ranker's examples: enough for lists of more than 300. */
    private static final List<String> LONG_LISTS = List.of(
            "--set", "candidates.sources.in_network.limit=400",
            "--set", "candidates.sources.followed_topics.limit=300",
            "--set", "candidates.sources.collaborative.limit=300",
            "--set", "candidates.sources.popular.limit=100",
            "--set", "examples.users_share=0.02");

    private static final int FEWEST_CANDIDATES = 301;

    @Override
    public String name() {
        return "quality";
    }

    @Override
    public String summary() {
        return "Both rankers on a generated world, beside the truth: trains the whole pool (an hour and more).";
    }

    @Override
    public Metrics measure(BenchContext context) {
        Storage storage = new Storage(context.spark().sparkContext().hadoopConfiguration());
        String world = context.directory() + "/world";
        Layout layout = new Layout(world, context.directory() + "/output", context.directory() + "/models");
        List<String> options = options(layout);
        if (!World.isWorld(storage, world)) {
            context.verb(
                    List.of("--output", world),
                    "generate",
                    "--users",
                    "20000",
                    "--days",
                    "30",
                    "--seed",
                    "7",
                    "--last-day",
                    LAST_DAY.toString());
        }
        if (!storage.exists(layout.models() + "/collaborative/1")) {
            context.verb(options, "train", "collaborative", "--date", COLLABORATIVE_DAY.toString());
        }
        examples(context, storage, layout, options, ExampleLabels.NOTIFICATIONS, FIRST_TRAINING_DAY, LAST_DAY);
        Metrics heavy = new ModelComparison(
                        context, layout, options, ExampleLabels.NOTIFICATIONS, LAST_TRAINING_DAY, FIRST_TEST_DAY)
                .measure();
        return new Metrics().put("heavy", heavy).put("light", light(context, storage, layout));
    }

    private static Metrics light(BenchContext context, Storage storage, Layout layout) {
        Layout lists = new Layout(layout.input(), layout.output() + "-light", layout.models());
        List<String> listOptions = options(lists);
        List<String> made = new ArrayList<>(listOptions);
        made.addAll(LONG_LISTS);
        examples(
                context,
                storage,
                lists,
                made,
                ExampleLabels.CANDIDATES,
                LAST_TRAINING_DAY.minusDays(3),
                LAST_TRAINING_DAY);
        examples(context, storage, lists, made, ExampleLabels.CANDIDATES, LAST_DAY, LAST_DAY);
        if (!storage.exists(layout.models() + "/light/bench")) {
            context.verb(
                    listOptions, "train", "light", "--model-version", "bench", "--to", LAST_TRAINING_DAY.toString());
        }
        context.verb(
                listOptions,
                "evaluate",
                "light",
                "--model-version",
                "bench",
                "--from",
                LAST_DAY.toString(),
                "--minimum-candidates",
                Integer.toString(FEWEST_CANDIDATES),
                "--name",
                "bench");
        return Metrics.parse(storage.read(layout.models() + "/light/bench-evaluations/bench/metrics.json"));
    }

    /** Makes the examples of the days that have none yet. */
    private static void examples(
            BenchContext context,
            Storage storage,
            Layout layout,
            List<String> options,
            ExampleLabels labels,
            LocalDate first,
            LocalDate last) {
        LocalDate from = first;
        while (!from.isAfter(last) && storage.exists(layout.output() + "/examples/ds=" + from + "/labels=" + labels)) {
            from = from.plusDays(1);
        }
        if (!from.isAfter(last)) {
            context.verb(
                    options,
                    "examples",
                    "--labels",
                    labels.toString(),
                    "--from",
                    from.toString(),
                    "--date",
                    last.toString());
        }
    }

    private static List<String> options(Layout layout) {
        return List.of("--input", layout.input(), "--output", layout.output(), "--models", layout.models());
    }
}
