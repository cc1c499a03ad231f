package io.pushrank.jobs.publish;

import java.util.Arrays;
import org.apache.spark.sql.api.java.UDF3;
import org.apache.spark.util.AccumulatorV2;

/**
 * Sees every row of a table while it is written, and adds up what {@link TableDigest} tells of it. Spark takes over what a
 * task added once its files are committed, and of each partition once, so that retries count nothing twice.
 */
final class DigestAccumulator extends AccumulatorV2<Long, DigestAccumulator>
        implements UDF3<Long, Long, Long, Boolean> {
    private static final long serialVersionUID = 1L;

    private long rows;
    /** Modulo 2^64. */
    private long sum;
    /** Rows whose key has the hash of the row before. */
    private long repeated;

    private final long[] nulls;
    /** Of this task alone. */
    private transient long lastKey;

    private transient boolean hasLast;

    /**
     * @param columns columns of the table, of which each row says which are NULL
     */
    DigestAccumulator(int columns) {
        if (columns > Long.SIZE) {
            throw new IllegalArgumentException("columns must be at most " + Long.SIZE + ", but are " + columns);
        }
        this.nulls = new long[columns];
    }

    /**
     * Sees a row.
     *
     * @param hash of the row
     * @param key hash of its key; rows come in the order of their keys
     * @param nullColumns a bit for each column that is NULL, the first one's lowest
     * @return true, so that a filter keeps the row
     */
    @Override
    public Boolean call(Long hash, Long key, Long nullColumns) {
        rows++;
        sum += hash;
        if (hasLast && key == lastKey) {
            repeated++;
        }
        lastKey = key;
        hasLast = true;
        for (long bits = nullColumns; bits != 0; bits &= bits - 1) {
            nulls[Long.numberOfTrailingZeros(bits)]++;
        }
        return true;
    }

    long rows() {
        return rows;
    }

    long sum() {
        return sum;
    }

    boolean hasRepeated() {
        return repeated > 0;
    }

    long nulls(int column) {
        return nulls[column];
    }

    @Override
    public boolean isZero() {
        return rows == 0;
    }

    @Override
    public DigestAccumulator copy() {
        DigestAccumulator copy = new DigestAccumulator(nulls.length);
        copy.merge(this);
        return copy;
    }

    @Override
    public void reset() {
        rows = 0;
        sum = 0;
        repeated = 0;
        Arrays.fill(nulls, 0);
        hasLast = false;
    }

    /** Not used: rows come through {@link #call}. */
    @Override
    public void add(Long hash) {
        throw new UnsupportedOperationException("rows are seen by call");
    }

    @Override
    public void merge(AccumulatorV2<Long, DigestAccumulator> other) {
        DigestAccumulator that = other.value();
        rows += that.rows;
        sum += that.sum;
        repeated += that.repeated;
        for (int column = 0; column < nulls.length; column++) {
            nulls[column] += that.nulls[column];
        }
    }

    @Override
    public DigestAccumulator value() {
        return this;
    }
}
