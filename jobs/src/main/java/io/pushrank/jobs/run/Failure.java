package io.pushrank.jobs.run;

import io.pushrank.jobs.exit.ExitCode;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.udf.model.ModelException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an exception means to whoever started the run.
 *
 * @param message one line that says what is wrong
 * @param isExpected whether the message says it all, so that nobody needs the stack trace
 */
public record Failure(ExitCode exitCode, String message, boolean isExpected) {
    private static final Pattern UNREADABLE_FILE =
            Pattern.compile("FAILED_READ_FILE[^\\n]*?(?:file|path) (\\S+?)[.:]?(?:\\s|$)");

    /** Looks through the causes, since Spark wraps what happens on executors. */
    public static Failure of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof PushrankException expected) {
                return new Failure(expected.exitCode(), expected.getMessage(), true);
            }
            if (cause instanceof ModelException model) {
                return new Failure(ExitCode.MODEL_REJECTED, model.getMessage(), true);
            }
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String text = String.valueOf(cause.getMessage());
            if (text.contains("FAILED_READ_FILE.FILE_NOT_EXIST")) {
                // There when the run looked, replaced or deleted since: to run again helps.
                return new Failure(ExitCode.FAILED, root(failure), false);
            }
            Matcher unreadable = UNREADABLE_FILE.matcher(text);
            if (unreadable.find()) {
                return new Failure(
                        ExitCode.INPUT_REJECTED,
                        "file " + unreadable.group(1) + " cannot be read as Parquet: " + root(failure),
                        true);
            }
            // An executor sends its exception as text; the class name is all that is left of it.
            if (text.contains(ModelException.class.getName() + ": ")) {
                String message = text.substring(text.indexOf(ModelException.class.getName())
                        + ModelException.class.getName().length()
                        + 2);
                return new Failure(
                        ExitCode.MODEL_REJECTED, message.lines().findFirst().orElse(""), true);
            }
        }
        return new Failure(ExitCode.FAILED, root(failure), false);
    }

    private static String root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = String.valueOf(root.getMessage()).lines().findFirst().orElse("");
        return root.getClass().getSimpleName() + ": " + message;
    }
}
