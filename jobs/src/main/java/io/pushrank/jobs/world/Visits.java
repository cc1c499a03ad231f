package io.pushrank.jobs.world;

import io.pushrank.jobs.world.Draw.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** When a user looks at the home timeline. */
record Visits(WorldModel model, Person person) {
    /** Views of a visit take at most this long, in seconds, so that a visit never reaches into the next day. */
    static final long LONGEST = 1800;

    private static final long DAY = 86_400;

    /** Starts of the visits of a day, in order: none on some days. */
    List<Long> of(int day) {
        List<Long> visits = new ArrayList<>();
        if (day < 0
                || day >= model.options().days()
                || model.draw().uniform(Purpose.VISIT, person.id(), day) >= person.visitProbability()) {
            return visits;
        }
        int count =
                1 + (int) (model.draw().uniform(Purpose.VISIT_COUNT, person.id(), day) * (person.isActive() ? 3 : 2));
        long start = model.options().startOf(day);
        for (int number = 0; number < count; number++) {
            long second = Posting.secondOfDay(person, start, hour(start, day, number));
            long at = start + 2 * (Math.min(second, DAY - LONGEST) / 2);
            if (at >= person.createdAt()) {
                visits.add(at);
            }
        }
        visits.sort(null);
        return visits;
    }

    /** Start of the last visit at or before an instant. */
    OptionalLong last(long until) {
        for (int day = model.options().dayOf(until); day >= 0; day--) {
            OptionalLong last = of(day).stream()
                    .mapToLong(at -> at)
                    .filter(at -> at <= until)
                    .max();
            if (last.isPresent()) {
                return last;
            }
        }
        return OptionalLong.empty();
    }

    /** Mostly one near a peak of the person's rhythm. */
    private double hour(long start, int day, int number) {
        Draw draw = model.draw();
        long id = person.id();
        double which = draw.uniform(Purpose.VISIT_HOUR, id, day, number);
        double spread = draw.uniform(Purpose.VISIT_SECOND, id, day, number);
        if (draw.uniform(Purpose.VISIT_RHYTHM, id, day, number) < 0.7) {
            return person.rhythm().hour(start + DAY / 2 + person.secondsFromUtc(start + DAY / 2), which, spread);
        }
        return Posting.hour(which) + spread;
    }
}
