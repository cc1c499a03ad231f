package io.pushrank.jobs.stage;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import io.pushrank.udf.scoring.PlacedRows;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
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
 * all rows for the ranks and once more, or hold every list at once in a hash table, for the merge. What all proposals of a source
 * have in common is not in their rows: millions of them are shuffled.
 */
final class Merge implements Serializable {
    private static final long serialVersionUID = 1L;

    /** What is proposed; all that {@link #of} reads. */
    static final StructType PROPOSALS = StructType.fromDDL(
            """
            user_id BIGINT NOT NULL, item_id BIGINT NOT NULL, priority INT NOT NULL, score DOUBLE, actors ARRAY<BIGINT>
            """);

    private static final StructType MERGED = StructType.fromDDL(
            """
            user_id BIGINT NOT NULL, item_type STRING NOT NULL, item_id BIGINT NOT NULL,
            sources ARRAY<STRUCT<source: STRING, rank: INT, score: DOUBLE, actors: ARRAY<BIGINT>>> NOT NULL
            """);

    private final UTF8String[] sources;
    private final int[] limits;
    /** The types of items, in their order as texts. */
    private final UTF8String[] types;
    /** By source, the place of its type among them. */
    private final int[] typeOf;

    /** @param origins where proposals come from; column {@code priority} is a place in this list */
    Merge(List<Origin> origins) {
        sources = origins.stream()
                .map(origin -> UTF8String.fromString(origin.source()))
                .toArray(UTF8String[]::new);
        limits = origins.stream().mapToInt(Origin::limit).toArray();
        List<UTF8String> sorted = origins.stream()
                .map(origin -> UTF8String.fromString(origin.itemType()))
                .distinct()
                .sorted()
                .toList();
        types = sorted.toArray(UTF8String[]::new);
        typeOf = origins.stream()
                .mapToInt(origin -> sorted.indexOf(UTF8String.fromString(origin.itemType())))
                .toArray();
    }

    /**
     * What all proposals of a source have in common.
     *
     * @param source its name
     * @param itemType type of its items
     * @param limit proposals a user at most
     */
    record Origin(String source, String itemType, int limit) {}

    /**
     * Items that are proposed to each user, each with every source that proposes it, in order of display, and its rank there:
     * the best score first, then the lowest {@code item_id}.
     *
     * @param proposals with the columns {@link #PROPOSALS}
     * @return {@code user_id}, {@code item_type}, {@code item_id} and {@code sources}; all of a user's in one partition, in
     *     the order of the three
     */
    Dataset<Row> of(Dataset<Row> proposals) {
        return merged(proposals, false);
    }

    /**
     * As {@link #of(Dataset)}, of certain items alone: what others there are counts in the ranks.
     *
     * @param items {@code user_id}, {@code item_type} and {@code item_id}
     */
    Dataset<Row> of(Dataset<Row> proposals, Dataset<Row> items) {
        Column marker = lit(null).cast("int");
        for (int type = 0; type < types.length; type++) {
            marker = when(col("item_type").equalTo(types[type].toString()), lit(-1 - type))
                    .otherwise(marker);
        }
        Dataset<Row> markers = items.select(
                        col("user_id"),
                        col("item_id"),
                        marker.as("priority"),
                        lit(null).cast("double").as("score"),
                        lit(null).cast("array<bigint>").as("actors"))
                // Of a type that no source proposes.
                .filter(col("priority").isNotNull());
        return merged(proposals.select(columns()).union(markers), true);
    }

    private static Column[] columns() {
        return Arrays.stream(PROPOSALS.fieldNames()).map(functions::col).toArray(Column[]::new);
    }

