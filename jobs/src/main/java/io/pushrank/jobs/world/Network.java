package io.pushrank.jobs.world;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A user's surroundings, made once and used for each day: followees, and what they post. */
final class Network {
    private final WorldModel model;
    private final Person person;
    private final List<Follow> follows;
    private final Map<Long, Follow> byFollowee = new HashMap<>();
    private final List<Person> followees = new ArrayList<>();
    private final Memo<List<Post>> postsByDay;

    Network(WorldModel model, long userId) {
        this.model = model;
        this.person = model.population().person(userId);
        this.follows = model.graph().follows(person);
        this.postsByDay = new Memo<>(model.options().days(), 1 << 6, this::postsOf);
        for (Follow follow : follows) {
            byFollowee.put(follow.followeeId(), follow);
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
        return byFollowee.get(authorId);
    }

    /** Posts that followees wrote after {@code from} and up to {@code until}, once followed. */
    List<Post> posts(long from, long until) {
        List<Post> posts = new ArrayList<>();
        for (int day = model.options().dayOf(from); day <= model.options().dayOf(until); day++) {
            for (Post post : postsByDay.get(day)) {
                if (post.createdAt() > from
                        && post.createdAt() <= until
                        && to(post.authorId()).followedAt() <= post.createdAt()) {
                    posts.add(post);
                }
            }
        }
        return posts;
    }

    private List<Post> postsOf(long day) {
        List<Post> posts = new ArrayList<>();
        followees.forEach(followee -> posts.addAll(model.posting().posts(followee, (int) day)));
        return posts;
    }

    Truth truth(Post post) {
        return Truth.of(person, model.population().person(post.authorId()), post, to(post.authorId()));
    }
}
