package io.pushrank.jobs.run;

import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** A file system like an object store in what matters here: no folder is renamed, save where Spark's committers do. */
public final class NoFolderRenames extends RawLocalFileSystem {
    private static final URI ROOT = URI.create("norename:///");

    static void install(Configuration hadoop) {
        hadoop.set("fs.norename.impl", NoFolderRenames.class.getName());
    }

    @Override
    public URI getUri() {
        return ROOT;
    }

    @Override
    public String getScheme() {
        return ROOT.getScheme();
    }

    @Override
    public boolean rename(Path from, Path to) throws IOException {
        if (!from.toString().contains("_temporary") && getFileStatus(from).isDirectory()) {
            throw new IOException(from + " is a folder, which is not renamed here");
        }
        return super.rename(from, to);
    }
}
