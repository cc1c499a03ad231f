package io.pushrank.jobs.doctor;

import io.pushrank.udf.model.TensorFlowThreads;
import java.util.Arrays;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.TensorFlow;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The least that scoring asks of TensorFlow: its library loads, and a session multiplies. */
final class TensorFlowProbe {
    private static final int SIZE = 64;

    private TensorFlowProbe() {}

    /**
     * Multiplies a matrix of ones by itself.
     *
     * @return TensorFlow's version
     * @throws IllegalStateException when the product is wrong
     */
    static String multiply() {
        float[] ones = new float[SIZE * SIZE];
        Arrays.fill(ones, 1);
        try (Graph graph = new Graph();
                TFloat32 matrix = TFloat32.tensorOf(Shape.of(SIZE, SIZE), DataBuffers.of(ones))) {
            Ops ops = Ops.create(graph);
            var input = ops.placeholder(TFloat32.class);
            var product = ops.linalg.matMul(input, input);
            try (Session session = new Session(graph, TensorFlowThreads.DEFAULT.configuration());
                    Result result =
                            session.runner().feed(input, matrix).fetch(product).run()) {
                float found = ((TFloat32) result.get(0)).getFloat(SIZE - 1, SIZE - 1);
                if (found != SIZE) {
                    throw new IllegalStateException("a sum of " + SIZE + " ones is " + found);
                }
            }
        }
        return TensorFlow.version();
    }
}
