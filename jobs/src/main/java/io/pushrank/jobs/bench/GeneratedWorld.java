package io.pushrank.jobs.bench;

import io.pushrank.jobs.Main;
import io.pushrank.udf.model.ModelKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.io.FileUtils;

/**
 * A generated world with models, made once and kept for later runs.
 *
 * @param input folder of its tables
 * @param models the rankers of the sample world, and a collaborative model of this one
 * @param lastDay its last day
 */
record GeneratedWorld(Path input, Path models, LocalDate lastDay) {
    private static final LocalDate LAST_DAY = LocalDate.of(2026, 3, 14);

    /**
     * The world in {@code worlds/USERS-DAYS-SEED}, with {@code -skewed} where it is, beside the bench's folder; made where it is missing. It gets that name when
     * it is whole.
     */
    static GeneratedWorld of(BenchContext context, long users) {
        BenchContext.Worlds worlds = context.worlds();
        String name = users + "-" + worlds.days() + "-" + worlds.seed() + (worlds.isSkewed() ? "-skewed" : "");
        Path folder = Path.of(context.directory()).resolveSibling("worlds");
        Path whole = folder.resolve(name);
        if (!Files.isDirectory(whole)) {
            context.out().printf("%,d users, %d days: makes the world %s%n", users, worlds.days(), whole);
            try {
                Path unfinished = folder.resolve("." + name + ".unfinished");
                FileUtils.deleteDirectory(unfinished.toFile());
                make(context, users, in(unfinished), unfinished.resolve("collaborative-output"));
                FileUtils.deleteDirectory(
                        unfinished.resolve("collaborative-output").toFile());
                Files.move(unfinished, whole);
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
        return in(whole);
    }

    private static GeneratedWorld in(Path folder) {
        return new GeneratedWorld(folder.resolve("world"), folder.resolve("models"), LAST_DAY);
    }

    /** In JVMs of their own, since this one is to stay small beside those that are measured. */
    private static void make(BenchContext context, long users, GeneratedWorld world, Path output) throws IOException {
        BenchContext.Worlds worlds = context.worlds();
        List<String> generate = new ArrayList<>(List.of(
                "generate",
                "--users=" + users,
                "--days=" + worlds.days(),
                "--seed=" + worlds.seed(),
                "--last-day=" + LAST_DAY,
                "--output=" + world.input()));
        if (worlds.isSkewed()) {
            generate.add("--skewed");
        }
        ChildJvm.run(Main.class, generate, context.out());
        for (ModelKind kind : List.of(ModelKind.LIGHT, ModelKind.HEAVY)) {
            FileUtils.copyDirectory(
                    Path.of(worlds.rankers(), kind.folder()).toFile(),
                    world.models().resolve(kind.folder()).toFile());
        }
        ChildJvm.run(
                Main.class,
                List.of(
                        "train",
                        "collaborative",
                        // Before the days that are run.
                        "--date=" + LAST_DAY.minusDays(2),
                        "--input=" + world.input(),
                        "--output=" + output,
                        "--models=" + world.models()),
                context.out());
    }
}
