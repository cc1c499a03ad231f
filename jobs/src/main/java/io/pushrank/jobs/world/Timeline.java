package io.pushrank.jobs.world;

import io.pushrank.jobs.world.Draw.Purpose;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a user sees at home on a day, and what the user does about it. */
final class Timeline {
    private static final long DAY = 86_400;

    private final WorldModel model;
    private final Draw draw;
    private final Network network;
    private final Person person;
    private final Visits visits;

    Timeline(WorldModel model, Network network) {
        this.model = model;
        this.draw = model.draw();
        this.network = network;
        this.person = network.person();
        this.visits = new Visits(model, person);
    }

    /**
     * Something that a user did.
     *
     * @param postId null for a profile visit
     * @param at seconds since 1970
     */
    record Act(long userId, long authorId, Long postId, String kind, long at) {}

    /** Impressions of a day and what they led to; a post comes up at most once a day. */
    List<Act> acts(int day) {
        List<Act> acts = new ArrayList<>();
        List<Long> visits = this.visits.of(day);
        Set<Long> viewed = new HashSet<>();
        long free = 0;
        int number = 0;
        for (long visit : visits) {
            double mean = (person.isActive() ? 16.0 : 8.0) / visits.size();
            int views = Draw.poisson(mean, draw.uniform(Purpose.VIEW_COUNT, person.id(), visit));
            List<Post> fresh = network.posts(visit - DAY, visit);
            long at = Math.max(visit, free);
            for (int view = 0; view < views && at < visit + Visits.LONGEST - 60; view++, number++) {
                Optional<Post> best = bestOfThree(fresh, visit, 1000L * day + number, viewed);
                if (best.isPresent()) {
                    viewed.add(best.get().id());
                    at += 4 + 2 * Draw.between(0, 20, draw.uniform(Purpose.VIEW_SECOND, person.id(), visit, view));
                    react(best.get(), at, acts);
                }
            }
            free = at + 2;
        }
        return acts;
    }

    private Optional<Post> bestOfThree(List<Post> fresh, long visit, long view, Set<Long> viewed) {
        Post best = null;
        double bestScore = Double.NEGATIVE_INFINITY;
        for (int number = 0; number < 3; number++) {
            long key = 4 * view + number;
            Optional<Post> candidate = candidate(fresh, visit, key);
            if (candidate.isPresent() && !viewed.contains(candidate.get().id())) {
                double score = attraction(candidate.get()) + draw.uniform(Purpose.VIEW_NOISE, person.id(), key);
                if (score > bestScore) {
                    bestScore = score;
                    best = candidate.get();
                }
            }
        }
        return Optional.ofNullable(best);
    }

    private Optional<Post> candidate(List<Post> fresh, long visit, long key) {
        double source = draw.uniform(Purpose.VIEW_SOURCE, person.id(), key);
        double pick = draw.uniform(Purpose.VIEW_PICK, person.id(), key);
        if (source < 0.65 && !fresh.isEmpty()) {
            return Optional.of(fresh.get((int) (pick * fresh.size())));
        }
        Optional<Post> post = source < 0.85
                ? model.popularPost(person.group(), visit - DAY, visit, person.id(), key)
                : model.topicPost(
                        person.interests().get((int) (pick * 3)), person.group(), visit - DAY, visit, person.id(), key);
        return post.filter(candidate -> candidate.authorId() != person.id());
    }

    /** What makes the home timeline show a post, and its reader act on it. */
    private double attraction(Post post) {
        Follow follow = network.to(post.authorId());
        return 1.3 * person.taste() * post.visual()
                + 0.5 * person.ageDirection() * post.wordiness()
                + 0.5 * Appeal.interest(person, post)
                + (follow == null ? 0 : 0.5 * follow.affinity());
    }

    private void react(Post post, long at, List<Act> acts) {
        long id = person.id();
        long author = post.authorId();
        acts.add(new Act(id, author, post.id(), "impression", at));
        double quality = model.population().person(author).quality();
        double engaged = Truth.logistic(0.2 + 0.8 * attraction(post) + 1.8 * quality + 0.5 * post.spark());
        if (draw.uniform(Purpose.VIEW_ENGAGE, id, post.id(), at) < engaged) {
            acts.add(new Act(id, author, post.id(), kind(draw.uniform(Purpose.VIEW_KIND, id, post.id(), at)), at + 2));
            if (draw.uniform(Purpose.VIEW_PROFILE, id, post.id(), at) < 0.06) {
                acts.add(new Act(id, author, null, "profile_visit", at + 2));
            }
        } else if (draw.uniform(Purpose.VIEW_DISLIKE, id, post.id(), at)
                < Truth.logistic(-4.6 - 1.4 * quality + (post.isSensitive() ? 1 : 0))) {
            acts.add(new Act(id, author, post.id(), "dislike", at + 2));
            if (draw.uniform(Purpose.VIEW_REPORT, id, post.id(), at) < 0.15) {
                acts.add(new Act(id, author, post.id(), "report", at + 2));
            }
        }
    }

    private static String kind(double uniform) {
        if (uniform < 0.55) {
            return "like";
        }
        if (uniform < 0.8) {
            return "click";
        }
        if (uniform < 0.91) {
            return "repost";
        }
        return uniform < 0.97 ? "reply" : "quote";
    }
}
