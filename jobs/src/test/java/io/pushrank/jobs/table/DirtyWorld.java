package io.pushrank.jobs.table;

import io.pushrank.jobs.TinyWorld;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Random;

/** A seeded world of a few days in which rows fail every kind of check: more of them the dirtier it is. */
final class DirtyWorld {
    private static final int DAYS = 5;
    private static final int USERS = 12;
    private static final int ROWS = 14;

    private final Random random;
    private final double dirt;
    private final TinyWorld world;
    private long number;
    private boolean isDirtyDay;

    /** @param dirt share of the days with rows that cannot be used, and of such rows in them */
    DirtyWorld(Path directory, long seed, double dirt) {
        this.random = new Random(seed);
        this.dirt = dirt;
        this.world = new TinyWorld(directory);
    }

    TinyWorld write() {
        isDirtyDay = true;
        for (long user = 1; user <= USERS; user++) {
            world.user(user, "push_cap", isBad() ? 13 : 5);
            world.device(user, "platform", isBad() ? "fax" : "web");
            world.follow(user, user());
            world.relation(user, user(), "block");
        }
        world.user(isBad() ? 1 : USERS + 1).device(isBad() ? 1 : 2, "device_id", 1L);
        for (int day = 0; day < DAYS; day++) {
            LocalDate date = TinyWorld.DATE.minusDays(day);
            isDirtyDay = random.nextDouble() < dirt;
            for (int row = 0; row < ROWS; row++) {
                events(date.atStartOfDay(ZoneOffset.UTC).toInstant().plusSeconds(60L * random.nextInt(1440)));
            }
        }
        return world.write();
    }

    private void events(Instant at) {
        long post = id();
        Instant other = isBad() ? at.minusSeconds(86_400L * random.nextInt(2)) : at;
        world.post(post, user(), at, "created_at", other, "text_length", isBad() ? -1 : random.nextInt(2));
        world.postTopic(isBad() ? 77_777 : post, 1 + random.nextInt(2), isBad() ? 2.0 : 0.5, at);
        world.trend(id(), at, "score", isBad() ? Double.NaN : 1.0);
        Object[] same = {"engaged_at", isBad() ? at.truncatedTo(java.time.temporal.ChronoUnit.DAYS) : at};
        String kind = isBad() ? "wave" : "like";
        world.engagement(user(), user(), isBad() ? null : post, kind, at, same);
        world.notification(
                user(), post, 2, at, "send_id", "send " + id(), "opened_at", isBad() ? at.minusSeconds(1) : null);
    }

    private boolean isBad() {
        return isDirtyDay && random.nextDouble() < dirt / 2;
    }

    private long user() {
        return isBad() ? 99 : 1 + random.nextInt(USERS);
    }

    /** A new one, or in dirty days one of an earlier row. */
    private long id() {
        number++;
        return isBad() ? Math.max(1, number - 1 - random.nextInt(30)) : number;
    }
}
