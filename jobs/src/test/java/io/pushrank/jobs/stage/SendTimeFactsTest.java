package io.pushrank.jobs.stage;

import static io.pushrank.jobs.TinyWorld.hoursBefore;
import static org.apache.spark.sql.functions.col;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.fact.Reference;
import io.pushrank.jobs.table.Table;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SendTimeFactsTest {
    private static final Reference OPEN_RATES = new Reference("send_time", "open_rates");

    @TempDir
    private Path directory;

    @Test
    void anHourIsWorthWhatTheUserOpenedInItAndWhatAllDidWhereThatIsLittle() {
        String[] zones = {"Asia/Kolkata", "America/New_York", null, "no such zone"};
        TinyWorld world = new TinyWorld(directory).user(9);
        long[][] pushes = new long[zones.length + 1][24];
        long[][] opens = new long[zones.length + 1][24];
        Random random = new Random(3);
        for (int user = 0; user < zones.length; user++) {
            world.user(user + 1, "time_zone", zones[user]);
            for (int number = 0; number < 30; number++) {
                Instant at = hoursBefore(1 + random.nextInt(24 * 20));
                boolean isOpened = random.nextInt(3) == 0;
                world.notification(
                        user + 1, 100L * user + number, 9, at, "opened_at", isOpened ? at.plusSeconds(30) : null);
                String zone = zones[user] == null || zones[user].startsWith("no") ? "UTC" : zones[user];
                int hour = at.atZone(ZoneId.of(zone)).getHour();
                for (int of : new int[] {user, zones.length}) {
                    pushes[of][hour]++;
                    opens[of][hour] += isOpened ? 1 : 0;
                }
            }
        }
        world.write();
        long all = 0;
        long opened = 0;
        for (int hour = 0; hour < 24; hour++) {
            all += pushes[zones.length][hour];
            opened += opens[zones.length][hour];
        }

        try (StageContext context = world.context(ConfigFile.shipped())) {
            List<Row> rows = context.facts(List.of(OPEN_RATES))
                    .join(context.read(Table.USERS).select("user_id"))
                    .filter("user_id < 9")
                    .orderBy("user_id")
                    .select(col(OPEN_RATES.toString()))
                    .collectAsList();

            assertEquals(zones.length, rows.size());
            for (int user = 0; user < zones.length; user++) {
                List<Double> rates = rows.get(user).getList(0);
                for (int hour = 0; hour < 24; hour++) {
                    double everybody =
                            (opens[zones.length][hour] + 100.0 * opened / all) / (pushes[zones.length][hour] + 100.0);
                    assertEquals(
                            (opens[user][hour] + 10 * everybody) / (pushes[user][hour] + 10.0),
                            rates.get(hour),
                            1e-12,
                            "user " + user + " at " + hour);
                }
            }
        }
    }
}
