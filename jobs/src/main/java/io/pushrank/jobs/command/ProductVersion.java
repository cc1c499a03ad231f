package io.pushrank.jobs.command;

import io.pushrank.jobs.config.Resources;
import picocli.CommandLine.IVersionProvider;

/** The version that the build was made with; pom.xml has it. */
final class ProductVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"pushrank " + Resources.text("version.txt").strip()};
    }
}
