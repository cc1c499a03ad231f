package io.pushrank.jobs.world;

import io.pushrank.jobs.world.Draw.Purpose;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/** The world as functions of ids; it travels to the executors as its options. */
record WorldModel(WorldOptions options, Draw draw, Population population, Graph graph, Posting posting)
        implements Serializable {

    static WorldModel of(WorldOptions options) {
        Draw draw = new Draw(options.seed());
        Population population = new Population(options, draw);
        return new WorldModel(
                options,
                draw,
                population,
                new Graph(options, draw, population),
                new Posting(options, draw, population));
    }

    /** True probabilities of a push of any post to any user. */
    Truth truth(long userId, long postId) {
        return new Network(this, userId).truth(posting.post(postId));
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
