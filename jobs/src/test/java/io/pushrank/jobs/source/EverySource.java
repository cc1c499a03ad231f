package io.pushrank.jobs.source;

import io.pushrank.jobs.config.ConfFolder;
import io.pushrank.jobs.config.ConfigFile;
import java.util.Set;
import java.util.TreeSet;

/** The shipped sources, those that are off by default too. */
public final class EverySource {
    private EverySource() {}

    /** Names of the shipped files without an entry in the settings. */
    public static Set<String> off() {
        Set<String> off =
                new TreeSet<>(ConfFolder.shipped().sql(ConfFolder.SOURCES).keySet());
        off.removeAll(ConfigFile.shipped().config().candidates().sources().keySet());
        return off;
    }

    /** The shipped settings with every shipped file switched on, by its limit alone. */
    public static ConfigFile settings() {
        ConfigFile settings = ConfigFile.shipped();
        for (String source : off()) {
            settings = settings.set("candidates.sources." + source + "={limit: 10}");
        }
        return settings;
    }
}
