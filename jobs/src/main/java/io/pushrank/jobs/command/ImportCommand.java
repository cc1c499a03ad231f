package io.pushrank.jobs.command;

import io.pushrank.jobs.dataset.HiggsImport;
import io.pushrank.jobs.dataset.MovieLensImport;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.run.Sessions;
import io.pushrank.jobs.train.ForeignModel;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code import higgs|movielens|saved-model}. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = "Brings in what was made elsewhere: public data sets as input tables, SavedModels as versions.")
final class ImportCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "what: higgs, movielens or saved-model?");
    }

    @Command(
            name = "higgs",
            mixinStandardHelpOptions = true,
            description =
                    "SNAP higgs-twitter: what Twitter users did around the announcement of the Higgs boson, 2012.")
    int higgs(@Mixin DataSet files) {
        return imported(() ->
                System.out.println(HiggsImport.run(Sessions.open("import higgs"), files.directory, files.output)));
    }

    @Command(
            name = "movielens",
            mixinStandardHelpOptions = true,
            description =
                    "MovieLens-100k: ml-100k.inter and ml-100k.item, tab-separated. Ratings of 4 and 5 are likes.")
    int movieLens(@Mixin DataSet files) {
        return imported(() -> MovieLensImport.run(Sessions.open("import movielens"), files.directory, files.output)
                .forEach((table, rows) -> System.out.println(table + ": " + rows)));
    }

    private static int imported(Runnable work) {
        try {
            work.run();
            return 0;
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw PushrankException.input(e.getMessage(), e);
        }
    }

    @Command(
            name = "saved-model",
            mixinStandardHelpOptions = true,
            description = "A SavedModel without a manifest of digests, as a version of a ranker; it is not put in use.")
    int savedModel(
            @Parameters(
                            paramLabel = "DIR",
                            converter = LocationConverter.class,
                            description = "Local folder with saved_model.pb, variables, features.yaml and params.yaml.")
                    String directory,
            @Option(names = "--ranker", paramLabel = "RANKER", required = true, description = "heavy or light.")
                    String ranker,
            @Option(
                            names = "--models",
                            paramLabel = "DIR",
                            converter = LocationConverter.class,
                            required = true,
                            description = "Models.")
                    String models,
            @Option(
                            names = "--model-version",
                            paramLabel = "NAME",
                            converter = VersionConverter.class,
                            required = true,
                            description = "Name of the new version.")
                    String version,
            @Option(
                            names = "--trust-saved-model",
                            description = "A SavedModel is a program: says that this one may be opened.")
                    boolean isTrusted) {
        try {
            ModelPackage model = ForeignModel.add(
                    Path.of(directory),
                    ModelKind.of(ranker),
                    isTrusted,
                    models,
                    version,
                    Sessions.open("import saved-model").sparkContext().hadoopConfiguration());
            System.out.printf("%s: digest %s%n", model.directory(), model.digest());
            return 0;
        } catch (IllegalArgumentException e) {
            throw PushrankException.usage(e.getMessage());
        }
    }

    /** Where a data set is, and where its input tables go. */
    static final class DataSet {
        @Parameters(paramLabel = "DIR", converter = LocationConverter.class, description = "Folder with the two files.")
        private String directory;

        @Option(
                names = "--output",
                paramLabel = "DIR",
                converter = LocationConverter.class,
                required = true,
                description = "Folder of the input tables.")
        private String output;
    }
}
