package io.pushrank.jobs.train;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One of several workers that exchange numbers over TCP, each sending to the next one and receiving from the one before it.
 * All must call the same methods in the same order. Each gets the same bytes, and sums are taken in an order that only the
 * number of workers decides.
 *
 * <p>A worker that ends closes its connections, so that the others fail at once; one that is silent for longer than the timeout
 * fails them, too. After a failure a ring is of no use.
 */
final class Ring implements AutoCloseable {
    private static final int BUFFER = 1 << 16;
    /** A stranger that connects may not hold up the others for longer. */
    private static final int GREETING_MILLISECONDS = 5000;

    private final int worker;
    private final int workers;
    private final Duration timeout;
    /** Null for one worker alone, as are the three after it. */
    private final Socket next;

    private final Socket previous;
    private final DataOutputStream output;
    private final DataInputStream input;
    private final ExecutorService sender;
    private long nanoseconds;

    /** A worker's open port, which the others must know before they can join. */
    static final class Seat implements AutoCloseable {
        private final ServerSocket socket;
        private final String secret;

        /** @throws UncheckedIOException when no port can be opened */
        Seat() {
            byte[] random = new byte[16];
            new SecureRandom().nextBytes(random);
            secret = HexFormat.of().formatHex(random);
            try {
                socket = new ServerSocket(0);
            } catch (IOException failure) {
                throw new UncheckedIOException("cannot open a port for the other workers", failure);
            }
        }

