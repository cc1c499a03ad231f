package io.pushrank.jobs.train;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Workers of a ring as threads of this process. */
final class RingThreads {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private RingThreads() {}

    /** What each worker's work gives, in the order of their numbers. */
    static <T> List<T> run(int workers, Function<Ring, T> work) throws Exception {
        List<T> results = new ArrayList<>();
        for (Future<T> future : start(workers, TIMEOUT, work)) {
            results.add(future.get());
        }
        return results;
    }

    /** The same, to be waited for. */
    static <T> List<Future<T>> start(int workers, Duration timeout, Function<Ring, T> work) {
        List<Ring.Seat> seats = new ArrayList<>();
        List<String> addresses = new ArrayList<>();
        for (int worker = 0; worker < workers; worker++) {
            seats.add(new Ring.Seat());
            addresses.add(seats.get(worker).address("127.0.0.1"));
        }
        ExecutorService threads = Executors.newFixedThreadPool(workers);
        List<Future<T>> futures = new ArrayList<>();
        for (int worker = 0; worker < workers; worker++) {
            int number = worker;
            futures.add(threads.submit(() -> {
                try (Ring.Seat seat = seats.get(number);
                        Ring ring = Ring.join(seat, number, addresses, timeout)) {
                    return work.apply(ring);
                }
            }));
        }
        threads.shutdown();
        return futures;
    }
}
