package io.pushrank.jobs.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** How tables become public: setting {@code publishing.mode}. */
public enum PublishingMode {
    /** Files are moved to where plain readers look: the output's file system must rename in one step. */
    @JsonProperty("rename")
    RENAME,
    /** Files stay where they were written; readers find them by what the publication log says. */
    @JsonProperty("manifest")
    MANIFEST;

    /** Whether the output's file system renames in one step, so that files can be moved to where plain readers look. */
    public boolean isRenameAtomic() {
        return this == RENAME;
    }

    /** The value as settings have it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
