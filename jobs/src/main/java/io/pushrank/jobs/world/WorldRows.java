package io.pushrank.jobs.world;

import io.pushrank.jobs.table.Table;
import io.pushrank.jobs.world.Draw.Purpose;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * A user's rows of each table, in the order of the table's columns, with instants as seconds since 1970 and the day as
 * the last value.
 */
final class WorldRows {
    private final WorldModel model;
    private final WorldOptions options;
    private final Person person;
    private final int firstDay;
    private final UserLog log;
    private final List<Row> rows = new ArrayList<>();

    private WorldRows(WorldModel model, UserLog log, int firstDay) {
        this.model = model;
        this.options = model.options();
        this.person = model.population().person(log.userId());
        this.firstDay = firstDay;
        this.log = log;
    }

    /**
     * What a user does from a day on without any push.
     *
     * @param table ENGAGEMENTS or VISITS
     */
    static Iterator<Row> atHome(Table table, WorldModel model, long userId, int firstDay) {
        WorldRows rows = new WorldRows(model, new UserLog(userId, List.of(), List.of()), firstDay);
        if (table == Table.ENGAGEMENTS) {
            rows.engagements();
        } else {
            rows.visits();
        }
        return rows.rows.iterator();
    }

    /**
     * The rows that come from one user.
     *
     * @throws IllegalArgumentException when the table is neither an input nor the oracle
     */
    static Iterator<Row> of(Table table, WorldModel model, UserLog log) {
        WorldRows rows = new WorldRows(model, log, 0);
        switch (table) {
            case USERS -> rows.users();
            case DEVICES -> rows.devices();
            case FOLLOWS -> rows.follows();
            case RELATIONS -> rows.relations();
            case TOPIC_FOLLOWS -> rows.topicFollows();
            case POSTS -> rows.posts();
            case POST_TOPICS -> rows.postTopics();
            case TRENDS -> rows.trends();
            case ENGAGEMENTS -> rows.engagements();
            case NOTIFICATIONS -> rows.notifications();
            case WITHHELD -> rows.withheld();
            case VISITS -> rows.visits();
            case ORACLE -> rows.oracle();
            default -> throw new IllegalArgumentException("a world has no table " + table.tableName());
        }
        return rows.rows.iterator();
    }

    /** Whether a world has the input: nobody answers a prompt, and "see less often" stands with the send. */
    static boolean has(Table table) {
        return table != Table.FEEDBACK;
    }

    /** Whether rows of the table stay as they are from the first snapshot that has them to the last. */
    static boolean isLasting(Table table) {
        return table.group() == Table.Group.STATE && table != Table.USERS;
    }

    private void users() {
        NavigableSet<Long> visitedAt = visitedAt();
        for (int day : options.snapshotDays()) {
            if (person.createdAt() < options.snapshotEnd(day)) {
                // Settings and the last visit are as of the as-of instant: what follows it, a daily run must not know.
                long asOf = options.asOf(day);
                boolean isAway = log.absences().stream().anyMatch(absence -> absence.covers(asOf - 1));
                add(snapshot(person, day, person.isPushEnabled() && !isAway, visitedAt.lower(asOf)));
            }
        }
    }

    /** A user's row of a day's snapshot: what may change, and what stays. */
    static Object[] snapshot(Person person, int day, boolean isPushEnabled, Long lastVisitAt) {
        return new Object[] {
            person.id(),
            person.createdAt(),
            person.place().country(),
            person.language(),
            person.timeZone(),
            person.ageBucket(),
            person.isGuest(),
            person.isSuspended(),
            person.isProtected(),
            person.isUnsuitable(),
            person.isVerified(),
            isPushEnabled,
            person.hasRecommendations(),
            person.hasTopics(),
            person.isInNetworkOnly(),
            person.pushCap(),
            lastVisitAt,
            day
        };
    }

    private void devices() {
        List<Devices.Device> devices = new Devices(model).of(person);
        for (Devices.Device device : devices) {
            addLasting(
                    device.registeredAt(),
                    device.userId(),
                    device.deviceId(),
                    device.platform(),
                    device.isPushCapable(),
                    device.registeredAt());
        }
    }

    private void follows() {
        for (Follow follow : model.graph().follows(person)) {
            addLasting(
                    follow.followedAt(),
                    person.id(),
                    follow.followeeId(),
                    follow.followedAt(),
                    follow.isDeviceFollow());
        }
    }

    private void relations() {
        List<Follow> follows = model.graph().follows(person);
        for (Graph.Relation relation : model.graph().relations(person, follows)) {
            addLasting(
                    relation.createdAt(), relation.userId(), relation.otherId(), relation.kind(), relation.createdAt());
        }
    }

    /** Most of the interests, and now and then another topic. */
    private void topicFollows() {
        if (person.isGuest()) {
            return;
        }
        for (int topic = 0; topic < Population.TOPICS; topic++) {
            double probability = person.isInterestedIn(topic) ? 0.92 : 0.02;
            if (model.draw().uniform(Purpose.TOPIC_FOLLOW, person.id(), topic) < probability) {
                double uniform = model.draw().uniform(Purpose.TOPIC_FOLLOWED_AT, person.id(), topic);
                long from = person.createdAt();
                long followedAt = Draw.between(from, Math.max(options.start(), from + 36_000), uniform);
                addLasting(followedAt, person.id(), topic + 1L, followedAt);
            }
        }
    }

    private List<Post> ownPosts(int firstDay) {
        return IntStream.range(firstDay, options.days())
                .mapToObj(day -> model.posting().posts(person, day))
                .flatMap(List::stream)
                .toList();
    }

