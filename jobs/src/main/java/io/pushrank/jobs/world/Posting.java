package io.pushrank.jobs.world;

import io.pushrank.jobs.world.Draw.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What authors write. */
final class Posting {
    private static final long DAY = 86_400;
    /** Share of a day's activity by local hour, cumulated. */
    private static final double[] HOURS = cumulated(
            1.2, 0.7, 0.4, 0.3, 0.3, 0.6, 1.5, 3, 4.5, 5, 5, 5, 5.5, 5.5, 5, 5, 5, 5.5, 6.5, 7.5, 8, 7.5, 5.5, 3);

    private final WorldOptions options;
    private final Draw draw;
    private final Population population;
    private final Memo<List<Post>> posts;
    private final Memo<Post> byId;

    Posting(WorldOptions options, Draw draw, Population population) {
        this.options = options;
        this.draw = draw;
        this.population = population;
        this.posts = new Memo<>(options.users() * options.days(), 1 << 18, this::make);
        this.byId = new Memo<>(options.users() * options.days(), 1 << 18, this::post);
    }

    /**
     * Posts of an author on a day of the world, oldest first.
     *
     * <p>Posts are written at odd seconds that are all different for one author; views come at even ones.
     */
    List<Post> posts(Person author, int day) {
        // On most days most authors write nothing, which is drawn faster than it is looked up.
        if (day < 0 || day >= options.days() || countDraw(author, day) <= author.silence()) {
            return List.of();
        }
        return posts.get(Post.dayKey(author.id(), day));
    }

    private double countDraw(Person author, int day) {
        return draw.uniform(Purpose.POST_COUNT, author.id(), day);
    }

    private List<Post> make(long dayKey) {
        Person author = population.person(Post.authorOf(dayKey));
        int day = Post.dayOf(dayKey);
        int count = Math.min(Post.MOST_A_DAY, Draw.poisson(author.postsPerDay(), countDraw(author, day)));
        List<Post> posts = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            Post post = post(author, day, number);
            if (post.createdAt() > author.createdAt()) {
                posts.add(post);
            }
        }
        posts.sort(java.util.Comparator.comparingLong(Post::createdAt));
        return List.copyOf(posts);
    }

    /** The post with an id, whether or not the author's count of that day reaches it. */
    Post post(long postId) {
        return post(population.person(Post.authorOf(postId)), Post.dayOf(postId), (int) (postId & 15));
    }

    /** The same, remembered: for those who ask for it again and again. */
    Post known(long postId) {
        return byId.get(postId);
    }

    private Post post(Person author, int day, int number) {
        long id = Post.idOf(author.id(), day, number);
        long halfMinute = secondOfDay(
                        author,
                        options.startOf(day),
                        hour(draw.uniform(Purpose.POST_HOUR, id)) + draw.uniform(Purpose.POST_SECOND, id))
                / 30;
        boolean isVisual = draw.uniform(Purpose.POST_MEDIA, id) < author.visualHabit();
        boolean isVideo = draw.uniform(Purpose.POST_VIDEO, id) < 0.25;
        boolean isLong = draw.uniform(Purpose.POST_LENGTH, id) < author.longHabit();
        double length = draw.uniform(Purpose.POST_LENGTH_VALUE, id);
        int topic = draw.uniform(Purpose.POST_TOPIC, id) < 0.8
                ? author.mainTopic()
                : (int) (draw.uniform(Purpose.POST_TOPIC_OTHER, id) * Population.TOPICS);
        double second = draw.uniform(Purpose.POST_SECOND_TOPIC, id);
        int secondTopic = (topic + 1 + (int) (second * 40)) % Population.TOPICS;
        boolean hasSecondTopic = second < 0.25 && secondTopic != topic;
        boolean isSensitive = draw.uniform(Purpose.POST_SENSITIVE, id) < (author.isUnsuitable() ? 0.4 : 0.02);
        double nsfw = draw.uniform(Purpose.POST_NSFW, id);
        return new Post(
                id,
                author.id(),
                day,
                options.startOf(day) + 30 * halfMinute + 2L * number + 1,
                draw.uniform(Purpose.POST_LANGUAGE, id) < 0.92 ? author.language() : "en",
                isVisual ? (isVideo ? "video" : "photo") : "none",
                draw.uniform(Purpose.POST_LINK, id) < (isLong ? 0.4 : 0.2),
                (int) (isLong ? 180 + 100 * length : 15 + 90 * length),
                topic,
                round(0.6 + 0.4 * draw.uniform(Purpose.POST_TOPIC_SCORE, id)),
                hasSecondTopic ? secondTopic : -1,
                round(0.3 + second),
                isSensitive,
                nsfw < 0.03 ? Double.NaN : round(isSensitive ? 0.5 + 0.5 * nsfw : 0.3 * nsfw * nsfw),
                2 * draw.uniform(Purpose.POST_SPARK, id) - 1,
                draw.uniform(Purpose.POST_REPLY, id) < 0.15);
    }

    /** The post that a reply answers: the latest original of a followee of the same or the day before, if any. */
    Optional<Post> answered(Person author, List<Follow> follows, Post reply) {
        if (!reply.isReply() || follows.isEmpty()) {
            return Optional.empty();
        }
        for (int attempt = 0; attempt < 6; attempt++) {
            int at = (int) (draw.uniform(Purpose.REPLY_TO, reply.id(), attempt) * follows.size());
            Person other = population.person(follows.get(at).followeeId());
            for (int day = reply.day(); day >= reply.day() - 1; day--) {
                List<Post> posts = posts(other, day);
                for (int latest = posts.size() - 1; latest >= 0; latest--) {
                    Post post = posts.get(latest);
                    if (!post.isReply() && post.createdAt() < reply.createdAt() && author.id() != post.authorId()) {
                        return Optional.of(post);
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** A local hour at which people tend to be active. */
    static int hour(double uniform) {
        int hour = 0;
        while (uniform >= HOURS[hour]) {
            hour++;
        }
        return hour;
    }

    /**
     * The second of a UTC day at which it is some local hour.
     *
     * @param startOfDay seconds since 1970
     * @param hour of the person's clock, as that is at noon UTC
     */
    static long secondOfDay(Person person, long startOfDay, double hour) {
        return Math.floorMod((long) (hour * 3600) - person.secondsFromUtc(startOfDay + DAY / 2), DAY);
    }

    private static double round(double value) {
        return Math.round(Math.min(1, value) * 100) / 100.0;
    }

    private static double[] cumulated(double... shares) {
        double total = java.util.Arrays.stream(shares).sum();
        double[] cumulated = new double[shares.length];
        double sum = 0;
        for (int at = 0; at < shares.length; at++) {
            sum += shares[at] / total;
            cumulated[at] = sum;
        }
        cumulated[shares.length - 1] = 1;
        return cumulated;
    }
}
