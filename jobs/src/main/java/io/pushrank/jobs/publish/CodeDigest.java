package io.pushrank.jobs.publish;

import io.pushrank.udf.model.ModelPackage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/** Which build is at work: SHA-256 of the jars or class folders that the product's classes came from. */
public final class CodeDigest {
    private static final String DIGEST = compute();

    private CodeDigest() {}

    public static String get() {
        return DIGEST;
    }

    private static String compute() {
        MessageDigest digest = DigestUtils.getSha256Digest();
        try {
            for (Class<?> part : List.of(CodeDigest.class, ModelPackage.class)) {
                Path source = Path.of(
                        part.getProtectionDomain().getCodeSource().getLocation().toURI());
                for (Path file : files(source)) {
                    digest.update(Files.readAllBytes(file));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("a class comes from a file", e);
        }
        return Hex.encodeHexString(digest.digest());
    }

    private static List<Path> files(Path source) throws IOException {
        try (Stream<Path> files = Files.walk(source)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
