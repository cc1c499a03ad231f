package io.pushrank.jobs.realgraph;

import io.pushrank.jobs.TinyWorld;
import io.pushrank.jobs.config.ConfigFile;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A seeded world of some dozen accounts, each with some that it acts on often, and what is known of pairs, by loops over lists. */
final class TieWorld {
    /** As-of instant of the features that are learned from. */
    static final Instant BEFORE = TinyWorld.AS_OF;
    /** Date of the training. */
    static final LocalDate DATE = TinyWorld.DATE.plusDays(1);
    /** As-of instant of the ties. */
    static final Instant NOW = BEFORE.plus(Duration.ofDays(1));

    private static final int USERS = 40;
    private static final List<String> KINDS =
            List.of("like", "repost", "reply", "quote", "click", "profile_visit", "impression", "dislike", "report");
    private static final Map<String, Long> WEIGHTS =
            Map.of("repost", 4L, "reply", 4L, "quote", 4L, "like", 2L, "click", 1L, "profile_visit", 1L);

    /** Two accounts, the first of which may act on the other. */
    record Pair(long user, long other) implements Comparable<Pair> {
        @Override
        public int compareTo(Pair pair) {
            return user != pair.user ? Long.compare(user, pair.user) : Long.compare(other, pair.other);
        }

        Pair back() {
            long first = other;
            long second = user;
            return new Pair(first, second);
        }
    }

    private record Act(Pair pair, String kind, Instant at) {
        long weight() {
            return WEIGHTS.getOrDefault(kind, 0L);
        }

        long daysAgo(Instant asOf) {
            return (Duration.between(at, asOf).toSeconds() - 1) / 86_400;
        }
    }

    private record Push(Pair pair, Instant at, Instant openedAt, Instant engagedAt) {}

    private final List<Act> acts = new ArrayList<>();
    private final List<Push> pushes = new ArrayList<>();
    private final Map<Pair, Instant> follows = new TreeMap<>();

    TieWorld(long seed) {
        Random random = new Random(seed);
        for (long user = 1; user <= USERS; user++) {
            for (int number = 0; number < 16; number++) {
                long other = 1 + (user + (number < 5 ? number : random.nextInt(USERS - 1))) % USERS;
                Pair pair = new Pair(user, other);
                int most = number < 5 ? 3 * number : 2;
                for (int act = random.nextInt(most + 1); act > 0 && other != user; act--) {
                    String kind = KINDS.get(number < 5 ? random.nextInt(KINDS.size()) : 6 + random.nextInt(3));
                    // More of the last days.
                    long minutes = 1 + (long) (60 * 24 * 20 * Math.pow(random.nextDouble(), 2));
                    acts.add(new Act(pair, kind, NOW.minusSeconds(60 * minutes)));
                }
                if (random.nextInt(3) == 0 && other != user) {
                    follows.put(pair, NOW.minusSeconds(3600L * (1 + random.nextInt(24 * 100))));
                }
                if (random.nextInt(4) == 0) {
                    Instant at = NOW.minusSeconds(60L * (1 + random.nextInt(60 * 24 * 6)));
                    boolean isOpened = random.nextBoolean();
                    pushes.add(new Push(
                            pair,
                            at,
                            isOpened ? at.plusSeconds(1 + random.nextInt(100_000)) : null,
                            isOpened && random.nextBoolean() ? at.plusSeconds(100_001) : null));
                }
            }
        }
        // At the very edges of what is known.
        acts.add(new Act(new Pair(1, 30), "like", BEFORE));
        acts.add(new Act(new Pair(1, 31), "like", BEFORE.minusSeconds(1)));
        acts.add(new Act(new Pair(1, 31), "click", BEFORE.minus(Duration.ofDays(1))));
        acts.add(new Act(new Pair(1, 31), "impression", NOW.minusSeconds(1)));
        follows.put(new Pair(1, 32), BEFORE);
    }

    /** Adds rows of every kind at an instant, between accounts that know each other and such that do not. */
    TieWorld withRowsAt(Instant at) {
        for (String kind : KINDS) {
            acts.add(new Act(new Pair(2, 3), kind, at));
            acts.add(new Act(new Pair(3, 2), kind, at));
            acts.add(new Act(new Pair(5, 38), kind, at));
        }
        pushes.add(new Push(new Pair(2, 3), at, at.plusSeconds(9), at.plusSeconds(99)));
        follows.put(new Pair(7, 33), at);
        follows.put(new Pair(33, 7), at);
        return this;
    }

    TinyWorld write(Path directory) {
        TinyWorld world = new TinyWorld(directory);
        for (long user = 1; user <= USERS; user++) {
            world.people(user);
        }
        long post = 1000;
        for (Act act : acts) {
            post++;
            world.engagement(
                    act.pair().user(),
                    act.pair().other(),
                    act.kind().equals("profile_visit") ? null : (Long) post,
                    act.kind(),
                    act.at());
        }
        for (Push push : pushes) {
            post++;
            world.notification(
                    push.pair().user(),
                    post,
                    push.pair().other(),
                    push.at(),
                    "opened_at",
                    push.openedAt(),
                    "engaged_at",
                    push.engagedAt());
        }
        follows.forEach((pair, at) -> world.follow(pair.user(), pair.other(), "followed_at", at));
        return world.write();
    }

