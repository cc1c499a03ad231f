package io.pushrank.jobs.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BootstrapTest {
    @Test
    void sumsAreThoseOfAllUsers() {
        assertArrayEquals(new long[] {3, 1}, new Bootstrap(new int[][] {{1, 1}, {2, 0}}, 2, 1, 7).sums());
    }

    @Test
    void intervalOfTwoUsersReachesBothOfThem() {
        // A quarter of the resamples holds only the first user, a quarter only the second.
        Bootstrap bootstrap = new Bootstrap(new int[][] {{1, 1}, {1, 0}}, 2, 1000, 7);
        assertEquals(new Bootstrap.Interval(0, 1), bootstrap.interval(BootstrapTest::precision));
    }

    @Test
    void usersWhoAreAllAlikeLeaveNoDoubt() {
        Bootstrap bootstrap = new Bootstrap(new int[][] {{4, 1}, {4, 1}, {4, 1}}, 2, 100, 7);
        assertEquals(new Bootstrap.Interval(0.25, 0.25), bootstrap.interval(BootstrapTest::precision));
    }

    @Test
    void intervalAgreesWithTheNormalApproximationOnManyUsers() {
        int[][] users = new int[400][];
        for (int user = 0; user < users.length; user++) {
            users[user] = new int[] {1, user % 4 == 0 ? 1 : 0};
        }
        Bootstrap.Interval interval = new Bootstrap(users, 2, 1000, 7).interval(BootstrapTest::precision);
        double half = 1.96 * Math.sqrt(0.25 * 0.75 / 400);
        assertEquals(0.25 - half, interval.low(), 0.01);
        assertEquals(0.25 + half, interval.high(), 0.01);
    }

    @Test
    void differencesArePaired() {
        // Two policies with the same hits differ in no resample, however much each of them varies.
        Bootstrap bootstrap = new Bootstrap(new int[][] {{1, 1, 1}, {1, 0, 0}, {1, 0, 0}}, 3, 200, 7);
        assertEquals(
                new Bootstrap.Interval(0, 0), bootstrap.interval(sums -> precision(sums) - (double) sums[2] / sums[0]));
    }

    @Test
    void theSameSeedGivesTheSameInterval() {
        int[][] users = {{1, 1}, {2, 0}, {3, 2}, {1, 0}, {5, 1}};
        assertEquals(
                new Bootstrap(users, 2, 300, 11).interval(BootstrapTest::precision),
                new Bootstrap(users, 2, 300, 11).interval(BootstrapTest::precision));
    }

    @Test
    void resamplesThatLeaveAFigureUndefinedDoNotCount() {
        // A resample without the first user has nothing to divide by.
        Bootstrap bootstrap = new Bootstrap(new int[][] {{2, 1}, {0, 0}}, 2, 100, 7);
        assertEquals(new Bootstrap.Interval(0.5, 0.5), bootstrap.interval(BootstrapTest::precision));
    }

    @Test
    void nobodyGivesNoInterval() {
        Bootstrap bootstrap = new Bootstrap(new int[0][], 2, 10, 7);
        assertArrayEquals(new long[2], bootstrap.sums());
        assertTrue(Double.isNaN(bootstrap.interval(BootstrapTest::precision).low()));
    }

    @Test
    void noResamplesAreRefused() {
        assertEquals(
                "resamples must be at least 1, but is 0",
                assertThrows(IllegalArgumentException.class, () -> new Bootstrap(new int[0][], 2, 0, 7))
                        .getMessage());
    }

    private static double precision(long[] sums) {
        return (double) sums[1] / sums[0];
    }
}
