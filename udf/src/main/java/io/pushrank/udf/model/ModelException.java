package io.pushrank.udf.model;

/** A model package that must not be used: something in it is not what was written or not what the pipeline feeds. */
public final class ModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param file the file, or the place inside it, that is wrong
     * @param expected what should have been there
     * @param found what was there
     */
    public ModelException(String file, String expected, String found) {
        super(file + ": expected " + expected + ", found " + found);
    }

    /** As the other, of what an exception told. */
    public ModelException(String file, String expected, String found, Throwable cause) {
        super(file + ": expected " + expected + ", found " + found, cause);
    }
}
