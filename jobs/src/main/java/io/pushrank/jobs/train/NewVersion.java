package io.pushrank.jobs.train;

import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Storage;
import io.pushrank.udf.model.ModelException;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import org.apache.hadoop.conf.Configuration;

/** Refuses the name of a new version before the work that the version is for, not after it. */
final class NewVersion {
    private NewVersion() {}

    /** @throws PushrankException with exit code 2 when the name is not one of a version, or is taken */
    static void require(String option, String modelsDirectory, ModelKind kind, String version, Configuration hadoop) {
        try {
            // Looks at the name before it looks for the folder.
            ModelPackage.open(modelsDirectory, kind, version, hadoop);
        } catch (IllegalArgumentException illegal) {
            throw PushrankException.usage(option + ": " + illegal.getMessage());
        } catch (ModelException absent) {
            // As it should be, unless the folder is there and holds something else.
        }
        String directory = modelsDirectory + "/" + kind.folder() + "/" + version;
        if (new Storage(hadoop).exists(directory)) {
            throw PushrankException.usage(option + " must name a version that does not exist yet, but is " + version
                    + ", which is " + directory);
        }
    }
}
