package io.pushrank.jobs.table;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Ascending numbers as bytes: the gap of each to the one before it, seven bits a byte, the lowest first. Ids of a million users
 * take little more than a byte each, as many hashes seven.
 */
final class SortedLongs {
    private SortedLongs() {}

    /** Takes numbers, each larger than the one before it. */
    static final class Writer {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private long last;
        private long count;

        void add(long value) {
            long gap = value - last;
            while ((gap & ~0x7FL) != 0) {
                bytes.write((int) (gap & 0x7F) | 0x80);
                gap >>>= 7;
            }
            bytes.write((int) gap);
            last = value;
            count++;
        }

        void addAll(long[] values) {
            for (long value : values) {
                add(value);
            }
        }

        long count() {
            return count;
        }

        byte[] toBytes() {
            return bytes.toByteArray();
        }
    }

    /** Hands the numbers out again, without holding more than a block of their bytes. */
    static final class Reader implements AutoCloseable {
        private final InputStream stream;
        private final byte[] block = new byte[1 << 16];
        private int position;
        private int limit;
        private long left;
        private long last;

        /**
         * @param stream at the first number
         * @param count how many there are; what follows them is not theirs
         */
        Reader(InputStream stream, long count) {
            this.stream = stream;
            this.left = count;
        }

        boolean hasNext() {
            return left > 0;
        }

        long next() {
            long gap = 0;
            int shift = 0;
            byte read;
            do {
                read = readByte();
                gap |= (read & 0x7FL) << shift;
                shift += 7;
            } while (read < 0);
            left--;
            last += gap;
            return last;
        }

        private byte readByte() {
            if (position == limit) {
                try {
                    limit = stream.read(block);
                    if (limit < 0) {
                        throw new EOFException("the file ends before its numbers do");
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                position = 0;
            }
            return block[position++];
        }

        @Override
        public void close() {
            try {
                stream.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
