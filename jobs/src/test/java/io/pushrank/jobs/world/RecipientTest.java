package io.pushrank.jobs.world;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What pushes do to people, and that a log shows it. */
class RecipientTest {
    private static final long DAY = 86_400;
    private static final WorldOptions OPTIONS = new WorldOptions(3_000, 20, 7, LocalDate.parse("2026-03-14"), 7);
    private static final WorldModel MODEL = WorldModel.of(OPTIONS);

    @Test
    void ignoredPushesTireAndHalveWithAgeAndAnOpenedOneHalvesThem() {
        Recipient recipient = recipient(1);
        Person person = recipient.person();
        long start = OPTIONS.asOf(3);

        recipient.remember(null, 1, "a", start, false, false);
        assertEquals(1, recipient.at(start).fatigue(), 1e-12);
        long later = start + Math.round(person.fatigueHalfLife());
        assertEquals(0.5, recipient.at(later).fatigue(), 1e-5);

        recipient.remember(null, 2, "a", later, false, false);
        assertEquals(1.5, recipient.at(later).fatigue(), 1e-5);
        recipient.remember(null, 3, "a", later, true, false);
        assertEquals(0.75, recipient.at(later).fatigue(), 1e-5);
    }

    @Test
    void whatCameLatelyIsLessWelcomeByAuthorTopicAndType() {
        Recipient recipient = recipient(1);
        Post post = anyPost();
        long at = OPTIONS.asOf(10);
        recipient.remember(post, post.id(), "a", at - 2 * DAY, true, false);

        Moment moment = recipient.at(at);

        assertEquals(0.5, moment.againByAuthor(post.authorId()), 1e-12);
        assertEquals(0.5, moment.againByTopic(post.topic()), 1e-12);
        assertEquals(0.5, moment.againByType("a"), 1e-12);
        assertEquals(0, moment.againByType("b"), 1e-12);
        assertEquals(0, recipient.at(at + 5 * DAY).againByType("a"), 1e-12, "a week later it is forgotten");
        recipient.remember(post, post.id(), "a", at, true, false);
        assertEquals(1, recipient.at(at + 1).againByType("a"), 1e-12, "it counts at most once");
    }

    @Test
    void aPushAddsVisitsByThoseWhoWouldNotHaveCome() {
        Recipient recipient = recipient(1);
        Truth truth = recipient.at(OPTIONS.asOf(3)).truth(recipient.network().appeal(anyPost()), anyPost(), "a");

        assertEquals((1 - recipient.person().visitProbability()) * truth.oonc(), truth.gain(), 1e-15);
    }

    @Test
    void optingOutIsLikelierAfterManyPushesAndAfterADislike() {
        Recipient rested = recipient(1);
        Recipient tired = recipient(1);
        long at = OPTIONS.asOf(3);
        IntStream.range(0, 10).forEach(push -> tired.remember(null, push, "a", at - DAY + push, false, false));
        Recipient again = recipient(1);
        again.remember(null, 1, "a", at - 10, true, false);

        assertTrue(tired.at(at).optOut(false, false) > rested.at(at).optOut(false, false));
        assertTrue(rested.at(at).optOut(false, true) > rested.at(at).optOut(false, false));
        assertTrue(rested.at(at).optOut(false, false) > rested.at(at).optOut(true, false));
        assertTrue(again.at(at).optOut(true, false) > rested.at(at).optOut(true, false), "a second one on the day");
    }

    @Test
    void whoOptsOutIsNotReachedUntilOptingInAgain() {
        Recipient gone = LongStream.rangeClosed(1, 3_000)
                .mapToObj(RecipientTest::recipient)
                .filter(recipient -> recipient.isReachable(OPTIONS.asOf(2)))
                .filter(recipient -> {
                    for (int push = 0; push < 40 && recipient.absences().isEmpty(); push++) {
                        recipient.remember(null, push, "a", OPTIONS.asOf(2) + push, false, true);
                    }
                    return recipient.absences().stream().anyMatch(absence -> absence.until() != Long.MAX_VALUE);
                })
                .findFirst()
                .orElseThrow();
        Recipient.Absence absence = gone.absences().get(0);

        assertFalse(gone.isReachable(absence.from()));
        assertFalse(gone.isReachable(absence.until() - 1));
        assertTrue(gone.isReachable(absence.until()));
    }

    /** Truth and outcome of every push of the world's log. */
    @Test
    void outcomesFollowTheTruthInEveryDecile() {
        List<Pushing.Push> pushes = LongStream.rangeClosed(1, OPTIONS.users())
                .mapToObj(user -> new Pushing(MODEL, MODEL.network(user)).log().pushes())
                .flatMap(List::stream)
                .filter(Pushing.Push::isSent)
                .sorted(Comparator.comparingDouble(push -> push.truth().oonc()))
                .toList();
        assertTrue(pushes.size() > 50_000, () -> pushes.size() + " pushes");
        for (int decile = 0; decile < 10; decile++) {
            assertLikely(
                    pushes.subList(decile * pushes.size() / 10, (decile + 1) * pushes.size() / 10), "decile " + decile);
        }
        double expected = 0;
        double variance = 0;
        double seen = 0;
        for (Pushing.Push push : pushes) {
            expected += push.truth().optOut();
            variance += push.truth().optOut() * (1 - push.truth().optOut());
            seen += push.outcome().hasOptedOut() ? 1 : 0;
        }
        assertTrue(expected > 50);
        assertEquals(expected, seen, 4 * Math.sqrt(variance), "opt-outs");
    }

