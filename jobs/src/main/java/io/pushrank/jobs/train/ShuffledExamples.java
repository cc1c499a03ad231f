package io.pushrank.jobs.train;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.xxhash64;

import io.pushrank.jobs.architecture.Example;
import io.pushrank.jobs.architecture.ExampleSource;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.util.SerializableConfiguration;

/**
 * A copy of examples that Spark shuffled once, read without Spark in an order of each epoch's own: a random order of
 * blocks, and a random order within every {@value #GROUP_BLOCKS} blocks of it. Memory holds one such group, whatever the table's
 * size; a block's place costs 16 bytes.
 *
 * <p>Rows are spread over files by a hash of seed and key and sorted by it, so that the same table and seed give the same
 * bytes on any cluster. Tasks may read it, too.
 */
public final class ShuffledExamples implements ExampleSource, Serializable {
    private static final long serialVersionUID = 1L;
    static final int BLOCK_ROWS = 512;
    static final int GROUP_BLOCKS = 32;
    /** Rows a file, about: tasks that sort and write it stay small. */
    private static final long FILE_ROWS = 1 << 16;

    private static final int MAXIMUM_FILES = 4096;

    /** One file of the copy, as its task reports it: where its blocks start, and the end of the last. */
    @SuppressWarnings("ArrayRecordComponent") // Millions of blocks; nothing compares parts.
    private record Part(int index, String file, long[] starts, long rows, byte[] digest) implements Serializable {}

    /** One block: which file, and which of its blocks. */
    private record Block(int part, int index) {}

    private final SerializableConfiguration hadoop;
    private final List<Part> parts;
    private final long count;
    private final long seed;
    private final String digest;

    private ShuffledExamples(SerializableConfiguration hadoop, List<Part> parts, long seed) {
        this.hadoop = hadoop;
        this.parts = parts;
        this.seed = seed;
        this.count = parts.stream().mapToLong(Part::rows).sum();
        MessageDigest all = DigestUtils.getSha256Digest();
        parts.forEach(part -> all.update(part.digest()));
        this.digest = Hex.encodeHexString(all.digest());
    }

    /**
     * Copies examples.
     *
     * @param prepare gives rows of EXAMPLES the ranker's own features in column {@code features}, and {@code heavy_score};
     *     may cost much and keeps the number of rows
     * @param examples rows of EXAMPLES
     * @param directory where every executor can write and this process can read; what is there is replaced
     */
    public static ShuffledExamples write(
            UnaryOperator<Dataset<Row>> prepare,
            Dataset<Row> examples,
            String directory,
            long seed,
            Configuration hadoop) {
        int fileCount = (int) Math.max(1, Math.min(MAXIMUM_FILES, Math.floorDiv(examples.count(), FILE_ROWS) + 1));
        Column place = xxhash64(lit(seed), col("as_of"), col("user_id"), col("item_type"), col("item_id"));
        Dataset<Row> shuffled = prepare.apply(examples)
                .withColumn("place", place)
                .repartition(fileCount, col("place"))
                .sortWithinPartitions("place", "as_of", "user_id", "item_type", "item_id")
                .selectExpr(ExampleCodec.COLUMNS);
        SerializableConfiguration configuration = new SerializableConfiguration(hadoop);
        try {
            Path folder = new Path(directory);
            FileSystem files = folder.getFileSystem(hadoop);
            files.delete(folder, true);
            files.mkdirs(folder);
            List<Part> parts = new ArrayList<>(shuffled.queryExecution()
                    .toRdd()
                    .toJavaRDD()
                    .mapPartitionsWithIndex(
                            (index, partition) -> List.of(writePart(index, partition, directory, configuration.value()))
                                    .iterator(),
                            true)
                    .collect());
            parts.sort(Comparator.comparingInt(Part::index));
            return new ShuffledExamples(configuration, List.copyOf(parts), seed);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot write examples to " + directory, failure);
        }
    }

