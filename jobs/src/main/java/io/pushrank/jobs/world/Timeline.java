package io.pushrank.jobs.world;

import io.pushrank.jobs.world.Draw.Purpose;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** What a user sees at home on a day, and what the user does about it. */
final class Timeline {
    private static final long DAY = 86_400;
    /** Views of a visit take at most this long, so that a visit never reaches into the next day. */
    private static final long LONGEST_VISIT = 1800;

    private final WorldModel model;
    private final Draw draw;
    private final Network network;
    private final Person person;

    Timeline(WorldModel model, Network network) {
        this.model = model;
        this.draw = model.draw();
        this.network = network;
        this.person = network.person();
    }

    /**
     * Something that a user did.
     *
     * @param postId null for a profile visit
     * @param at seconds since 1970
     */
    record Act(long userId, long authorId, Long postId, String kind, long at) {}

    /** Starts of the visits of a day, in order: none on some days. */
    List<Long> visits(int day) {
        List<Long> visits = new ArrayList<>();
        double probability = person.isActive() ? 0.94 : 0.36;
        if (day < 0 || day >= model.options().days() || draw.uniform(Purpose.VISIT, person.id(), day) >= probability) {
            return visits;
        }
        int count = 1 + (int) (draw.uniform(Purpose.VISIT_COUNT, person.id(), day) * (person.isActive() ? 3 : 2));
        for (int number = 0; number < count; number++) {
            long second = Posting.secondOfDay(
                    person,
                    draw.uniform(Purpose.VISIT_HOUR, person.id(), day, number),
                    draw.uniform(Purpose.VISIT_SECOND, person.id(), day, number));
            long at = model.options().startOf(day) + 2 * (Math.min(second, DAY - LONGEST_VISIT) / 2);
            if (at >= person.createdAt()) {
                visits.add(at);
            }
        }
        visits.sort(null);
        return visits;
    }

    /** Start of the last visit at or before an instant. */
    OptionalLong lastVisit(long until) {
        for (int day = model.options().dayOf(until); day >= 0; day--) {
            OptionalLong last = visits(day).stream()
                    .mapToLong(at -> at)
                    .filter(at -> at <= until)
                    .max();
            if (last.isPresent()) {
                return last;
            }
        }
        return OptionalLong.empty();
    }

    /** Impressions of a day and what they led to; a post comes up at most once a day. */
    List<Act> acts(int day) {
        List<Act> acts = new ArrayList<>();
        List<Long> visits = visits(day);
        Set<Long> viewed = new HashSet<>();
        long free = 0;
        int number = 0;
        for (long visit : visits) {
            double mean = (person.isActive() ? 16.0 : 8.0) / visits.size();
            int views = Draw.poisson(mean, draw.uniform(Purpose.VIEW_COUNT, person.id(), visit));
            List<Post> fresh = network.posts(visit - DAY, visit);
            long at = Math.max(visit, free);
            for (int view = 0; view < views && at < visit + LONGEST_VISIT - 60; view++, number++) {
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
                + 0.5 * Truth.interest(person, post)
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
