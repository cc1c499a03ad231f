package io.pushrank.jobs.table;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/**
 * What one reading of a partition found: enough to tell later, beside the indexes of other partitions, whether all of its rows
 * can be used.
 *
 * <p>A key stands here as a number, its print: the key itself where it is one BIGINT, a hash of 64 bits otherwise. Equal keys
 * have equal prints; that different ones may have too costs time, since rows with equal prints are looked at.
 *
 * @param path its file
 * @param rows rows of the partition
 * @param unusable rows that fail checks of their own
 * @param hasDoubles whether two usable rows have equal prints
 * @param lastDay day since which the youngest state of a usable row holds, in days since 1970; of other tables the least number
 * @param sections the prints of usable rows' keys, as far as {@link #keepsKeys}; then for each reference of the table the ids
 *     that usable rows refer to
 */
record KeyIndex(String path, long rows, long unusable, boolean hasDoubles, int lastDay, List<Section> sections) {
    private static final int MAGIC = 0x4b494458;
    private static final int FIXED_BYTES = 4 + 8 + 8 + 1 + 4 + 4;
    private static final int SECTION_BYTES = 8 + 8;

    /** A set of numbers as {@link SortedLongs} has them. */
    record Section(long count, long bytes) {}

    /** Whether the prints of a table's keys are kept: where they may stand in two days, and where other tables refer to them. */
    static boolean keepsKeys(Table table) {
        return mayRepeatAcrossDays(table)
                || Table.inputs()
                        .flatMap(other -> references(other).stream())
                        .anyMatch(reference -> reference.table().equals(table.tableName()));
    }

    /**
     * Whether rows of two days may have one key. A run reads one snapshot of a state table; and where the instant of an event is
     * part of the key, a usable row lies in the partition of its day, so that rows of other days have other keys.
     */
    static boolean mayRepeatAcrossDays(Table table) {
        return table.group() == Table.Group.EVENT
                && !table.key().contains(table.eventTime().orElseThrow());
    }

    static List<Check.References> references(Table table) {
        return table.checks().stream()
                .filter(Check.References.class::isInstance)
                .map(Check.References.class::cast)
                .toList();
    }

    /** The print of a row's key. */
    static Column print(Table table) {
        return isNumber(table)
                ? functions.col(table.key().get(0))
                : functions.xxhash64(table.key().stream().map(functions::col).toArray(Column[]::new));
    }

    private static boolean isNumber(Table table) {
        return table.key().size() == 1
                && table.schema().apply(table.key().get(0)).dataType().equals(DataTypes.LongType);
    }

    /** Whether prints are the ids by which a reference names rows. */
    static boolean isNamedByPrint(Check.References reference) {
        Table parent = Table.named(reference.table());
        return isNumber(parent) && parent.key().equals(List.of(reference.keyColumn()));
    }

    /** Whether no row is unusable on its own or for another one of its partition. */
    boolean isClean() {
        return unusable == 0 && !hasDoubles;
    }

    /** Prints of the usable rows' keys, ascending. */
    SortedLongs.Reader keys(Storage storage) {
        return section(storage, 0);
    }

    /**
     * Ids that usable rows refer to, ascending.
     *
     * @param number which of the table's references
     */
    SortedLongs.Reader referenced(Storage storage, int number) {
        return section(storage, 1 + number);
    }

    private SortedLongs.Reader section(Storage storage, int number) {
        long offset = headerBytes(sections.size());
        for (Section section : sections.subList(0, number)) {
            offset += section.bytes();
        }
        return new SortedLongs.Reader(
                storage.open(path, offset), sections.get(number).count());
    }

    private static long headerBytes(int sections) {
        return FIXED_BYTES + (long) SECTION_BYTES * sections;
    }

    /** A file's bytes. */
    static byte[] bytes(long rows, long unusable, boolean hasDoubles, int lastDay, List<SortedLongs.Writer> sections) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            out.writeLong(rows);
            out.writeLong(unusable);
            out.writeBoolean(hasDoubles);
            out.writeInt(lastDay);
            out.writeInt(sections.size());
            List<byte[]> contents = new ArrayList<>();
            for (SortedLongs.Writer section : sections) {
                byte[] content = section.toBytes();
                contents.add(content);
                out.writeLong(section.count());
                out.writeLong(content.length);
            }
            for (byte[] content : contents) {
                out.write(content);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Reads what a file says of its partition; empty when the file is not whole, as after a power failure. */
    static Optional<KeyIndex> read(Storage storage, Storage.Entry file) {
        try (DataInputStream in = new DataInputStream(storage.open(file.path(), 0))) {
            if (in.readInt() != MAGIC) {
                return Optional.empty();
            }
            long rows = in.readLong();
            long unusable = in.readLong();
            boolean hasDoubles = in.readBoolean();
            int lastDay = in.readInt();
            int count = in.readInt();
            long expected = headerBytes(count);
            List<Section> sections = new ArrayList<>();
            for (int number = 0; number < count; number++) {
                Section section = new Section(in.readLong(), in.readLong());
                sections.add(section);
                expected += section.bytes();
            }
            return expected == file.bytes()
                    ? Optional.of(new KeyIndex(file.path(), rows, unusable, hasDoubles, lastDay, List.copyOf(sections)))
                    : Optional.empty();
        } catch (EOFException truncated) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(file.path() + ": " + e.getMessage(), e);
        }
    }
}
