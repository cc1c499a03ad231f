package io.pushrank.jobs.retrieval;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * The features of one user or one item: ids and their values. Where a number is missing, the id is that of its being missing.
 *
 * @see TowerModel
 */
public final class TowerInput implements Serializable {
    private static final long serialVersionUID = 1;

    final long[] ids;
    final float[] values;

    /**
     * @param ids of features, or of values of features that are no numbers; any number of them
     * @param values one finite value an id
     */
    public TowerInput(long[] ids, float[] values) {
        if (ids.length != values.length) {
            throw new IllegalArgumentException(
                    "there must be a value for each id, but there are " + ids.length + " ids and " + values.length);
        }
        this.ids = ids.clone();
        this.values = values.clone();
    }

    /** From columns of a row: {@code ids}, BIGINTs, and {@code values}, FLOATs. */
    public static TowerInput of(Row row, int ids, int values) {
        List<Long> longs = row.getList(ids);
        return new TowerInput(longs.stream().mapToLong(Long::longValue).toArray(), Floats.of(row.getList(values)));
    }
}
