package io.pushrank.jobs.world;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The posts that may be pushed on a day: written in the 24 hours before its as-of instant, by authors that may be shown to
 * others, and no replies.
 *
 * @param at the as-of instant, in seconds since 1970
 * @param newestFirst every one of them; of equal age, the lower id first
 * @param mostActedOnFirst the same by how many people acted on them in those hours
 */
record Fresh(long at, List<Post> newestFirst, List<Post> mostActedOnFirst) {
    private static final long DAY = 86_400;

    /** @param acting how many people acted on a post, by its id; posts that are not in it: nobody */
    static Fresh of(WorldModel model, long[] postIds, Map<Long, Long> acting, int day) {
        long asOf = model.options().asOf(day);
        List<Post> newest = new ArrayList<>();
        for (long id : postIds) {
            Post post = model.posting().known(id);
            boolean isFresh = post.createdAt() > asOf - DAY && post.createdAt() <= asOf;
            if (isFresh
                    && !post.isReply()
                    && model.population().person(post.authorId()).isRecommendable()) {
                newest.add(post);
            }
        }
        newest.sort(Comparator.comparingLong(Post::createdAt).reversed().thenComparingLong(Post::id));
        List<Post> most = new ArrayList<>(newest);
        most.sort(Comparator.comparingLong((Post post) -> acting.getOrDefault(post.id(), 0L))
                .reversed()
                .thenComparingLong(Post::id));
        return new Fresh(asOf, List.copyOf(newest), List.copyOf(most));
    }
}
