package io.pushrank.jobs.command;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.higgs.HiggsImport;
import io.pushrank.jobs.run.Sessions;
import java.io.UncheckedIOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code import higgs}. */
@Command(name = "import", mixinStandardHelpOptions = true, description = "Turns public data sets into input tables.")
final class ImportCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which data set: higgs?");
    }

    @Command(
            name = "higgs",
            mixinStandardHelpOptions = true,
            description =
                    "SNAP higgs-twitter: what Twitter users did around the announcement of the Higgs boson, 2012.")
    int higgs(
            @Parameters(paramLabel = "DIR", description = "Folder with the two files.") String directory,
            @Option(
                            names = "--output",
                            paramLabel = "DIR",
                            required = true,
                            description = "Folder of the input tables.")
                    String output) {
        try {
            System.out.println(HiggsImport.run(Sessions.open("import higgs"), directory, output));
        } catch (UncheckedIOException e) {
            throw PushrankException.input("Higgs data: " + e.getMessage(), e);
        }
        return 0;
    }
}
