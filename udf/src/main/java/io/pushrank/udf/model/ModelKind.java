package io.pushrank.udf.model;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The two rankers; the name is also the folder below the models directory. */
public enum ModelKind {
    LIGHT("light"),
    HEAVY("heavy");

    private final String folder;

    ModelKind(String folder) {
        this.folder = folder;
    }

    /** The kind's folder below the models directory. */
    public String folder() {
        return folder;
    }

    /**
     * The kind of a folder name.
     *
     * @throws IllegalArgumentException when no kind has that folder
     */
    public static ModelKind of(String folder) {
        for (ModelKind kind : values()) {
            if (kind.folder.equals(folder)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("model kind must be one of "
                + Arrays.stream(values()).map(ModelKind::folder).collect(Collectors.joining(", ")) + ", but is "
                + folder);
    }

    @Override
    public String toString() {
        return folder;
    }
}
