package io.pushrank.jobs.exit;

/** A failure that its reader can act on: the message names file, table, column or key, value and bound. */
public final class PushrankException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;

    private PushrankException(ExitCode exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    public static PushrankException usage(String message) {
        return new PushrankException(ExitCode.USAGE, message, null);
    }

    public static PushrankException input(String message) {
        return new PushrankException(ExitCode.INPUT_REJECTED, message, null);
    }

    public static PushrankException input(String message, Throwable cause) {
        return new PushrankException(ExitCode.INPUT_REJECTED, message, cause);
    }

    /** The process was told to end, and did so in order. */
    public static PushrankException interrupted(String message, Throwable cause) {
        return new PushrankException(ExitCode.FAILED, message, cause);
    }

    public static PushrankException output(String message) {
        return new PushrankException(ExitCode.OUTPUT_REJECTED, message, null);
    }

    public static PushrankException output(String message, Throwable cause) {
        return new PushrankException(ExitCode.OUTPUT_REJECTED, message, cause);
    }

    public ExitCode exitCode() {
        return exitCode;
    }
}
