package io.pushrank.jobs.bench;

import io.pushrank.jobs.config.ExampleLabels;
import io.pushrank.jobs.config.Resources;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.report.Metrics;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import java.time.LocalDate;
import java.util.List;

/** The pool's heavy rankers on real activity: the README's recipe for the Higgs data, each model in turn. */
record HiggsBench() implements Bench {
    private static final LocalDate FIRST_DAY = LocalDate.of(2012, 7, 2);
    /** The label windows of its instants close by the test's. */
    private static final LocalDate LAST_TRAINING_DAY = LocalDate.of(2012, 7, 3);

    private static final LocalDate TEST_DAY = LocalDate.of(2012, 7, 4);

    @Override
    public String name() {
        return "higgs";
    }

    @Override
    public String summary() {
        return "The pool's heavy rankers on the SNAP higgs-twitter files (--data DIR).";
    }

    @Override
    public Metrics measure(BenchContext context) {
        if (context.data() == null) {
            throw PushrankException.usage("bench higgs needs --data, the folder of the SNAP higgs-twitter files");
        }
        Storage storage = new Storage(context.spark().sparkContext().hadoopConfiguration());
        String world = context.directory() + "/world";
        Layout layout = new Layout(world, context.directory() + "/output", context.directory() + "/models");
        String settings = context.directory() + "/higgs.yaml";
        storage.write(settings, Resources.text("conf/higgs.yaml"));
        List<String> options = List.of(
                "--input", world, "--output", layout.output(), "--models", layout.models(), "--config", settings);
        if (!storage.exists(world)) {
            context.verb(List.of("--output", world), "import", "higgs", context.data());
        }
        if (!storage.exists(layout.models() + "/collaborative/1")) {
            context.verb(options, "train", "collaborative", "--date", FIRST_DAY.toString());
        }
        examples(context, storage, layout, options, FIRST_DAY, LAST_TRAINING_DAY, "3");
        examples(context, storage, layout, options, TEST_DAY, TEST_DAY, "24");
        return new ModelComparison(context, layout, options, ExampleLabels.ENGAGEMENTS, LAST_TRAINING_DAY, TEST_DAY)
                .measure();
    }

    private static void examples(
            BenchContext context,
            Storage storage,
            Layout layout,
            List<String> options,
            LocalDate from,
            LocalDate to,
            String everyHours) {
        if (!storage.exists(layout.output() + "/examples/ds=" + to + "/labels=" + ExampleLabels.ENGAGEMENTS)) {
            context.verb(
                    options,
                    "examples",
                    "--labels",
                    ExampleLabels.ENGAGEMENTS.toString(),
                    "--from",
                    from.toString(),
                    "--date",
                    to.toString(),
                    "--every-hours",
                    everyHours);
        }
    }
}
