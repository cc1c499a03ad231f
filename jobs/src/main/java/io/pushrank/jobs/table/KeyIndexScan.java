package io.pushrank.jobs.table;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/**
 * Reads partitions of a table once, and writes the index of each.
 *
 * <p>No row is shuffled: a task gathers the prints and ids of its rows as numbers, and hands them on as sorted blocks, each of one
 * day, one set and one sixteenth of its numbers. A second task takes all blocks of a day, in order, and writes the day's file. The
 * first holds at most {@link #HELD} prints and as many ids at a time, the second one sixteenth of a day's prints and what it writes.
 */
final class KeyIndexScan {
    /** Prints that a task gathers before it hands them on. */
    private static final int HELD = 1 << 20;

    /** The blocks of a set are told apart by so many of the highest bits. */
    private static final int BUCKET_BITS = 4;

    /** What blocks hold, beside the ids of references, which come after. */
    private static final int COUNTS = 0;

    private static final int KEYS = 1;

    private static final int DAY = 0;
    private static final int IS_USABLE = 1;
    private static final int PRINT = 2;
    private static final int STATE_DAY = 3;
    private static final int REFERENCES = 4;

    private KeyIndexScan() {}

    /**
     * @param raw rows of the partitions as {@link Inputs#raw} gives them
     * @param until day up to which a state row may begin
     * @param files where the index of each day goes
     */
    static void write(Table table, Dataset<Row> raw, LocalDate until, Map<LocalDate, String> files) {
        List<Check.References> references = KeyIndex.references(table);
        Dataset<Row> rows = raw.select(Stream.concat(
                        Stream.of(
                                col(Inputs.PARTITION),
                                RowChecks.isUsable(table, until),
                                KeyIndex.print(table),
                                table.stateTime()
                                        .map(time ->
                                                RowChecks.epochDay(col(time)).cast("int"))
                                        .orElse(lit(Integer.MIN_VALUE))),
                        references.stream().map(reference -> col(reference.column())))
                .toArray(Column[]::new));
        int sets = references.size();
        boolean keepsKeys = KeyIndex.keepsKeys(table);
        Configuration hadoop = raw.sparkSession().sparkContext().hadoopConfiguration();
        SerializableConfiguration configuration = new SerializableConfiguration(hadoop);
        Map<Integer, String> paths = new HashMap<>();
        files.forEach((day, path) -> paths.put((int) day.toEpochDay(), path));
        int tasks = Math.min(files.size(), raw.sparkSession().sparkContext().defaultParallelism());
        List<Integer> written = JavaPairRDD.fromJavaRDD(
                        rows.queryExecution().toRdd().toJavaRDD().mapPartitions(part -> new Blocks(part, sets)))
                .repartitionAndSortWithinPartitions(new ByDay(tasks))
                .mapPartitions(blocks -> new Files(blocks, sets, keepsKeys, paths, configuration.value()))
                .collect();
        // A day without rows has no blocks.
        written.forEach(paths::remove);
        Storage storage = new Storage(hadoop);
        paths.values().forEach(path -> write(storage, path, new Contents(sets, keepsKeys).toBytes()));
    }

    /** Leaves the same bytes where they are: another run may be reading them. */
    private static void write(Storage storage, String path, byte[] bytes) {
        if (!storage.exists(path) || !Arrays.equals(storage.content(path), bytes)) {
            storage.write(path, bytes);
        }
    }

    /** Blocks in the order of their days, of what they hold, and of their numbers. */
    private static long name(int day, int what, int bucket) {
        return ((long) day << 16) | (what << 8) | bucket;
    }

    private static int day(long name) {
        return (int) (name >> 16);
    }

    private static int what(long name) {
        return (int) (name >> 8) & 0xFF;
    }

    /** All blocks of a day to one task. */
    private static final class ByDay extends Partitioner {
        private static final long serialVersionUID = 1;

        private final int tasks;

        private ByDay(int tasks) {
            this.tasks = tasks;
        }

        @Override
        public int numPartitions() {
            return tasks;
        }

        @Override
        public int getPartition(Object name) {
            return Math.floorMod(day((Long) name), tasks);
        }
    }

    /** The rows of a task as blocks. Rows of one file follow each other, so that the day seldom changes. */
    private static final class Blocks implements Iterator<Tuple2<Long, long[]>> {
        private final Iterator<InternalRow> rows;
        private final Deque<Tuple2<Long, long[]>> ready = new ArrayDeque<>();
        private final LongBuffer prints = new LongBuffer();
        private final LongSet[] referenced;
        private final long[] last;
        private int day;
        private long count;
        private long unusable;
        private int lastDay;

        private Blocks(Iterator<InternalRow> rows, int references) {
            this.rows = rows;
            this.referenced = new LongSet[references];
            this.last = new long[references];
            begin();
        }

        private void begin() {
            prints.clear();
            Arrays.setAll(referenced, number -> new LongSet());
            Arrays.fill(last, 0);
            count = 0;
            unusable = 0;
            lastDay = Integer.MIN_VALUE;
        }