    /** Every pair between which there may be a tie as of an instant. */
    Set<Pair> pairs(Instant asOf) {
        Set<Pair> pairs = new TreeSet<>();
        acts.stream().filter(act -> act.at().isBefore(asOf)).forEach(act -> pairs.add(act.pair()));
        follows.forEach((pair, at) -> {
            if (at.isBefore(asOf)) {
                pairs.add(pair);
            }
        });
        return pairs;
    }

    /** Whether the first acted on the other from {@link #BEFORE} to {@link #NOW}. */
    boolean hasActed(Pair pair) {
        return acts.stream()
                .anyMatch(act -> act.pair().equals(pair)
                        && act.weight() > 0
                        && !act.at().isBefore(BEFORE)
                        && act.at().isBefore(NOW));
    }

    /** The features of the shipped settings, in their order. */
    double[] features(Pair pair, Instant asOf) {
        Map<String, Double> values = new HashMap<>();
        own(pair, asOf).forEach((name, value) -> values.put("pair." + name, value));
        Map<String, Double> back = own(pair.back(), asOf);
        for (String name : List.of("weight", "recent_weight", "impressions", "engaged_days", "days_since_last")) {
            values.put("pair." + name + "_back", back.get(name));
        }
        values.put("pair.days_followed", days(Optional.ofNullable(follows.get(pair)), asOf));
        values.put("pair.days_followed_back", days(Optional.ofNullable(follows.get(pair.back())), asOf));
        return ConfigFile.shipped().config().realGraph().features().stream()
                .mapToDouble(values::get)
                .toArray();
    }

    private Map<String, Double> own(Pair pair, Instant asOf) {
        List<Act> known = acts.stream()
                .filter(act -> act.pair().equals(pair) && act.at().isBefore(asOf))
                .toList();
        Map<String, Double> values = new HashMap<>();
        values.put("likes", count(known, "like"));
        values.put("reposts", count(known, "repost"));
        values.put("replies", count(known, "reply", "quote"));
        values.put("clicks", count(known, "click"));
        values.put("profile_visits", count(known, "profile_visit"));
        values.put("impressions", count(known, "impression"));
        values.put("dislikes", count(known, "dislike", "report"));
        values.put("weight", (double) known.stream().mapToLong(Act::weight).sum());
        values.put("recent_weight", (double) known.stream()
                .mapToLong(act -> act.weight() * (1024 >> (act.daysAgo(asOf) / 3)))
                .sum());
        values.put("engaged_days", days(known, asOf, act -> act.weight() > 0));
        values.put("seen_days", days(known, asOf, act -> act.kind().equals("impression")));
        Map<Long, Long> actsByDay = new HashMap<>();
        known.stream()
                .filter(act -> act.weight() > 0)
                .forEach(act -> actsByDay.merge(act.daysAgo(asOf), 1L, Long::sum));
        values.put("acts", (double)
                actsByDay.values().stream().mapToLong(each -> each).sum());
        values.put("squares", (double)
                actsByDay.values().stream().mapToLong(each -> each * each).sum());
        values.put("elapsed_days", days(known.stream().map(Act::at).min(Instant::compareTo), asOf));
        values.put(
                "days_since_last",
                days(known.stream().filter(act -> act.weight() > 0).map(Act::at).max(Instant::compareTo), asOf));
        values.put(
                "days_since_seen",
                days(
                        known.stream()
                                .filter(act -> act.kind().equals("impression"))
                                .map(Act::at)
                                .max(Instant::compareTo),
                        asOf));
        List<Push> sent = pushes.stream()
                .filter(push -> push.pair().equals(pair) && push.at().isBefore(asOf))
                .toList();
        values.put("pushes", (double) sent.size());
        values.put("opens", count(sent.stream().map(Push::openedAt), asOf));
        values.put("push_engagements", count(sent.stream().map(Push::engagedAt), asOf));
        values.put("push_dislikes", 0.0);
        values.put("recent_pushes", (double) sent.stream()
                .mapToLong(push -> Math.round(
                        1024 * Math.pow(0.5, Duration.between(push.at(), asOf).toMinutes() / 2880.0)))
                .sum());
        values.put("days_since_push", days(sent.stream().map(Push::at).max(Instant::compareTo), asOf));
        return values;
    }

    private static double count(List<Act> acts, String... kinds) {
        return acts.stream().filter(act -> List.of(kinds).contains(act.kind())).count();
    }

    private static double count(Stream<Instant> instants, Instant asOf) {
        return instants.filter(at -> at != null && at.isBefore(asOf)).count();
    }

    private static double days(List<Act> acts, Instant asOf, Predicate<Act> which) {
        return acts.stream()
                .filter(which)
                .map(act -> act.daysAgo(asOf))
                .distinct()
                .count();
    }

    /** Whole hours since an instant, in days; what is not known yet is missing. */
    private static double days(Optional<Instant> since, Instant asOf) {
        return since.filter(at -> at.isBefore(asOf))
                .map(at -> Duration.between(at, asOf).toHours() / 24.0)
                .orElse(PairFeatures.MISSING);
    }
}