        /**
         * What the others must be told: it holds a secret that they show, since anybody may find the port.
         *
         * @param host name or number that the others reach this machine by
         */
        String address(String host) {
            return host + " " + socket.getLocalPort() + " " + secret;
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException failure) {
                throw new UncheckedIOException("cannot close a worker's port", failure);
            }
        }
    }

    /**
     * Joins the other workers.
     *
     * @param worker this one's number, from 0
     * @param addresses {@link Seat#address} of each worker in the order of their numbers
     * @param timeout for every exchange: the time that workers may be behind each other
     * @throws UncheckedIOException when a neighbor is not there in time
     */
    static Ring join(Seat seat, int worker, List<String> addresses, Duration timeout) {
        int workers = addresses.size();
        if (workers == 1) {
            return new Ring(worker, workers, timeout, null, null);
        }
        int after = (worker + 1) % workers;
        int before = (worker + workers - 1) % workers;
        String[] address = addresses.get(after).split(" ", -1);
        int milliseconds = Math.toIntExact(timeout.toMillis());
        Socket next = new Socket();
        try {
            next.connect(new InetSocketAddress(address[0], Integer.parseInt(address[1])), milliseconds);
            DataOutputStream greeting = new DataOutputStream(next.getOutputStream());
            greeting.writeUTF(address[2]);
            greeting.writeInt(worker);
            return new Ring(worker, workers, timeout, next, accept(seat, before, timeout));
        } catch (IOException failure) {
            close(next);
            throw new UncheckedIOException(
                    "worker " + worker + " of " + workers + " must reach worker " + after + " at " + address[0] + ":"
                            + address[1] + " and be reached by worker " + before + " within " + timeout.toSeconds()
                            + " s, but: " + failure.getMessage(),
                    failure);
        }
    }

    /** The connection of the worker before; others are closed. */
    private static Socket accept(Seat seat, int before, Duration timeout) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new SocketTimeoutException("nobody came");
            }
            seat.socket.setSoTimeout((int) left);
            Socket guest = seat.socket.accept();
            if (isWorker(guest, seat.secret, before)) {
                return guest;
            }
            close(guest);
        }
    }

    private static boolean isWorker(Socket guest, String secret, int worker) {
        try {
            guest.setSoTimeout(GREETING_MILLISECONDS);
            DataInputStream greeting = new DataInputStream(guest.getInputStream());
            return greeting.readUTF().equals(secret) && greeting.readInt() == worker;
        } catch (IOException stranger) {
            return false;
        }
    }

    private Ring(int worker, int workers, Duration timeout, Socket next, Socket previous) {
        this.worker = worker;
        this.workers = workers;
        this.timeout = timeout;
        this.next = next;
        this.previous = previous;
        if (next == null) {
            output = null;
            input = null;
            sender = null;
            return;
        }
        try {
            next.setTcpNoDelay(true);
            previous.setSoTimeout(Math.toIntExact(timeout.toMillis()));
            output = new DataOutputStream(new BufferedOutputStream(next.getOutputStream(), BUFFER));
            input = new DataInputStream(new BufferedInputStream(previous.getInputStream(), BUFFER));
        } catch (IOException failure) {
            close(next);
            close(previous);
            throw new UncheckedIOException("worker " + worker + " lost its neighbors", failure);
        }
        sender = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "ring-" + worker);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** This one's number, from 0. */
    int worker() {
        return worker;
    }

    int workers() {
        return workers;
    }

    /** Time spent in exchanges so far, waiting for others included. */
    long nanoseconds() {
        return nanoseconds;
    }

    /**
     * Puts the sums over all workers in the place of the values. Each worker sends twice as many bytes as there are, however many
     * workers: each sums up a part of the values, then hands its part round.
     *
     * @param values as many on each worker
     */
    void sum(float[] values) {
        long start = System.nanoTime();
        for (int round = 0; round < workers - 1; round++) {
            int part = part(-round - 1);
            FloatBuffer received = floats(exchange(bytes(values, part(-round)), length(values, part)));
            for (int index = from(values, part); index < to(values, part); index++) {
                values[index] += received.get();
            }
        }
        for (int round = 0; round < workers - 1; round++) {
            int part = part(-round);
            floats(exchange(bytes(values, part(1 - round)), length(values, part)))
                    .get(values, from(values, part), to(values, part) - from(values, part));
        }
        nanoseconds += System.nanoTime() - start;
    }

    /** A part's number, counted from this worker's. */
    private int part(int offset) {
        return Math.floorMod(worker + offset, workers);
    }

    private int from(float[] values, int part) {
        return (int) ((long) values.length * part / workers);
    }

    private int to(float[] values, int part) {
        return from(values, part + 1);
    }

    private int length(float[] values, int part) {
        return (to(values, part) - from(values, part)) * Float.BYTES;
    }

    private byte[] bytes(float[] values, int part) {
        byte[] bytes = new byte[length(values, part)];
        floats(bytes).put(values, from(values, part), to(values, part) - from(values, part));
        return bytes;
    }

    private static byte[] bytes(float[] values) {
        byte[] bytes = new byte[values.length * Float.BYTES];
        floats(bytes).put(values);
        return bytes;
    }

    private static LongBuffer longs(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
    }

    private static FloatBuffer floats(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }

    /**
     * What every worker has, in the order of their numbers.
     *
     * @param own of any length
     */
    List<float[]> gather(float[] own) {
        return gather(bytes(own)).stream()
                .map(bytes -> {
                    float[] values = new float[bytes.length / Float.BYTES];
                    floats(bytes).get(values);
                    return values;
                })
                .toList();
    }

    /** The same of whole numbers. */
    List<long[]> gather(long[] own) {
        byte[] sent = new byte[own.length * Long.BYTES];
        longs(sent).put(own);
        return gather(sent).stream()
                .map(bytes -> {
                    long[] values = new long[bytes.length / Long.BYTES];
                    longs(bytes).get(values);
                    return values;
                })
                .toList();
    }

    private List<byte[]> gather(byte[] own) {
        long start = System.nanoTime();
        byte[][] all = new byte[workers][];
        all[worker] = own;
        for (int round = 0; round < workers - 1; round++) {
            all[part(-round - 1)] = exchange(all[part(-round)], -1);
        }
        nanoseconds += System.nanoTime() - start;
        return Arrays.asList(all);
    }

    /**
     * Sends to the next worker and receives from the one before at the same time, since neither would read while both write.
     *
     * @param expected bytes; -1 for any number
     */
    private byte[] exchange(byte[] sent, int expected) {
        Future<?> sending = sender.submit(() -> {
            output.writeInt(sent.length);
            output.write(sent);
            output.flush();
            return null;
        });
        try {
            int length = input.readInt();
            if (expected >= 0 && length != expected) {
                throw new IOException("expected " + expected + " bytes, but got " + length);
            }
            byte[] received = new byte[length];
            input.readFully(received);
            sending.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return received;
        } catch (IOException failure) {
            throw lost(part(-1), "received from", failure);
        } catch (ExecutionException | TimeoutException failure) {
            throw lost(part(1), "sent to", failure);
        } catch (InterruptedException failure) {
            Thread.currentThread().interrupt();
            throw lost(part(1), "sent to", failure);
        }
    }

    private UncheckedIOException lost(int other, String what, Exception failure) {
        Throwable cause = failure instanceof ExecutionException ? failure.getCause() : failure;
        return new UncheckedIOException(
                "worker " + worker + " of " + workers + " must have " + what + " worker " + other + " within "
                        + timeout.toSeconds() + " s, but that one ended or is too slow: " + cause,
                cause instanceof IOException io ? io : new IOException(cause));
    }

    @Override
    public void close() {
        if (sender != null) {
            sender.shutdownNow();
            close(next);
            close(previous);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException alreadyLost) {
            // Nothing more can come of it.
        }
    }
}
