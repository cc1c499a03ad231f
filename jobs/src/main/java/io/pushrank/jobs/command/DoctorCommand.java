package io.pushrank.jobs.command;

import io.pushrank.jobs.doctor.Diagnosis;
import io.pushrank.jobs.doctor.Doctor;
import io.pushrank.jobs.exit.ExitCode;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code doctor}. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = "Looks at driver, executors and paths for what would break or slow a run, and says what to do;"
                + " exit code 1 when something would break one.")
final class DoctorCommand implements Callable<Integer> {
    @Mixin
    private RunOptions options;

    @Option(names = "--json", description = "Prints the findings as JSON.")
    private boolean isJson;

    @Override
    public Integer call() {
        SparkSession spark = options.session("doctor");
        Diagnosis diagnosis = new Diagnosis(
                new Doctor(spark, options.layout(), options.vocabulary(spark).config()).examine());
        System.out.print(isJson ? diagnosis.toJson() : diagnosis.toTable());
        return (diagnosis.isFailure() ? ExitCode.FAILED : ExitCode.DONE).code();
    }
}