        @Override
        public boolean hasNext() {
            while (ready.isEmpty() && rows.hasNext()) {
                InternalRow row = rows.next();
                int dayOfRow = row.getInt(DAY);
                if (dayOfRow != day || prints.size() == HELD) {
                    end();
                    day = dayOfRow;
                }
                add(row);
            }
            if (ready.isEmpty()) {
                end();
            }
            return !ready.isEmpty();
        }

        @Override
        public Tuple2<Long, long[]> next() {
            return ready.remove();
        }

        private void add(InternalRow row) {
            count++;
            if (!row.getBoolean(IS_USABLE)) {
                // Its day is looked at row by row, whatever else is in it.
                unusable++;
                return;
            }
            prints.add(row.getLong(PRINT));
            lastDay = Math.max(lastDay, row.getInt(STATE_DAY));
            for (int number = 0; number < referenced.length; number++) {
                if (!row.isNullAt(REFERENCES + number)) {
                    long id = row.getLong(REFERENCES + number);
                    // Rows of one user often follow each other.
                    if (id != last[number] || id == 0) {
                        referenced[number].add(id);
                        last[number] = id;
                    }
                }
            }
        }

        private void end() {
            if (count == 0) {
                return;
            }
            ready.add(new Tuple2<>(name(day, COUNTS, 0), new long[] {count, unusable, lastDay}));
            prints.sort();
            addBlocks(KEYS, prints.toArray());
            for (int number = 0; number < referenced.length; number++) {
                LongBuffer ids = referenced[number].values();
                ids.sort();
                addBlocks(KEYS + 1 + number, ids.toArray());
            }
            begin();
        }

        private void addBlocks(int what, long[] sorted) {
            int from = 0;
            while (from < sorted.length) {
                int bucket = bucket(sorted[from]);
                int to = from + 1;
                while (to < sorted.length && bucket(sorted[to]) == bucket) {
                    to++;
                }
                ready.add(new Tuple2<>(name(day, what, bucket), Arrays.copyOfRange(sorted, from, to)));
                from = to;
            }
        }

        /** Larger numbers are in later buckets, negative ones in the first. */
        private static int bucket(long value) {
            return (int) ((value ^ Long.MIN_VALUE) >>> (Long.SIZE - BUCKET_BITS));
        }
    }

    /** What is put together of a day. */
    private static final class Contents {
        private final boolean keepsKeys;
        private final List<SortedLongs.Writer> sections = new ArrayList<>();
        private long rows;
        private long unusable;
        private int lastDay = Integer.MIN_VALUE;
        private boolean hasDoubles;

        private Contents(int references, boolean keepsKeys) {
            this.keepsKeys = keepsKeys;
            for (int number = 0; number <= references; number++) {
                sections.add(new SortedLongs.Writer());
            }
        }

        /** Takes all numbers of a set that are in one bucket; buckets come in their order. */
        private void add(int what, LongBuffer numbers) {
            boolean isTwice = numbers.sortDistinct();
            hasDoubles |= what == KEYS && isTwice;
            if (what > KEYS || keepsKeys) {
                sections.get(what - KEYS).addAll(numbers.toArray());
            }
        }

        private void add(long[] counts) {
            rows += counts[0];
            unusable += counts[1];
            lastDay = Math.max(lastDay, (int) counts[2]);
        }

        private byte[] toBytes() {
            return KeyIndex.bytes(rows, unusable, hasDoubles, lastDay, sections);
        }
    }

    /** Writes the files of a task's days, one after the other, and hands the days on. */
    private static final class Files implements Iterator<Integer> {
        private final Iterator<Tuple2<Long, long[]>> blocks;
        private final int references;
        private final boolean keepsKeys;
        private final Map<Integer, String> paths;
        private final Storage storage;
        private Tuple2<Long, long[]> next;

        private Files(
                Iterator<Tuple2<Long, long[]>> blocks,
                int references,
                boolean keepsKeys,
                Map<Integer, String> paths,
                Configuration hadoop) {
            this.blocks = blocks;
            this.references = references;
            this.keepsKeys = keepsKeys;
            this.paths = paths;
            this.storage = new Storage(hadoop);
            advance();
        }

        private void advance() {
            next = blocks.hasNext() ? blocks.next() : null;
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public Integer next() {
            int day = day(next._1());
            Contents contents = new Contents(references, keepsKeys);
            LongBuffer numbers = new LongBuffer();
            while (next != null && day(next._1()) == day) {
                long name = next._1();
                if (what(name) == COUNTS) {
                    contents.add(next._2());
                    advance();
                    continue;
                }
                numbers.clear();
                while (next != null && next._1() == name) {
                    numbers.addAll(next._2());
                    advance();
                }
                contents.add(what(name), numbers);
            }
            write(storage, paths.get(day), contents.toBytes());
            return day;
        }
    }
}
