package io.pushrank.jobs.world;

import io.pushrank.jobs.table.Table;
import io.pushrank.jobs.world.Draw.Purpose;
import java.util.List;
import java.util.Optional;

/** The world as functions of ids. */
final class WorldModel {
    private static final String TREND = "trend";
    private static volatile WorldModel latest;

    private final WorldOptions options;
    private final Draw draw;
    private final Population population;
    private final Skew skew;
    private final Graph graph;
    private final Posting posting;
    private final Memo<Network> networks;
    private final Memo<List<Timeline.Act>> vouchings;

    private WorldModel(WorldOptions options) {
        this.options = options;
        this.draw = new Draw(options.seed());
        this.population = new Population(options, draw);
        this.skew = Skew.of(options, population);
        this.graph = new Graph(options, draw, population, skew);
        this.posting = new Posting(options, draw, population);
        this.networks = new Memo<>(options.users(), 1 << 12, userId -> new Network(this, population.person(userId)));
        this.vouchings = new Memo<>(options.users() * options.days(), 1 << 20, this::makeVouchings);
    }

    /** The world of the options; the tasks of a JVM share it, and what it remembers. */
    static WorldModel of(WorldOptions options) {
        WorldModel model = latest;
        if (model == null || !model.options.equals(options)) {
            model = new WorldModel(options);
            latest = model;
        }
        return model;
    }

    WorldOptions options() {
        return options;
    }

    Draw draw() {
        return draw;
    }

    Population population() {
        return population;
    }

    Skew skew() {
        return skew;
    }

    Graph graph() {
        return graph;
    }

    Posting posting() {
        return posting;
    }

    /** What a user likes or reposts on a day, at home. */
    List<Timeline.Act> vouchings(long userId, int day) {
        return vouchings.get(Post.dayKey(userId, day));
    }

    private List<Timeline.Act> makeVouchings(long dayKey) {
        return new Timeline(this, networks.get(Post.authorOf(dayKey)))
                .acts(Post.dayOf(dayKey)).stream()
                        .filter(act -> act.kind().equals("like") || act.kind().equals("repost"))
                        .toList();
    }

    /** The post that an item is, or that stands for it; empty when it has none, or is not of this world. */
    Optional<Post> post(String itemType, long itemId) {
        if (itemType.equals(Table.POST)) {
            long author = Post.authorOf(itemId);
            return author >= 1 && author <= options.users() && Post.dayOf(itemId) < options.days()
                    ? Optional.of(posting.post(itemId))
                    : Optional.empty();
        }
        return itemType.equals(TREND) && Trend.isOf(this, itemId)
                ? Trend.of(this, itemId).post()
                : Optional.empty();
    }

    Network network(long userId) {
        return networks.get(userId);
    }

    /** A post of a well-known author of the group, of the time after {@code from} and up to {@code until}. */
    Optional<Post> popularPost(int group, long from, long until, long first, long second) {
        for (int attempt = 0; attempt < 8; attempt++) {
            int topic = (int) (draw.uniform(Purpose.POPULAR_COMMUNITY, first, second, attempt) * Population.TOPICS);
            double uniform = draw.uniform(Purpose.POPULAR_PICK, first, second, attempt);
            Optional<Post> post = anyPost(population.communityOf(topic, group), 3, uniform, from, until);
            if (post.isPresent()) {
                return post;
            }
        }
        return Optional.empty();
    }

    /** A post of an author of the topic, within the group. */
    Optional<Post> topicPost(int topic, int group, long from, long until, long first, long second) {
        for (int attempt = 0; attempt < 8; attempt++) {
            double uniform = draw.uniform(Purpose.TOPIC_PICK, first, second, attempt);
            Optional<Post> post = anyPost(population.communityOf(topic, group), 2, uniform, from, until)
                    .filter(candidate -> candidate.topic() == topic);
            if (post.isPresent()) {
                return post;
            }
        }
        return Optional.empty();
    }

    /** The latest original post of a drawn author that is fit to be shown to strangers. */
    private Optional<Post> anyPost(int community, double exponent, double uniform, long from, long until) {
        Person author = population.person(population.member(community, exponent, uniform));
        if (!author.isRecommendable()) {
            return Optional.empty();
        }
        for (int day = options.dayOf(until); day >= options.dayOf(from); day--) {
            List<Post> posts = posting.posts(author, day);
            for (int latest = posts.size() - 1; latest >= 0; latest--) {
                Post post = posts.get(latest);
                if (!post.isReply() && post.createdAt() > from && post.createdAt() <= until) {
                    return Optional.of(post);
                }
            }
        }
        return Optional.empty();
    }
}