    private static Part writePart(int index, Iterator<InternalRow> rows, String directory, Configuration hadoop)
            throws IOException {
        // An attempt of its own: a speculative one may write at the same time.
        long attempt = TaskContext.get().taskAttemptId();
        Path file = new Path(directory, String.format("part-%05d-%d", index, attempt));
        List<Long> starts = new ArrayList<>(List.of(0L));
        MessageDigest digest = DigestUtils.getSha256Digest();
        ExampleCodec codec = new ExampleCodec();
        long count = 0;
        try (FSDataOutputStream output = file.getFileSystem(hadoop).create(file, true)) {
            while (rows.hasNext()) {
                codec.append(rows.next());
                count++;
                if (count % BLOCK_ROWS == 0 || !rows.hasNext()) {
                    byte[] block = codec.take();
                    digest.update(block);
                    output.write(block);
                    starts.add(output.getPos());
                }
            }
        }
        long[] offsets = starts.stream().mapToLong(Long::longValue).toArray();
        return new Part(index, file.toString(), offsets, count, digest.digest());
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public String digest() {
        return digest;
    }

    @Override
    public Iterator<Example> epoch(int epoch) {
        return epoch(epoch, 0);
    }

    @Override
    public Iterator<Example> epoch(int epoch, long skip) {
        SplittableRandom random = new SplittableRandom(seed * 31 + epoch);
        List<Block> blocks = new ArrayList<>();
        for (int part = 0; part < parts.size(); part++) {
            for (int index = 0; index + 1 < parts.get(part).starts().length; index++) {
                blocks.add(new Block(part, index));
            }
        }
        shuffle(blocks, random);
        return new Groups(blocks, random, skip);
    }

    private static <T> void shuffle(List<T> list, SplittableRandom random) {
        for (int last = list.size() - 1; last > 0; last--) {
            Collections.swap(list, last, random.nextInt(last + 1));
        }
    }

    private int rows(Block block) {
        Part part = parts.get(block.part());
        return (int) Math.min(BLOCK_ROWS, part.rows() - (long) block.index() * BLOCK_ROWS);
    }

    private byte[] read(Block block) {
        Part part = parts.get(block.part());
        long start = part.starts()[block.index()];
        byte[] bytes = new byte[Math.toIntExact(part.starts()[block.index() + 1] - start)];
        Path file = new Path(part.file());
        try (FSDataInputStream input = file.getFileSystem(hadoop.value()).open(file)) {
            input.readFully(start, bytes);
            return bytes;
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read " + file, failure);
        }
    }

    /** Reads group after group. */
    private final class Groups implements Iterator<Example> {
        private final List<Block> blocks;
        private final SplittableRandom random;
        private long skip;
        private int nextBlock;
        private Example[] group = new Example[0];
        private int next;

        Groups(List<Block> blocks, SplittableRandom random, long skip) {
            this.blocks = blocks;
            this.random = random;
            this.skip = skip;
        }

        @Override
        public boolean hasNext() {
            while (next == group.length && nextBlock < blocks.size()) {
                readGroup();
            }
            return next < group.length;
        }

        private void readGroup() {
            List<Block> chosen = blocks.subList(nextBlock, Math.min(blocks.size(), nextBlock + GROUP_BLOCKS));
            nextBlock += chosen.size();
            // Each group has randomness of its own, so that one that is skipped need not be read.
            SplittableRandom order = random.split();
            long rows = chosen.stream().mapToLong(ShuffledExamples.this::rows).sum();
            next = 0;
            if (skip >= rows) {
                skip -= rows;
                group = new Example[0];
                return;
            }
            List<Example> examples = new ArrayList<>();
            chosen.forEach(block -> examples.addAll(ExampleCodec.decode(read(block))));
            shuffle(examples, order);
            group = examples.toArray(Example[]::new);
            next = (int) skip;
            skip = 0;
        }

        @Override
        public Example next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Example example = group[next];
            group[next++] = null;
            return example;
        }
    }
}
