package io.pushrank.jobs.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.zip.CRC32C;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;

/**
 * A file that TensorBoard reads: Event messages as TFRecords, which are length (uint64), masked CRC-32C of the length
 * (uint32), message, masked CRC-32C of the message (uint32), all little-endian.
 *
 * @see <a href="https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details">TFRecord format</a>
 */
final class EventFile implements AutoCloseable {
    private final FSDataOutputStream output;
    private final Path file;

    /**
     * Starts a new file; TensorBoard shows all files of a folder as one run.
     *
     * @param firstStep events of this step and later ones that stand in older files are void: the training went on from a
     *     checkpoint, or started anew at 0
     */
    EventFile(String directory, long firstStep, Configuration hadoop) {
        long milliseconds = System.currentTimeMillis();
        // Named by time, which TensorBoard reads files in the order of.
        file = new Path(directory, String.format("events.out.tfevents.%013d.pushrank", milliseconds));
        try {
            FileSystem files = file.getFileSystem(hadoop);
            // Behind Hadoop's checksums a flushed event would wait for the block to fill.
            FileSystem raw = files instanceof LocalFileSystem local ? local.getRawFileSystem() : files;
            output = raw.create(file, true);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot write " + file, failure);
        }
        write(Event.newBuilder().setFileVersion("brain.Event:2"));
        write(Event.newBuilder()
                .setStep(firstStep)
                .setSessionLog(SessionLog.newBuilder().setStatus(SessionLog.SessionStatus.START)));
    }

    /** Appends values of one step by tag; those that are not finite are left out. */
    void add(long step, Map<String, Double> values) {
        Summary.Builder summary = Summary.newBuilder();
        values.forEach((tag, value) -> {
            if (Double.isFinite(value)) {
                summary.addValue(Summary.Value.newBuilder().setTag(tag).setSimpleValue(value.floatValue()));
            }
        });
        write(Event.newBuilder().setStep(step).setSummary(summary));
    }

    private void write(Event.Builder event) {
        byte[] message =
                event.setWallTime(System.currentTimeMillis() * 1e-3).build().toByteArray();
        ByteBuffer record = ByteBuffer.allocate(Long.BYTES + 2 * Integer.BYTES + message.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(message.length);
        record.putInt(maskedChecksum(record.array(), Long.BYTES));
        record.put(message);
        record.putInt(maskedChecksum(message, message.length));
        try {
            output.write(record.array());
            output.hflush();
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot write " + file, failure);
        }
    }

    /** CRC-32C, rotated right by 15 bits plus a constant: as TensorFlow masks it, since files hold checksums of checksums. */
    static int maskedChecksum(byte[] bytes, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, length);
        return Integer.rotateRight((int) checksum.getValue(), 15) + 0xa282ead8;
    }

    @Override
    public void close() {
        try {
            output.close();
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot write " + file, failure);
        }
    }
}
