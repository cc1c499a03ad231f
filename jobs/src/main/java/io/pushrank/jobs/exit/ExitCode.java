package io.pushrank.jobs.exit;

/** What the process tells its scheduler; the run's manifest keeps the same number. */
public enum ExitCode {
    DONE(0, "done"),
    FAILED(1, "failed"),
    USAGE(2, "usage or config"),
    INPUT_REJECTED(3, "input rejected"),
    OUTPUT_REJECTED(4, "output check failed"),
    MODEL_REJECTED(5, "model rejected");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    public int code() {
        return code;
    }

    public String meaning() {
        return meaning;
    }
}
