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
        double probability = person.isActive() ? 0.94 : 0.36;
        if (day < 0
                || day >= model.options().days()
                || model.draw().uniform(Purpose.VISIT, person.id(), day) >= probability) {
            return visits;
        }
        int count =
                1 + (int) (model.draw().uniform(Purpose.VISIT_COUNT, person.id(), day) * (person.isActive() ? 3 : 2));
        for (int number = 0; number < count; number++) {
            long second = Posting.secondOfDay(
                    person,
                    model.draw().uniform(Purpose.VISIT_HOUR, person.id(), day, number),
                    model.draw().uniform(Purpose.VISIT_SECOND, person.id(), day, number));
            long at = model.options().startOf(day) + 2 * (Math.min(second, DAY - LONGEST) / 2);
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
}
