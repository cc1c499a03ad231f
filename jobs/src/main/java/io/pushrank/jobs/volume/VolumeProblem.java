package io.pushrank.jobs.volume;

/**
 * Which sends to keep when constraints limit their number. Candidates of a user stand together; of equal ones the earlier is
 * preferred, so that the caller's order decides ties. The arrays are not copied: 12 bytes a candidate with 8 a user, and 4 for
 * each pair of a user and a constraint that it can use.
 */
public final class VolumeProblem {
    private final int[] firstOfUser;
    private final int[] mostOfUser;
    private final double[] values;
    private final int[] groups;
    private final int[][] constraintsOfGroup;
    private final long[] most;

    /**
     * Checks that they fit each other.
     *
     * @param firstOfUser index of each user's first candidate, ascending from 0, and at the end the number of candidates
     * @param mostOfUser sends of each user at the most, 0 or more
     * @param values expected value of each candidate, finite; one of 0 or less is never kept
     * @param groups of each candidate: index in constraintsOfGroup
     * @param constraintsOfGroup indices in most of the constraints that count a candidate of the group, each once, ascending
     * @param most sends that each constraint allows, 0 or more
     * @throws IllegalArgumentException when they do not
     */
    public VolumeProblem(
            int[] firstOfUser,
            int[] mostOfUser,
            double[] values,
            int[] groups,
            int[][] constraintsOfGroup,
            long[] most) {
        this.firstOfUser = firstOfUser;
        this.mostOfUser = mostOfUser;
        this.values = values;
        this.groups = groups;
        this.constraintsOfGroup = constraintsOfGroup;
        this.most = most;
        require("length of firstOfUser", firstOfUser.length, mostOfUser.length + 1L, mostOfUser.length + 1L);
        require("length of groups", groups.length, values.length, values.length);
        require("firstOfUser[0]", firstOfUser[0], 0, 0);
        for (int user = 0; user < mostOfUser.length; user++) {
            require("mostOfUser[" + user + "]", mostOfUser[user], 0, Integer.MAX_VALUE);
            require("firstOfUser[" + (user + 1) + "]", firstOfUser[user + 1], firstOfUser[user], values.length);
        }
        require("last of firstOfUser", firstOfUser[mostOfUser.length], values.length, values.length);
        for (int candidate = 0; candidate < values.length; candidate++) {
            if (!Double.isFinite(values[candidate])) {
                throw new IllegalArgumentException(
                        "values[" + candidate + "] must be finite, but is " + values[candidate]);
            }
            require("groups[" + candidate + "]", groups[candidate], 0, constraintsOfGroup.length - 1L);
        }
        for (int group = 0; group < constraintsOfGroup.length; group++) {
            int least = 0;
            for (int constraint : constraintsOfGroup[group]) {
                require("constraint of group " + group, constraint, least, most.length - 1L);
                least = constraint + 1;
            }
        }
        for (int constraint = 0; constraint < most.length; constraint++) {
            require("most[" + constraint + "]", most[constraint], 0, Long.MAX_VALUE);
        }
    }

    private static void require(String what, long is, long least, long most) {
        if (is < least || is > most) {
            throw new IllegalArgumentException(what + " must be between " + least + " and " + most + ", but is " + is);
        }
    }

    int users() {
        return mostOfUser.length;
    }

    int candidates() {
        return values.length;
    }

    int constraints() {
        return most.length;
    }

    int groups() {
        return constraintsOfGroup.length;
    }

    int first(int user) {
        return firstOfUser[user];
    }

    int end(int user) {
        return firstOfUser[user + 1];
    }

    int mostOf(int user) {
        return Math.min(mostOfUser[user], end(user) - first(user));
    }

    /** Expected value of a candidate. */
    public double value(int candidate) {
        return values[candidate];
    }

    int group(int candidate) {
        return groups[candidate];
    }

    int[] constraintsOf(int group) {
        return constraintsOfGroup[group];
    }

    long most(int constraint) {
        return most[constraint];
    }
}
