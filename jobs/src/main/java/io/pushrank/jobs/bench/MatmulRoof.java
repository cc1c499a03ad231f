package io.pushrank.jobs.bench;

import io.pushrank.udf.model.TensorFlowThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/** The most that TensorFlow gets out of this machine: matrix products of 2048³, one a thread at once. */
final class MatmulRoof implements AutoCloseable {
    /** What benches call it in their rounds. */
    static final String FIGURE = "roof, GFLOP/s";

    private static final int SIZE = 2048;
    private static final int PRODUCTS = 4;

    private final int threads;
    private final Graph graph = new Graph();
    private final Session session;
    private final ExecutorService executor;

    /** In single precision. */
    MatmulRoof(int threads) {
        this(threads, TFloat32.class);
    }

    /** @param type of the factors and of the product */
    <T extends TNumber> MatmulRoof(int threads, Class<T> type) {
        this.threads = threads;
        Ops tf = Ops.create(graph);
        var left = tf.dtypes.cast(tf.random.randomUniform(tf.constant(Shape.of(SIZE, SIZE)), TFloat32.class), type);
        var variable = tf.withName("x").variable(Shape.of(SIZE, SIZE), type);
        var assign = tf.withName("assign").assign(variable, left);
        // A scalar comes back, so that copying the product is not measured.
        tf.withName("y")
                .slice(tf.linalg.matMul(variable, variable), tf.constant(new int[] {0, 0}), tf.constant(new int[] {1, 1
                }));
        session = new Session(graph, TensorFlowThreads.DEFAULT.configuration());
        session.runner().addTarget(assign.op()).run().close();
        executor = Executors.newFixedThreadPool(threads);
    }

    /** Measures once. */
    double gigaflops() {
        long start = System.nanoTime();
        List<Future<?>> runs = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            runs.add(executor.submit(() -> {
                for (int product = 0; product < PRODUCTS; product++) {
                    session.runner().fetch("y").run().close();
                }
            }));
        }
        try {
            for (Future<?> run : runs) {
                run.get();
            }
        } catch (InterruptedException | ExecutionException failure) {
            throw new IllegalStateException("the matrix product failed", failure);
        }
        double seconds = (System.nanoTime() - start) * 1e-9;
        return 2.0 * SIZE * SIZE * SIZE * PRODUCTS * threads / seconds * 1e-9;
    }

    @Override
    public void close() {
        executor.shutdown();
        session.close();
        graph.close();
    }
}
