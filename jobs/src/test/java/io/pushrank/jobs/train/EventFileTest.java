package io.pushrank.jobs.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;

class EventFileTest {
    @TempDir
    private Path folder;

    @Test
    void eventsComeBackWithTheirChecksums() throws IOException {
        try (EventFile file = new EventFile(folder.toString(), 40, new Configuration())) {
            file.add(50, new TreeMap<>(Map.of("training/loss", 0.25, "evaluation/rce", Double.NaN)));
            file.add(60, Map.of("training/loss", 0.125));
            // What was written can be read while the training goes on.
            assertEquals(4, read(onlyFile()).size());
        }
        List<Event> events = read(onlyFile());
        assertEquals(4, events.size());
        assertEquals("brain.Event:2", events.get(0).getFileVersion());
        assertEquals(40, events.get(1).getStep());
        assertEquals(
                SessionLog.SessionStatus.START, events.get(1).getSessionLog().getStatus());
        assertEquals(50, events.get(2).getStep());
        assertEquals(1, events.get(2).getSummary().getValueCount());
        assertEquals("training/loss", events.get(2).getSummary().getValue(0).getTag());
        assertEquals(0.25f, events.get(2).getSummary().getValue(0).getSimpleValue());
        assertEquals(60, events.get(3).getStep());
        assertEquals(0.125f, events.get(3).getSummary().getValue(0).getSimpleValue());
        assertTrue(Math.abs(events.get(3).getWallTime() - System.currentTimeMillis() * 1e-3) < 600);
    }

    @Test
    void checksumIsTheMaskedCastagnoliOne() {
        // CRC-32C of "123456789" is 0xe3069283, the check value of RFC 3720's polynomial.
        byte[] bytes = "123456789".getBytes(StandardCharsets.US_ASCII);
        int crc = 0xe3069283;
        assertEquals(((crc >>> 15) | (crc << 17)) + 0xa282ead8, EventFile.maskedChecksum(bytes, bytes.length));
    }

    private Path onlyFile() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.toList();
            assertEquals(1, all.size(), all::toString);
            assertTrue(all.get(0).getFileName().toString().startsWith("events.out.tfevents."), all::toString);
            return all.get(0);
        }
    }

    /** A file's events, once their checksums are found right. */
    static List<Event> read(Path file) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Event> events = new ArrayList<>();
        while (buffer.hasRemaining()) {
            byte[] length = new byte[Long.BYTES];
            buffer.get(length);
            assertEquals(EventFile.maskedChecksum(length, length.length), buffer.getInt());
            byte[] message = new byte
                    [(int) ByteBuffer.wrap(length)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong()];
            buffer.get(message);
            assertEquals(EventFile.maskedChecksum(message, message.length), buffer.getInt());
            events.add(Event.parseFrom(message));
        }
        return events;
    }
}
