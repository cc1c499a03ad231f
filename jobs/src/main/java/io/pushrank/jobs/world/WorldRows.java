package io.pushrank.jobs.world;

import io.pushrank.jobs.table.Table;
import io.pushrank.jobs.world.Draw.Purpose;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * A user's rows of each table, in the order of the table's columns, with instants as seconds since 1970 and the day as
 * the last value.
 */
final class WorldRows {
    /** A user and the posts that are pushed to it, which take longer to choose than all else to make. */
    static final StructType USER = StructType.fromDDL(
            "user_id BIGINT NOT NULL," + " choices ARRAY<STRUCT<day: INT, number: INT, source: INT, post_id: BIGINT>>");

    private static final int TRENDS_A_DAY = 3;
    private static final long DAY = 86_400;

    private final WorldModel model;
    private final WorldOptions options;
    private final Person person;
    private final List<Pushing.Choice> choices;
    private final List<Row> rows = new ArrayList<>();

    private WorldRows(WorldModel model, Row user) {
        this.model = model;
        this.options = model.options();
        this.person = model.population().person(user.getLong(0));
        this.choices = user.<Row>getList(1).stream()
                .map(choice ->
                        new Pushing.Choice(choice.getInt(0), choice.getInt(1), choice.getInt(2), choice.getLong(3)))
                .toList();
    }

    /** A user, as {@link #USER} has it. */
    static Row user(WorldModel model, long userId) {
        Pushing pushing =
                new Pushing(model, new Network(model, model.population().person(userId)));
        Row[] choices = IntStream.range(0, model.options().days())
                .mapToObj(pushing::choices)
                .flatMap(List::stream)
                .map(choice -> RowFactory.create(choice.day(), choice.number(), choice.source(), choice.postId()))
                .toArray(Row[]::new);
        return RowFactory.create(userId, choices);
    }

    /**
     * The rows that come from one user.
     *
     * @param user as {@link #user} makes it
     * @throws IllegalArgumentException when the table is neither an input nor the oracle
     */
    static Iterator<Row> of(Table table, WorldModel model, Row user) {
        WorldRows rows = new WorldRows(model, user);
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
            case ORACLE -> rows.oracle();
            default -> throw new IllegalArgumentException("a world has no table " + table.tableName());
        }
        return rows.rows.iterator();
    }

    /** Whether rows of the table stay as they are from the first snapshot that has them to the last. */
    static boolean isLasting(Table table) {
        return table.group() == Table.Group.STATE && table != Table.USERS;
    }

    private void users() {
        for (int day : options.snapshotDays()) {
            if (person.createdAt() < options.snapshotEnd(day)) {
                // Settings and the last visit are as of the as-of instant: what follows it, a daily run must not know.
                Long lastVisit = new Visits(model, person)
                        .lastVisit(options.asOf(day)).stream()
                                .boxed()
                                .findFirst()
                                .orElse(null);
                add(
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
                        person.isPushEnabled(),
                        person.hasRecommendations(),
                        person.hasTopics(),
                        person.isInNetworkOnly(),
                        person.pushCap(),
                        lastVisit,
                        day);
            }
        }
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

    private List<Post> ownPosts() {
        return IntStream.range(0, options.days())
                .mapToObj(day -> model.posting().posts(person, day))
                .flatMap(List::stream)
                .toList();
    }

    private void posts() {
        List<Follow> follows = model.graph().follows(person);
        for (Post post : ownPosts()) {
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
        for (Post post : ownPosts()) {
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
            for (int number = 0; number < TRENDS_A_DAY; number++) {
                long key = (long) day * TRENDS_A_DAY + number;
                int topic = (int) (model.draw().uniform(Purpose.TREND_TOPIC, group, key) * Population.TOPICS);
                long start = options.startOf(day);
                long at = Draw.between(start, start + DAY, model.draw().uniform(Purpose.TREND_STARTED_AT, group, key));
                Optional<Post> post = model.topicPost(topic, group, at - DAY, at, -1 - group, key);
                add(
                        1 + key * Place.ALL.size() + group,
                        place.country(),
                        place.language(),
                        "Topic " + (topic + 1),
                        at,
                        model.draw().uniform(Purpose.TREND_SCORE, group, key),
                        post.map(Post::id).orElse(null),
                        day);
            }
        }
    }

    private void engagements() {
        Network network = new Network(model, person);
        Timeline timeline = new Timeline(model, network);
        Pushing pushing = new Pushing(model, network);
        List<Pushing.Push> pushes = pushes(pushing);
        for (int day = 0; day < options.days(); day++) {
            timeline.acts(day).forEach(this::engagement);
            int today = day;
            pushes.stream()
                    .filter(push -> push.day() == today && push.engagedAt() > 0)
                    .map(pushing::act)
                    .forEach(this::engagement);
        }
        for (Post post : ownPosts()) {
            model.posting()
                    .answered(person, network.follows(), post)
                    .map(answered -> new Timeline.Act(
                            person.id(), answered.authorId(), answered.id(), "reply", post.createdAt()))
                    .ifPresent(this::engagement);
        }
    }

    private void engagement(Timeline.Act act) {
        int day = options.dayOf(act.at());
        if (day < options.days()) {
            add(act.userId(), act.authorId(), act.postId(), act.kind(), act.at(), day);
        }
    }

    private void notifications() {
        for (Pushing.Push push : pushes(new Pushing(model, new Network(model, person)))) {
            add(
                    sendId(push),
                    push.userId(),
                    Table.POST,
                    push.post().id(),
                    push.post().authorId(),
                    push.notificationType(),
                    push.sentAt(),
                    orNever(push.openedAt()),
                    orNever(push.tabClickedAt()),
                    orNever(push.engagedAt()),
                    orNever(push.dislikedAt()),
                    push.day());
        }
    }

    private void oracle() {
        for (Pushing.Push push : pushes(new Pushing(model, new Network(model, person)))) {
            Truth truth = push.truth();
            add(
                    sendId(push),
                    push.userId(),
                    push.post().id(),
                    push.sentAt(),
                    truth.oonc(),
                    truth.engagement(),
                    truth.dislike(),
                    push.day());
        }
    }

    private List<Pushing.Push> pushes(Pushing pushing) {
        return choices.stream().map(pushing::push).toList();
    }

    private static String sendId(Pushing.Push push) {
        return "w" + push.day() + "-" + push.userId() + "-" + push.number();
    }

    private static Long orNever(long second) {
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
                Object[] withSnapshot = Arrays.copyOf(values, values.length + 1);
                withSnapshot[values.length] = snapshot;
                add(withSnapshot);
                return;
            }
        }
    }
}
