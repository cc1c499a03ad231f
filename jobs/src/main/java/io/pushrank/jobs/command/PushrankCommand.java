package io.pushrank.jobs.command;

import io.pushrank.jobs.config.Secrets;
import io.pushrank.jobs.exit.ExitCode;
import io.pushrank.jobs.log.RunLog;
import io.pushrank.jobs.run.Failure;
import io.pushrank.jobs.stage.Stage;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line: every verb, what it prints when it fails, and the exit code. */
@Command(
        name = "pushrank",
        mixinStandardHelpOptions = true,
        versionProvider = ProductVersion.class,
        description = "Decides which push notification, if any, each user gets today.",
        subcommandsRepeatable = false,
        synopsisSubcommandLabel = "VERB",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:anything else",
            "2:usage or config",
            "3:input rejected",
            "4:output check failed",
            "5:model rejected"
        })
public final class PushrankCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private PushrankCommand() {}

    /** Runs one verb; failures are printed, never thrown. A session that was there before is used and left running. */
    public static int execute(String... arguments) {
        boolean isForeign = SparkSession.getDefaultSession().isDefined();
        try {
            return commandLine().execute(arguments);
        } finally {
            if (!isForeign) {
                SparkSession.getDefaultSession().foreach(session -> {
                    session.stop();
                    return null;
                });
            }
        }
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new PushrankCommand())
                .addSubcommand(new DailyCommand())
                .addSubcommand(new ValidateCommand())
                .addSubcommand(new TilesCommand());
        Stage.all().forEach(stage -> {
            CommandLine subcommand = new CommandLine(new StageCommand(stage));
            subcommand.getCommandSpec().usageMessage().description(stage.summary());
            commandLine.addSubcommand(stage.verb(), subcommand);
        });
        commandLine
                .addSubcommand(new BackfillCommand())
                .addSubcommand(new ExplainCommand())
                .addSubcommand(new ReplayCommand())
                .addSubcommand(new StatusCommand())
                .addSubcommand(new ViewsCommand())
                .addSubcommand(new CleanCommand())
                .addSubcommand(new DoctorCommand())
                .addSubcommand(new ExamplesCommand())
                .addSubcommand(new TrainCommand())
                .addSubcommand(new WarmStartCommand())
                .addSubcommand(new GenerateCommand())
                .addSubcommand(new ImportCommand())
                .addSubcommand(new EvaluateCommand())
                .addSubcommand(new PromoteCommand())
                .addSubcommand(new SimulateCommand())
                .addSubcommand(new BenchCommand());
        commandLine.setParameterExceptionHandler((failure, arguments) -> report(failure));
        commandLine.setExecutionExceptionHandler((failure, failed, parsed) -> report(failure, failed));
        return commandLine;
    }

    /** As picocli does it, save that what was typed may hold a credential. */
    private static int report(ParameterException exception) {
        CommandLine failed = exception.getCommandLine();
        failed.getErr().println(Secrets.masked(exception.getMessage()));
        if (!UnmatchedArgumentException.printSuggestions(exception, failed.getErr())) {
            failed.usage(failed.getErr());
        }
        return ExitCode.USAGE.code();
    }

    private static int report(Exception exception, CommandLine failed) {
        Failure failure = Failure.of(exception);
        PrintWriter err = failed.getErr();
        String message = Secrets.masked(failure.message());
        RunLog.failed(failure.exitCode().code(), failure.exitCode().meaning(), message);
        err.printf("%npushrank: %s: %s%n", failure.exitCode().meaning(), message);
        if (!failure.isExpected()) {
            err.println("This was not foreseen; what follows helps to find out why.");
            StringWriter trace = new StringWriter();
            exception.printStackTrace(new PrintWriter(trace));
            err.print(Secrets.masked(trace.toString()));
        }
        err.flush();
        return failure.exitCode().code();
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a verb is missing");
    }
}
