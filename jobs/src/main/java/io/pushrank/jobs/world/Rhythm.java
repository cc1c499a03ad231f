package io.pushrank.jobs.world;

/**
 * The hours at which a person looks at the phone. Commuters do so in the morning and the evening of working days and around
 * noon at weekends; night people once, late, on all days.
 *
 * @param isCommuter or else a night person
 * @param peak local hour of the first peak; above 24 it is one of the hours after midnight
 * @param width standard deviation of the bell around a peak, in hours; half as much again at a commuter's weekend
 */
record Rhythm(boolean isCommuter, double peak, double width) {
    private static final double HOURS_TO_EVENING = 10;
    private static final double HOURS_TO_WEEKEND = 4;
    private static final double WEEKEND_WIDTH = 1.5;
    private static final long DAY = 86_400;

    /**
     * How much attention a push finds, from nearly −1 far from each peak to +1 at a peak.
     *
     * @param local seconds since 1970 of the person's clock
     */
    double attention(long local) {
        double hour = Math.floorMod(local, DAY) / 3600.0;
        double nearness;
        if (!isCommuter) {
            nearness = bell(hour - peak, width);
        } else if (isWeekend(local)) {
            nearness = bell(hour - peak - HOURS_TO_WEEKEND, WEEKEND_WIDTH * width);
        } else {
            nearness = Math.max(bell(hour - peak, width), bell(hour - peak - HOURS_TO_EVENING, width));
        }
        return 2 * nearness - 1;
    }

    /**
     * A local hour near a peak of the day.
     *
     * @param which uniform: of the peaks, where there are two
     * @param spread uniform: how far from it
     */
    double hour(long local, double which, double spread) {
        boolean isFree = isCommuter && isWeekend(local);
        double second = isCommuter && !isFree && which >= 0.5 ? HOURS_TO_EVENING : 0;
        double center = peak + (isFree ? HOURS_TO_WEEKEND : second);
        // The triangular distribution of about the same standard deviation.
        double away = spread < 0.5 ? Math.sqrt(2 * spread) - 1 : 1 - Math.sqrt(2 - 2 * spread);
        return center + 2.4 * (isFree ? WEEKEND_WIDTH : 1) * width * away;
    }

    private static double bell(double hours, double width) {
        double around = Math.abs(Math.IEEEremainder(hours, 24)) / width;
        return Math.exp(-0.5 * around * around);
    }

    private static boolean isWeekend(long local) {
        // 1970 began on a Thursday.
        return Math.floorMod(Math.floorDiv(local, DAY) + 3, 7) >= 5;
    }
}
