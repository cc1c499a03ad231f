package io.pushrank.jobs.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keeps credentials out of what is printed, logged or put in manifests. What looks like one is masked, rather than what is
 * known to be one: paths and settings are the operator's, and a file system may take its keys in either.
 */
public final class Secrets {
    /** What stands in place of a credential. */
    public static final String MASK = "***";

    private static final String NAMES =
            "pass(?:word|wd|phrase)?|secret|token|credentials?|(?:access|api|account|private|secret|shared)[._-]?key";
    /** user:password before the host of a URL; a user alone may be a container's or a bucket's name. */
    private static final Pattern USER_INFO = Pattern.compile("(?<=://)[^/@\\s\"']*:[^/@\\s\"']*(?=@)");
    /** A signature in a URL's query, which is all that a shared link asks for. */
    private static final Pattern SIGNATURE =
            Pattern.compile("(?i)(?<=[?&](?:sig|signature|x-amz-signature|x-amz-credential)=)[^&\\s\"']+");
    /** key=value, key: value and "key":"value" where the key's last words name a credential. */
    private static final Pattern ASSIGNMENT = Pattern.compile("(?i)(?<![a-z])((?:[a-z0-9_-]*[._-])?(?:" + NAMES
            + ")(?:[._-](?:value|id))?(?:[.][a-z0-9.-]+)?\"?\\s*[=:]\\s*)(\"[^\"]*\"|'[^']*'|[^\\s,;&\"'\\])}]+)");

    private static final Pattern NAME =
            Pattern.compile("(?i).*(?:^|[._-])(?:" + NAMES + ")(?:[._-](?:value|id))?(?:[.].*)?");

    private Secrets() {}

    /** The text with every credential in it masked. */
    public static String masked(String text) {
        String masked = USER_INFO.matcher(text).replaceAll(MASK);
        masked = SIGNATURE.matcher(masked).replaceAll(MASK);
        return ASSIGNMENT.matcher(masked).replaceAll(found -> {
            String value = found.group(2);
            String quote = value.startsWith("\"") || value.startsWith("'") ? value.substring(0, 1) : "";
            return Matcher.quoteReplacement(found.group(1) + quote + MASK + quote);
        });
    }

    /** A setting's value as it may be shown: masked whole when its key names a credential, else what is one in it. */
    public static String masked(String key, String value) {
        return NAME.matcher(key).matches() ? MASK : masked(value);
    }
}
