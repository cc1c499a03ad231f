package io.pushrank.jobs.world;

import io.pushrank.jobs.world.Draw.Purpose;
import java.util.Optional;

/**
 * A topic that trends in a place.
 *
 * @param startedAt seconds since 1970
 * @param post of the day before, which stands for it
 */
record Trend(long id, int topic, long startedAt, double score, Optional<Post> post) {
    /** Trends of a place on a day. */
    static final int A_DAY = 3;

    private static final long DAY = 86_400;

    static Trend of(WorldModel model, int group, int day, int number) {
        Draw draw = model.draw();
        long key = (long) day * A_DAY + number;
        int topic = (int) (draw.uniform(Purpose.TREND_TOPIC, group, key) * Population.TOPICS);
        long start = model.options().startOf(day);
        long at = Draw.between(start, start + DAY, draw.uniform(Purpose.TREND_STARTED_AT, group, key));
        return new Trend(
                1 + key * Place.ALL.size() + group,
                topic,
                at,
                draw.uniform(Purpose.TREND_SCORE, group, key),
                model.topicPost(topic, group, at - DAY, at, -1 - group, key));
    }

    /** Whether a world has a trend with an id. */
    static boolean isOf(WorldModel model, long id) {
        return id >= 1
                && (id - 1) % Place.ALL.size() < model.population().groups()
                && (id - 1) / Place.ALL.size() < (long) A_DAY * model.options().days();
    }

    /** The trend with an id. */
    static Trend of(WorldModel model, long id) {
        long key = (id - 1) / Place.ALL.size();
        return of(model, (int) ((id - 1) % Place.ALL.size()), (int) (key / A_DAY), (int) (key % A_DAY));
    }
}
