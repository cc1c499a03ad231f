package io.pushrank.jobs.stage;

import static org.apache.spark.sql.functions.col;

import io.pushrank.udf.scoring.PlacedRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Ascending$;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.SortOrder;
import org.apache.spark.sql.catalyst.plans.physical.HashPartitioning;
import org.apache.spark.sql.catalyst.types.DataTypeUtils$;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Ranks what each source proposes to a user, keeps so many of each source as its limit says, and merges the rest by item.
 *
 * <p>A user's proposals are some hundred rows, so that one pass over rows that come by user does all of it. Spark would sort
 * all rows for the ranks and once more, or hold every list at once in a hash table, for the merge.
 */
final class Merge {
    /** What is proposed; all that {@link #merged} reads. */
    static final StructType PROPOSALS = StructType.fromDDL(
            """
            user_id BIGINT NOT NULL, item_type STRING NOT NULL, item_id BIGINT NOT NULL, priority INT NOT NULL,
            source STRING NOT NULL, limit INT NOT NULL, score DOUBLE, actors ARRAY<BIGINT>
            """);

    private static final StructType MERGED = StructType.fromDDL(
            """
            user_id BIGINT NOT NULL, item_type STRING NOT NULL, item_id BIGINT NOT NULL,
            sources ARRAY<STRUCT<source: STRING, rank: INT, score: DOUBLE, actors: ARRAY<BIGINT>>> NOT NULL
            """);

    private Merge() {}

    /**
     * Items that are proposed to each user, each with every source that proposes it, in order of display, and its rank there:
     * the best score first, then the lowest {@code item_id}.
     *
     * @param proposals with the columns {@link #PROPOSALS}
     * @return {@code user_id}, {@code item_type}, {@code item_id} and {@code sources}; all of a user's in one partition, in
     *     the order of the three
     */
    static Dataset<Row> merged(Dataset<Row> proposals) {
        Dataset<Row> byUser = proposals
                .select(Arrays.stream(PROPOSALS.fieldNames())
                        .map(functions::col)
                        .toArray(Column[]::new))
                // Of no item: nothing could be known of it. Read as a number, NULL would be item 0.
                .filter(col("user_id").isNotNull().and(col("item_id").isNotNull()))
                .repartition(col("user_id"))
                .sortWithinPartitions("user_id");
        JavaRDD<InternalRow> merged =
                byUser.queryExecution().toRdd().toJavaRDD().mapPartitions(ByUser::new, true);
        List<Attribute> output = List.copyOf(CollectionConverters.asJava(DataTypeUtils$.MODULE$.toAttributes(MERGED)));
        List<Attribute> key = output.subList(0, 3);
        return PlacedRows.of(
                proposals.sparkSession(),
                output,
                merged.rdd(),
                new HashPartitioning(sequence(List.<Expression>of(key.get(0))), merged.getNumPartitions()),
                key.stream().map(Merge::ascending).toList());
    }

    private static SortOrder ascending(Attribute attribute) {
        return new SortOrder(
                (Expression) attribute,
                Ascending$.MODULE$,
                Ascending$.MODULE$.defaultNullOrdering(),
                sequence(List.<Expression>of()));
    }

    private static <T> Seq<T> sequence(List<T> values) {
        return CollectionConverters.asScala(values).toSeq();
    }

    /** A proposal; its texts and arrays are those of the row that it was read from. */
    private record Proposal(
            UTF8String itemType,
            long itemId,
            int priority,
            UTF8String source,
            int limit,
            boolean hasScore,
            double score,
            ArrayData actors,
            int rank) {
        /** As within a source: the best score first, one that is missing last; as Spark's ORDER BY compares them. */
        static final Comparator<Proposal> BY_RANK = Comparator.comparingInt(Proposal::priority)
                .thenComparing(Proposal::hasScore, Comparator.reverseOrder())
                .thenComparing((one, other) -> one.score == other.score ? 0 : Double.compare(other.score, one.score))
                .thenComparingLong(Proposal::itemId);

        static final Comparator<Proposal> BY_ITEM = Comparator.comparing(Proposal::itemType)
                .thenComparingLong(Proposal::itemId)
                .thenComparingInt(Proposal::priority)
                .thenComparingInt(Proposal::rank);

        static Proposal of(InternalRow row) {
            // Spark hands out the same row object again and again.
            InternalRow mine = row.copy();
            return new Proposal(
                    mine.getUTF8String(1),
                    mine.getLong(2),
                    mine.getInt(3),
                    mine.getUTF8String(4),
                    mine.getInt(5),
                    !mine.isNullAt(6),
                    mine.isNullAt(6) ? 0 : mine.getDouble(6),
                    mine.isNullAt(7) ? null : mine.getArray(7),
                    0);
        }

        Proposal ranked(int place) {
            return new Proposal(itemType, itemId, priority, source, limit, hasScore, score, actors, place);
        }

        boolean isOf(Proposal other) {
            return itemId == other.itemId && itemType.equals(other.itemType);
        }

        InternalRow toSource() {
            return new GenericInternalRow(new Object[] {source, rank, hasScore ? score : null, actors});
        }
    }

    /** Goes through the rows of a partition, a user at a time. */
    private static final class ByUser implements Iterator<InternalRow> {
        private final Iterator<InternalRow> rows;
        private final List<Proposal> proposals = new ArrayList<>();
        private long user;
        /** The first row of the next user; NULL at the end and at the start. */
        private Proposal ahead;

        private long userAhead;
        private int next;

        ByUser(Iterator<InternalRow> rows) {
            this.rows = rows;
            advance();
        }

        private void advance() {
            if (rows.hasNext()) {
                InternalRow row = rows.next();
                userAhead = row.getLong(0);
                ahead = Proposal.of(row);
            } else {
                ahead = null;
            }
        }

        @Override
        public boolean hasNext() {
            while (next == proposals.size() && ahead != null) {
                fill();
            }
            return next < proposals.size();
        }

        /** Takes the rows of the next user; none is left where every limit is 0. */
        private void fill() {
            user = userAhead;
            List<Proposal> all = new ArrayList<>();
            while (ahead != null && userAhead == user) {
                all.add(ahead);
                advance();
            }
            all.sort(Proposal.BY_RANK);
            proposals.clear();
            int first = 0;
            for (int place = 0; place < all.size(); place++) {
                Proposal proposal = all.get(place);
                if (proposal.priority() != all.get(first).priority()) {
                    first = place;
                }
                int rank = place - first + 1;
                if (rank <= proposal.limit()) {
                    proposals.add(proposal.ranked(rank));
                }
            }
            proposals.sort(Proposal.BY_ITEM);
            next = 0;
        }

        @Override
        public InternalRow next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Proposal first = proposals.get(next);
            List<InternalRow> sources = new ArrayList<>();
            while (next < proposals.size() && proposals.get(next).isOf(first)) {
                sources.add(proposals.get(next++).toSource());
            }
            return new GenericInternalRow(
                    new Object[] {user, first.itemType(), first.itemId(), new GenericArrayData(sources.toArray())});
        }
    }
}