    private static void assertLikely(List<Pushing.Push> pushes, String which) {
        double expected = 0;
        double variance = 0;
        double seen = 0;
        for (Pushing.Push push : pushes) {
            double truth = push.truth().oonc();
            expected += truth;
            variance += truth * (1 - truth);
            seen += push.outcome().isOonc() ? 1 : 0;
        }
        assertEquals(expected, seen, 4 * Math.sqrt(variance), which);
    }

    @Test
    void daysWithAVisitFollowTheirProbability() {
        double expected = 0;
        double variance = 0;
        double seen = 0;
        for (long user = 1; user <= OPTIONS.users(); user++) {
            Person person = MODEL.population().person(user);
            if (person.createdAt() < OPTIONS.start()) {
                for (int day = 0; day < OPTIONS.days(); day++) {
                    expected += person.visitProbability();
                    variance += person.visitProbability() * (1 - person.visitProbability());
                    seen += new Visits(MODEL, person).of(day).isEmpty() ? 0 : 1;
                }
            }
        }
        assertEquals(expected, seen, 4 * Math.sqrt(variance));
    }

    /** The log alone shows hour, fatigue and repetition with their coefficients. */
    @Test
    void aLogisticRegressionOnTheLogFindsTheCoefficients() {
        List<double[]> rows = new ArrayList<>();
        for (long user = 1; user <= OPTIONS.users(); user++) {
            Recipient recipient = recipient(user);
            for (Pushing.Push push :
                    new Pushing(MODEL, MODEL.network(user)).log().pushes()) {
                if (push.isSent()) {
                    Post post = MODEL.posting().post(push.postId());
                    Moment moment = recipient.at(push.sentAt());
                    rows.add(new double[] {
                        recipient.network().appeal(post).oonc(),
                        push.outcome().isOonc() ? 1 : 0,
                        1,
                        moment.attention(),
                        recipient.person().fatigueWeight() * moment.fatigue(),
                        moment.againByAuthor(post.authorId()),
                        moment.againByTopic(post.topic()),
                        moment.againByType(push.notificationType())
                    });
                    recipient.remember(
                            post,
                            post.id(),
                            push.notificationType(),
                            push.sentAt(),
                            push.outcome().isOonc(),
                            push.outcome().dislikedAt() > 0);
                }
            }
        }
        LogisticRegression found = LogisticRegression.of(rows);
        double[] truth = {0, 0.5, -1, -0.6, -0.3, -0.15};
        for (int at = 0; at < truth.length; at++) {
            assertEquals(truth[at], found.coefficient(at), 4 * found.error(at), "coefficient " + at);
        }
        assertTrue(found.error(1) < 0.1 && found.error(2) < 0.1, "the log is long enough to tell");
    }

    /** Policies that differ by their seed alone: the interval of their difference covers zero as often as it should. */
    @Test
    void equalPoliciesDifferByNothingAndThoseOfOtherSeedsByChance() {
        WorldOptions options = new WorldOptions(300, 8, 3, LocalDate.parse("2026-03-14"), 7);
        WorldModel model = WorldModel.of(options);
        long[] posts = LongStream.rangeClosed(1, options.users())
                .flatMap(user -> IntStream.range(0, options.days())
                        .mapToObj(
                                day -> model.posting().posts(model.population().person(user), day))
                        .flatMapToLong(ofDay -> ofDay.stream().mapToLong(Post::id)))
                .toArray();
        List<Fresh> days = IntStream.range(1, options.days())
                .mapToObj(day -> Fresh.of(model, posts, Map.of(), day))
                .toList();
        SplittableRandom seeds = new SplittableRandom(11);
        int covering = 0;
        for (int pair = 0; pair < 100; pair++) {
            int[] one = opens(model, days, seeds.nextLong());
            int[] other = opens(model, days, seeds.nextLong());
            covering += coversZero(one, other) ? 1 : 0;
        }
        int counted = covering;
        assertTrue(counted >= 90 && counted <= 100, () -> counted + " of 100 intervals cover zero");
        long seed = seeds.nextLong();
        assertArrayEquals(opens(model, days, seed), opens(model, days, seed));
    }

    private static int[] opens(WorldModel model, List<Fresh> days, long seed) {
        int[] opens = new int[300];
        for (int user = 1; user <= opens.length; user++) {
            Recipient recipient = new Recipient(model, model.network(user));
            for (Fresh fresh : days) {
                if (recipient.isReachable(fresh.at())) {
                    boolean isOpened = BuiltInPolicy.RANDOM
                            .choose(recipient, fresh, seed)
                            .filter(post ->
                                    recipient.push(post, "random", fresh.at()).isOonc())
                            .isPresent();
                    opens[user - 1] += isOpened ? 1 : 0;
                }
            }
        }
        return opens;
    }

    private static boolean coversZero(int[] one, int[] other) {
        double sum = 0;
        double squares = 0;
        for (int user = 0; user < one.length; user++) {
            double difference = one[user] - other[user];
            sum += difference;
            squares += difference * difference;
        }
        double mean = sum / one.length;
        double error = Math.sqrt((squares / one.length - mean * mean) / one.length);
        return Math.abs(mean) <= 1.96 * error;
    }

    private static Post anyPost() {
        return LongStream.rangeClosed(1, OPTIONS.users())
                .mapToObj(user -> MODEL.posting().posts(MODEL.population().person(user), 9))
                .flatMap(List::stream)
                .findFirst()
                .orElseThrow();
    }

    private static Recipient recipient(long user) {
        return new Recipient(MODEL, MODEL.network(user));
    }
}
