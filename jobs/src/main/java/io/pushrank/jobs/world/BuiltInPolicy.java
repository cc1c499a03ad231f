package io.pushrank.jobs.world;

import io.pushrank.jobs.world.Draw.Purpose;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/** Policies to compare others with: each sends at most one post a day, at the as-of instant, to whom it can reach. */
public enum BuiltInPolicy {
    /** Sends nothing. */
    NONE {
        @Override
        Optional<Post> choose(Recipient recipient, Fresh fresh, long seed) {
            return Optional.empty();
        }
    },
    /** Any fresh post. */
    RANDOM {
        @Override
        Optional<Post> choose(Recipient recipient, Fresh fresh, long seed) {
            Draw draw = new Draw(seed);
            List<Post> posts = fresh.newestFirst();
            // Nearly every post will do: so many draws fail together once in a lifetime.
            for (int attempt = 0; attempt < 50 && !posts.isEmpty(); attempt++) {
                double uniform =
                        draw.uniform(Purpose.POLICY_CHOICE, recipient.person().id(), fresh.at(), attempt);
                Post post = posts.get((int) (uniform * posts.size()));
                if (isAllowed(recipient).test(post)) {
                    return Optional.of(post);
                }
            }
            return Optional.empty();
        }
    },
    /** The post that most people acted on, in the recipient's language. */
    POPULAR {
        @Override
        Optional<Post> choose(Recipient recipient, Fresh fresh, long seed) {
            return fresh.mostActedOnFirst().stream()
                    .filter(post -> !Appeal.isForeign(recipient.person(), post))
                    .filter(isAllowed(recipient))
                    .findFirst();
        }
    },
    /** The latest post of who the recipient follows. */
    RECENT {
        @Override
        Optional<Post> choose(Recipient recipient, Fresh fresh, long seed) {
            return fresh.newestFirst().stream()
                    .filter(post -> isFollowed(recipient, post))
                    .filter(isAllowed(recipient))
                    .findFirst();
        }
    },
    /** The post with the highest true P(OONC) less {@link #OPT_OUT_COST} × P(opt-out), where that is above 0. */
    ORACLE {
        @Override
        Optional<Post> choose(Recipient recipient, Fresh fresh, long seed) {
            Moment moment = recipient.at(fresh.at());
            Predicate<Post> isAllowed = isAllowed(recipient);
            Post best = null;
            double most = 0;
            for (Post post : fresh.newestFirst()) {
                Truth truth = moment.truth(recipient.network().appeal(post), post, type());
                double worth = truth.oonc() - OPT_OUT_COST * truth.optOut();
                if (worth > most && isAllowed.test(post)) {
                    most = worth;
                    best = post;
                }
            }
            return Optional.ofNullable(best);
        }
    };

    /** Opens that are lost with a recipient: about those of a month with one well chosen push a day. */
    private static final int OPT_OUT_COST = 10;

    /** Notification type of its sends. */
    String type() {
        return name().toLowerCase(Locale.ROOT);
    }

    abstract Optional<Post> choose(Recipient recipient, Fresh fresh, long seed);

    private static Predicate<Post> isAllowed(Recipient recipient) {
        boolean isInNetworkOnly = recipient.person().isInNetworkOnly();
        return post ->
                recipient.isFit(post) && !recipient.hasGot(post) && (!isInNetworkOnly || isFollowed(recipient, post));
    }

    private static boolean isFollowed(Recipient recipient, Post post) {
        return recipient.network().isFollowing(post.authorId(), post.createdAt());
    }
}
