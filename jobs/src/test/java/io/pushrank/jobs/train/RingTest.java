package io.pushrank.jobs.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RingTest {
    private static float[] numbers(int worker, int count) {
        SplittableRandom random = new SplittableRandom(worker);
        float[] numbers = new float[count];
        for (int index = 0; index < count; index++) {
            numbers[index] = (float) (random.nextDouble() - 0.5);
        }
        return numbers;
    }

    private static List<float[]> sums(int workers, int count) throws Exception {
        return RingThreads.run(workers, ring -> {
            float[] values = numbers(ring.worker(), count);
            ring.sum(values);
            return values;
        });
    }

    @Test
    void sumsAreThoseOfAllWorkersAndTheSameBytesEachTime() throws Exception {
        for (int workers : new int[] {1, 2, 3, 5}) {
            // More than sockets hold on their way; and parts of no or unequal length.
            for (int count : new int[] {0, 1, 4, 1_000_003}) {
                List<float[]> found = sums(workers, count);
                float[] expected = new float[count];
                for (int index = 0; index < count; index++) {
                    double sum = 0;
                    for (int worker = 0; worker < workers; worker++) {
                        sum += count < 10 ? numbers(worker, count)[index] : 0;
                    }
                    expected[index] = (float) sum;
                }
                if (count < 10) {
                    assertArrayEquals(expected, found.get(0), 1e-6f);
                }
                for (float[] other : found) {
                    assertArrayEquals(found.get(0), other);
                }
                assertArrayEquals(found.get(0), sums(workers, count).get(0));
            }
        }
    }

    @Test
    void everyWorkerGetsWhatEachHas() throws Exception {
        List<List<float[]>> floats =
                RingThreads.run(3, ring -> ring.gather(numbers(ring.worker(), 10 * ring.worker())));
        List<List<long[]>> longs =
                RingThreads.run(3, ring -> ring.gather(new long[] {ring.worker(), Long.MIN_VALUE + ring.worker()}));
        for (int worker = 0; worker < 3; worker++) {
            for (int from = 0; from < 3; from++) {
                assertArrayEquals(numbers(from, 10 * from), floats.get(worker).get(from));
                assertArrayEquals(
                        new long[] {from, Long.MIN_VALUE + from},
                        longs.get(worker).get(from));
            }
        }
    }

    /** Waits for a failure of a worker. */
    private static String failure(Future<?> future) {
        ExecutionException failure = assertThrows(ExecutionException.class, () -> future.get(20, TimeUnit.SECONDS));
        return failure.getCause().getMessage();
    }

    @Test
    void aWorkerThatEndsFailsTheOthersAtOnce() {
        List<Future<float[]>> futures = RingThreads.start(3, Duration.ofSeconds(60), ring -> {
            if (ring.worker() == 1) {
                throw new IllegalStateException("killed");
            }
            float[] values = numbers(ring.worker(), 100);
            ring.sum(values);
            return values;
        });
        assertEquals("killed", failure(futures.get(1)));
        String after = failure(futures.get(2));
        assertTrue(
                after.startsWith("worker 2 of 3 must have received from worker 1 within 60 s, but that one ended"),
                after);
        failure(futures.get(0));
    }

    @Test
    void aSilentWorkerIsNotWaitedForForEver() {
        CountDownLatch end = new CountDownLatch(1);
        List<Future<float[]>> futures = RingThreads.start(2, Duration.ofSeconds(1), ring -> {
            try {
                if (ring.worker() == 1) {
                    end.await();
                }
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
            float[] values = new float[1];
            ring.sum(values);
            return values;
        });
        String silent = failure(futures.get(0));
        assertTrue(silent.contains("received from worker 1 within 1 s") && silent.contains("timed out"), silent);
        end.countDown();
        failure(futures.get(1));
    }

    @Test
    void strangersAreSentAway() throws Exception {
        List<Ring.Seat> seats = List.of(new Ring.Seat(), new Ring.Seat());
        List<String> addresses =
                seats.stream().map(seat -> seat.address("127.0.0.1")).toList();
        List<Socket> strangers = new ArrayList<>();
        for (String address : addresses) {
            Socket stranger = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(address.split(" ", -1)[1]));
            DataOutputStream output = new DataOutputStream(stranger.getOutputStream());
            output.writeUTF("a guess");
            output.writeInt(0);
            strangers.add(stranger);
        }
        List<Thread> threads = new ArrayList<>();
        float[][] found = new float[2][];
        for (int worker : IntStream.range(0, 2).toArray()) {
            threads.add(new Thread(() -> {
                try (Ring.Seat seat = seats.get(worker);
                        Ring ring = Ring.join(seat, worker, addresses, Duration.ofSeconds(20))) {
                    float[] values = {worker + 1};
                    ring.sum(values);
                    found[worker] = values;
                }
            }));
            threads.get(worker).start();
        }
        for (Thread thread : threads) {
            thread.join(20_000);
        }
        assertArrayEquals(new float[] {3}, found[0]);
        assertArrayEquals(new float[] {3}, found[1]);
        for (Socket stranger : strangers) {
            stranger.close();
        }
    }

    @Test
    void aWorkerThatNeverComesIsNamed() throws IOException {
        String gone;
        try (Ring.Seat other = new Ring.Seat()) {
            gone = other.address("127.0.0.1");
        }
        try (Ring.Seat seat = new Ring.Seat()) {
            List<String> addresses = List.of(seat.address("127.0.0.1"), gone);
            UncheckedIOException failure = assertThrows(
                    UncheckedIOException.class, () -> Ring.join(seat, 0, addresses, Duration.ofSeconds(1)));
            assertTrue(
                    failure.getMessage().startsWith("worker 0 of 2 must reach worker 1 at 127.0.0.1:"),
                    failure.getMessage());
        }
    }
}