    private void posts() {
        List<Follow> follows = model.graph().follows(person);
        for (Post post : ownPosts(0)) {
            Long answered = model.posting()
                    .answered(person, follows, post)
                    .map(Post::id)
                    .orElse(null);
            add(
                    post.id(),
                    post.authorId(),
                    post.createdAt(),
                    post.language(),
                    post.media(),
                    post.hasLink(),
                    answered,
                    post.isSensitive(),
                    Double.isNaN(post.nsfwProbability()) ? null : Double.valueOf(post.nsfwProbability()),
                    post.textLength(),
                    post.day());
        }
    }

    private void postTopics() {
        for (Post post : ownPosts(0)) {
            long at = post.createdAt();
            add(post.id(), post.topic() + 1L, post.topicScore(), at, post.day());
            if (post.secondTopic() >= 0) {
                add(post.id(), post.secondTopic() + 1L, post.secondTopicScore(), at, post.day());
            }
        }
    }

    /** Of a group, which the first users stand for: each day some topics, each with a post of the day before. */
    private void trends() {
        int group = (int) person.id() - 1;
        if (group >= model.population().groups()) {
            return;
        }
        Place place = Place.ALL.get(group);
        for (int day = 0; day < options.days(); day++) {
            for (int number = 0; number < Trend.A_DAY; number++) {
                Trend trend = Trend.of(model, group, day, number);
                add(
                        trend.id(),
                        place.country(),
                        place.language(),
                        "Topic " + (trend.topic() + 1),
                        trend.startedAt(),
                        trend.score(),
                        trend.post().map(Post::id).orElse(null),
                        day);
            }
        }
    }

    private void engagements() {
        Network network = new Network(model, person);
        Timeline timeline = new Timeline(model, network);
        for (int day = firstDay; day < options.days(); day++) {
            timeline.acts(day).forEach(this::engagement);
            int today = day;
            log.pushes().stream()
                    .filter(push -> push.day() == today && push.outcome().engagedAt() > 0)
                    .map(push -> Pushing.act(
                            model,
                            person.id(),
                            model.posting().post(push.postId()),
                            push.outcome().engagedAt()))
                    .forEach(this::engagement);
        }
        for (Post post : ownPosts(firstDay)) {
            model.posting()
                    .answered(person, network.follows(), post)
                    .map(answered -> new Timeline.Act(
                            person.id(), answered.authorId(), answered.id(), "reply", post.createdAt()))
                    .ifPresent(this::engagement);
        }
        model.skew().acts(model, person, rows.size()).forEach(this::engagement);
    }

    private void engagement(Timeline.Act act) {
        int day = options.dayOf(act.at());
        if (day < options.days()) {
            add(act.userId(), act.authorId(), act.postId(), act.kind(), act.at(), day);
        }
    }

    private void visits() {
        for (long at : visitedAt()) {
            int day = options.dayOf(at);
            if (day < options.days()) {
                add(person.id(), at, day);
            }
        }
    }

    /** At home, and through pushes. */
    private NavigableSet<Long> visitedAt() {
        Visits atHome = new Visits(model, person);
        NavigableSet<Long> visitedAt = new TreeSet<>();
        for (int day = firstDay; day < options.days(); day++) {
            visitedAt.addAll(atHome.of(day));
        }
        log.pushes().stream()
                .filter(push -> push.outcome().isOonc())
                .forEach(push -> visitedAt.add(push.outcome().visitedAt()));
        return visitedAt;
    }

    private void notifications() {
        for (Pushing.Push push : log.pushes()) {
            if (push.isSent()) {
                add(with(
                        decided(push),
                        orNever(push.outcome().openedAt()),
                        orNever(push.outcome().tabClickedAt()),
                        orNever(push.outcome().engagedAt()),
                        orNever(push.outcome().dislikedAt()),
                        push.arm().name().toLowerCase(Locale.ROOT),
                        push.propensity(),
                        push.day()));
            }
        }
    }

    private void withheld() {
        for (Pushing.Push push : log.pushes()) {
            if (!push.isSent()) {
                add(with(decided(push), push.propensity(), push.day()));
            }
        }
    }

    /** What was decided on, be it sent or withheld. */
    private Object[] decided(Pushing.Push push) {
        return new Object[] {
            sendId(push),
            person.id(),
            Table.POST,
            push.postId(),
            Post.authorOf(push.postId()),
            push.notificationType(),
            push.sentAt()
        };
    }

    private void oracle() {
        for (Pushing.Push push : log.pushes()) {
            if (push.isSent()) {
                Truth truth = push.truth();
                add(
                        sendId(push),
                        person.id(),
                        push.postId(),
                        push.sentAt(),
                        truth.oonc(),
                        truth.engagement(),
                        truth.dislike(),
                        truth.gain(),
                        truth.optOut(),
                        push.day());
            }
        }
    }

    private String sendId(Pushing.Push push) {
        return "w" + push.day() + "-" + person.id() + "-" + push.number();
    }

    static Long orNever(long second) {
        return second == 0 ? null : Long.valueOf(second);
    }

    private void add(Object... valuesAndDay) {
        rows.add(RowFactory.create(valuesAndDay));
    }

    /** Adds what every snapshot has from the first that ends after the instant. */
    private void addLasting(long since, Object... values) {
        int[] days = options.snapshotDays();
        for (int snapshot = 0; snapshot < days.length; snapshot++) {
            if (since < options.snapshotEnd(days[snapshot])) {
                add(with(values, snapshot));
                return;
            }
        }
    }

    private static Object[] with(Object[] values, Object... more) {
        Object[] all = Arrays.copyOf(values, values.length + more.length);
        System.arraycopy(more, 0, all, values.length, more.length);
        return all;
    }
}
