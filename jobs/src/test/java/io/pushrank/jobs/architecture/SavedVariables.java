package io.pushrank.jobs.architecture;

import java.nio.file.Path;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;

/** An exported model's variables, read by name; independent of the code that scores. */
public final class SavedVariables implements AutoCloseable {
    public final SavedModelBundle bundle;

    public SavedVariables(Path directory) {
        bundle = SavedModelBundle.load(directory.toString(), "serve");
    }

    public float[] floats(String name) {
        try (Result result = bundle.session().runner().fetch(name).run()) {
            return Weight.copyOf(result.get(0)).floats();
        }
    }

    @Override
    public void close() {
        bundle.close();
    }
}
