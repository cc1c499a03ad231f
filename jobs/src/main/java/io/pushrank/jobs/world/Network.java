package io.pushrank.jobs.world;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** A user's surroundings, made once and used for each day: followees, and what they post. */
final class Network {
    private final WorldModel model;
    private final Person person;
    private final List<Follow> follows;
    private final Follow[] byFollowee;
    private final List<Person> followees = new ArrayList<>();
    private final Memo<List<Post>> postsByDay;

    Network(WorldModel model, Person person) {
        this.model = model;
        this.person = person;
        this.follows = model.graph().follows(person);
        this.postsByDay = new Memo<>(model.options().days(), 1 << 6, this::postsOf);
        this.byFollowee = follows.toArray(Follow[]::new);
        Arrays.sort(byFollowee, Comparator.comparingLong(Follow::followeeId));
        for (Follow follow : follows) {
            followees.add(model.population().person(follow.followeeId()));
        }
    }

    Person person() {
        return person;
    }

    List<Follow> follows() {
        return follows;
    }

    /** The edge to the author, or null. */
    Follow to(long authorId) {
        // Ids of a community are evenly spaced, on which a hash map would be slow.
        int from = 0;
        int until = byFollowee.length;
        while (from < until) {
            int middle = (from + until) >>> 1;
            Follow follow = byFollowee[middle];
            if (follow.followeeId() == authorId) {
                return follow;
            }
            if (follow.followeeId() < authorId) {
                from = middle + 1;
            } else {
                until = middle;
            }
        }
        return null;
    }

    /** Posts that followees wrote after {@code from} and up to {@code until}, once followed. */
    List<Post> posts(long from, long until) {
        List<Post> posts = new ArrayList<>();
        for (int day = model.options().dayOf(from); day <= model.options().dayOf(until); day++) {
            for (Post post : postsByDay.get(day)) {
                if (post.createdAt() > from && post.createdAt() <= until) {
                    posts.add(post);
                }
            }
        }
        return posts;
    }

    private List<Post> postsOf(long day) {
        List<Post> posts = new ArrayList<>();
        for (int number = 0; number < follows.size(); number++) {
            for (Post post : model.posting().posts(followees.get(number), (int) day)) {
                if (follows.get(number).followedAt() <= post.createdAt()) {
                    posts.add(post);
                }
            }
        }
        return posts;
    }

    /** Whether the person follows the author at an instant. */
    boolean isFollowing(long authorId, long at) {
        Follow follow = to(authorId);
        return follow != null && follow.followedAt() <= at;
    }

    Appeal appeal(Post post) {
        return Appeal.of(person, model.population().person(post.authorId()), post, to(post.authorId()));
    }
}