    private Dataset<Row> merged(Dataset<Row> proposals, boolean isMarked) {
        Dataset<Row> byUser = proposals
                .select(columns())
                // Of no item: nothing could be known of it. Read as a number, NULL would be item 0.
                .filter(col("user_id").isNotNull().and(col("item_id").isNotNull()))
                .repartition(col("user_id"))
                .sortWithinPartitions("user_id");
        JavaRDD<InternalRow> merged =
                byUser.queryExecution().toRdd().toJavaRDD().mapPartitions(rows -> new ByUser(rows, isMarked), true);
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

    /** A proposal, and the rank that it gets. */
    private static final class Proposal {
        /** As within a source: the best score first, one that is missing last; as Spark's ORDER BY compares them. */
        static final Comparator<Proposal> BY_RANK = Comparator.<Proposal>comparingInt(one -> one.priority)
                .thenComparing(one -> one.hasScore, Comparator.reverseOrder())
                .thenComparing((one, other) -> one.score == other.score ? 0 : Double.compare(other.score, one.score))
                .thenComparingLong(one -> one.itemId);

        static final Comparator<Proposal> BY_ITEM = Comparator.<Proposal>comparingInt(one -> one.type)
                .thenComparingLong(one -> one.itemId)
                .thenComparingInt(one -> one.priority)
                .thenComparingInt(one -> one.rank);

        final int type;
        final long itemId;
        final int priority;
        final boolean hasScore;
        final double score;
        final ArrayData actors;
        int rank;

        Proposal(int type, InternalRow row) {
            this.type = type;
            this.itemId = row.getLong(1);
            this.priority = row.getInt(2);
            this.hasScore = !row.isNullAt(3);
            this.score = hasScore ? row.getDouble(3) : 0;
            // Spark hands out the same row object again and again.
            this.actors = row.isNullAt(4) ? null : row.getArray(4).copy();
        }

        boolean isOf(Item item) {
            return itemId == item.id() && type == item.type();
        }
    }

    private record Item(int type, long id) {}

    /** Goes through the rows of a partition, a user at a time. */
    private final class ByUser implements Iterator<InternalRow> {
        private final Iterator<InternalRow> rows;
        /** Whether only those items are wanted that have a row of their own. */
        private final boolean isMarked;

        private final List<Proposal> proposals = new ArrayList<>();
        private final Set<Item> wanted = new HashSet<>();
        private long user;
        /** The first row of the next user; NULL at the end. */
        private InternalRow ahead;

        private int next;

        ByUser(Iterator<InternalRow> rows, boolean isMarked) {
            this.rows = rows;
            this.isMarked = isMarked;
            advance();
        }

        private void advance() {
            ahead = rows.hasNext() ? rows.next() : null;
        }

        @Override
        public boolean hasNext() {
            while (next == proposals.size() && ahead != null) {
                fill();
            }
            return next < proposals.size();
        }

        /** Takes the rows of the next user; none is left where every limit is 0, or none is wanted. */
        private void fill() {
            user = ahead.getLong(0);
            List<Proposal> all = new ArrayList<>();
            wanted.clear();
            while (ahead != null && ahead.getLong(0) == user) {
                int priority = ahead.getInt(2);
                if (priority < 0) {
                    wanted.add(new Item(-1 - priority, ahead.getLong(1)));
                } else {
                    all.add(new Proposal(typeOf[priority], ahead));
                }
                advance();
            }
            all.sort(Proposal.BY_RANK);
            proposals.clear();
            next = 0;
            int first = 0;
            for (int place = 0; place < all.size(); place++) {
                Proposal proposal = all.get(place);
                if (proposal.priority != all.get(first).priority) {
                    first = place;
                }
                proposal.rank = place - first + 1;
                if (proposal.rank <= limits[proposal.priority] && isWanted(proposal)) {
                    proposals.add(proposal);
                }
            }
            proposals.sort(Proposal.BY_ITEM);
        }

        private boolean isWanted(Proposal proposal) {
            return !isMarked || wanted.contains(new Item(proposal.type, proposal.itemId));
        }

        @Override
        public InternalRow next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Item item = new Item(proposals.get(next).type, proposals.get(next).itemId);
            List<InternalRow> proposedBy = new ArrayList<>();
            while (next < proposals.size() && proposals.get(next).isOf(item)) {
                Proposal proposal = proposals.get(next++);
                proposedBy.add(new GenericInternalRow(new Object[] {
                    sources[proposal.priority],
                    proposal.rank,
                    proposal.hasScore ? proposal.score : null,
                    proposal.actors
                }));
            }
            return new GenericInternalRow(
                    new Object[] {user, types[item.type()], item.id(), new GenericArrayData(proposedBy.toArray())});
        }
    }
}
