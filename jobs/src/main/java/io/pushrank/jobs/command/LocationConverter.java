package io.pushrank.jobs.command;

import java.nio.charset.Charset;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A file or folder, by path or URL; what Hadoop would not take, or would take for a pattern, is a usage error. So is a name that
 * Java's encoding of file names lacks letters of: Java would read and write another one.
 */
final class LocationConverter implements ITypeConverter<String> {
    /** Spark reads every path that fits a pattern; a run reads and writes one place. */
    private static final String PATTERN_CHARACTERS = "*?[]{}";

    /** What the locale decides: of arguments and of names of local files. */
    private final Charset encoding;

    LocationConverter() {
        this(Charset.forName(System.getProperty("sun.jnu.encoding")));
    }

    LocationConverter(Charset encoding) {
        this.encoding = encoding;
    }

    @Override
    public String convert(String value) {
        if (value.isBlank()) {
            throw new TypeConversionException("must be a path, but is blank");
        }
        for (int index = 0; index < value.length(); index++) {
            char character = value.charAt(index);
            if (Character.isISOControl(character) || PATTERN_CHARACTERS.indexOf(character) >= 0) {
                throw new TypeConversionException("must be one path, without control characters and without any of "
                        + PATTERN_CHARACTERS + ", but is "
                        + value.replaceAll("\\p{Cntrl}", "?"));
            }
        }
        // A letter that the encoding lacks has become U+FFFD on the way here.
        if (value.indexOf('\uFFFD') >= 0 || !encoding.newEncoder().canEncode(value)) {
            throw new TypeConversionException("must be a path in the encoding of the locale, " + encoding + ", but is "
                    + new String(value.getBytes(encoding), encoding)
                    + ": set LC_ALL=C.UTF-8 for the driver (spark.yarn.appMasterEnv.LC_ALL on YARN)");
        }
        try {
            // Parsed for its refusals alone; what was typed stays as it is, for messages and manifests.
            new Path(value).toUri();
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("must be a path: " + e.getMessage());
        }
        return value;
    }
}
