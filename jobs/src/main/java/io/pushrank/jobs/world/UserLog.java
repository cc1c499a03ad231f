package io.pushrank.jobs.world;

import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * What is pushed to a user, and when push notifications are switched off: it takes longer to make than all else of the user,
 * and several tables come from it.
 */
record UserLog(long userId, List<Pushing.Push> pushes, List<Recipient.Absence> absences) {
    /** Columns of a log as a row; instants in seconds since 1970. */
    static final StructType COLUMNS = StructType.fromDDL("user_id BIGINT NOT NULL,"
            + " pushes ARRAY<STRUCT<day: INT, number: INT, source: INT, post_id: BIGINT, arm: STRING, propensity: DOUBLE,"
            + " sent_at: BIGINT, outcome: STRUCT<opened_at: BIGINT, ntab_clicked_at: BIGINT, engaged_at: BIGINT,"
            + " disliked_at: BIGINT, has_opted_out: BOOLEAN>, truth: STRUCT<oonc: DOUBLE, engaged_given_oonc: DOUBLE,"
            + " dislike: DOUBLE, gain: DOUBLE, opt_out: DOUBLE>>>,"
            + " absences ARRAY<STRUCT<from: BIGINT, until: BIGINT>>");

    UserLog {
        pushes = List.copyOf(pushes);
        absences = List.copyOf(absences);
    }

    static UserLog of(WorldModel model, long userId) {
        Pushing.Log log =
                new Pushing(model, new Network(model, model.population().person(userId))).log();
        return new UserLog(userId, log.pushes(), log.absences());
    }

    /** From a row of {@link #COLUMNS}. */
    static UserLog of(Row row) {
        return new UserLog(
                row.getLong(0),
                row.<Row>getList(1).stream().map(UserLog::push).toList(),
                row.<Row>getList(2).stream()
                        .map(absence -> new Recipient.Absence(absence.getLong(0), absence.getLong(1)))
                        .toList());
    }

    /** As a row of {@link #COLUMNS}. */
    Row toRow() {
        return RowFactory.create(
                userId,
                pushes.stream().map(UserLog::row).toArray(Row[]::new),
                absences.stream()
                        .map(absence -> RowFactory.create(absence.from(), absence.until()))
                        .toArray(Row[]::new));
    }

    private static Row row(Pushing.Push push) {
        return RowFactory.create(
                push.day(),
                push.number(),
                push.source(),
                push.postId(),
                push.arm().name(),
                push.propensity(),
                push.sentAt(),
                row(push.outcome()),
                row(push.truth()));
    }

    private static Pushing.Push push(Row row) {
        return new Pushing.Push(
                row.getInt(0),
                row.getInt(1),
                row.getInt(2),
                row.getLong(3),
                Pushing.Arm.valueOf(row.getString(4)),
                row.getDouble(5),
                row.getLong(6),
                outcome(row.getStruct(7)),
                truth(row.getStruct(8)));
    }

    private static Row row(Recipient.Outcome outcome) {
        return RowFactory.create(
                outcome.openedAt(),
                outcome.tabClickedAt(),
                outcome.engagedAt(),
                outcome.dislikedAt(),
                outcome.hasOptedOut());
    }

    private static Recipient.Outcome outcome(Row row) {
        return new Recipient.Outcome(row.getLong(0), row.getLong(1), row.getLong(2), row.getLong(3), row.getBoolean(4));
    }

    private static Row row(Truth truth) {
        return RowFactory.create(truth.oonc(), truth.engagedGivenOonc(), truth.dislike(), truth.gain(), truth.optOut());
    }

    private static Truth truth(Row row) {
        return new Truth(row.getDouble(0), row.getDouble(1), row.getDouble(2), row.getDouble(3), row.getDouble(4));
    }
}
