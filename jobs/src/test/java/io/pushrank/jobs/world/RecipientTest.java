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

    /** Every push of a world's log, and every day of its people; {@code -Dpushrank.test.users=48000} is a million pushes. */
    @Test
    void outcomesFollowTheTruthInEveryDecile() {
        WorldOptions options = new WorldOptions(
                Integer.getInteger("pushrank.test.users", 3_000), OPTIONS.days(), OPTIONS.seed(), OPTIONS.lastDay(), 7);
        WorldModel model = WorldModel.of(options);
        List<Drawn> opens = new ArrayList<>();
        List<Drawn> optOuts = new ArrayList<>();
        List<Drawn> visits = new ArrayList<>();
        for (long user = 1; user <= options.users(); user++) {
            for (Pushing.Push push :
                    new Pushing(model, model.network(user)).log().pushes()) {
                if (push.isSent()) {
                    opens.add(new Drawn(push.truth().oonc(), push.outcome().isOonc()));
                    optOuts.add(new Drawn(push.truth().optOut(), push.outcome().hasOptedOut()));
                }
            }
            Person person = model.population().person(user);
            if (person.createdAt() < options.start()) {
                Visits ofPerson = new Visits(model, person);
                for (int day = 0; day < options.days(); day++) {
                    visits.add(new Drawn(
                            person.visitProbability(), !ofPerson.of(day).isEmpty()));
                }
            }
        }
        assertTrue(opens.size() > 50_000, () -> opens.size() + " pushes");
        assertLikely(opens, "opens");
        assertLikely(optOuts, "opt-outs");
        assertLikely(visits, "days with a visit");
    }

    /** What was drawn, and with which probability. */
    private record Drawn(double probability, boolean isTrue) {}

    private static void assertLikely(List<Drawn> draws, String what) {
        draws.sort(Comparator.comparingDouble(Drawn::probability));
        for (int decile = 0; decile < 10; decile++) {
            double expected = 0;
            double variance = 0;
            double seen = 0;
            for (Drawn each : draws.subList(decile * draws.size() / 10, (decile + 1) * draws.size() / 10)) {
                expected += each.probability();
                variance += each.probability() * (1 - each.probability());
                seen += each.isTrue() ? 1 : 0;
            }
            String which = "decile %d of %d %s: %.1f expected, %.0f seen, z %.2f"
                    .formatted(decile, draws.size(), what, expected, seen, (seen - expected) / Math.sqrt(variance));
            // A decile with hardly a case is not normal: of so few one more is nothing.
            assertEquals(expected, seen, 4 * Math.sqrt(variance) + 1, which);
            if (Integer.getInteger("pushrank.test.users") != null) {
                System.out.println(which);
            }
        }
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
