package io.pushrank.udf.model;

import java.util.Arrays;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.NdArray;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/** Reads a SavedModel's variables by name into flat row-major arrays. */
final class LightVariables {
    private final String directory;
    private final Session session;

    LightVariables(String directory, Session session) {
        this.directory = directory;
        this.session = session;
    }

    boolean has(String name) {
        return session.graph().operation(name) != null;
    }

    /** @param dimensions the expected shape; -1 matches any length */
    float[] floats(String name, long... dimensions) {
        try (Result result = fetch(name)) {
            if (!(result.get(0) instanceof TFloat32 tensor)) {
                throw new ModelException(
                        place(name), "float", result.get(0).dataType().name());
            }
            requireShape(name, tensor, dimensions);
            float[] values = new float[Math.toIntExact(tensor.size())];
            tensor.asRawTensor().data().asFloats().read(values);
            return values;
        }
    }

    double[] doubles(String name, long... dimensions) {
        try (Result result = fetch(name)) {
            if (!(result.get(0) instanceof TFloat64 tensor)) {
                throw new ModelException(
                        place(name), "double", result.get(0).dataType().name());
            }
            requireShape(name, tensor, dimensions);
            double[] values = new double[Math.toIntExact(tensor.size())];
            tensor.asRawTensor().data().asDoubles().read(values);
            return values;
        }
    }

    private Result fetch(String name) {
        if (!has(name)) {
            throw new ModelException(place(name), "a variable", "none");
        }
        return session.runner().fetch(name).run();
    }

    private void requireShape(String name, NdArray<?> tensor, long[] dimensions) {
        Shape shape = tensor.shape();
        boolean matches = shape.numDimensions() == dimensions.length;
        for (int axis = 0; matches && axis < dimensions.length; axis++) {
            matches = dimensions[axis] == -1 || dimensions[axis] == shape.get(axis);
        }
        if (!matches) {
            throw new ModelException(place(name), "shape " + Arrays.toString(dimensions), shape.toString());
        }
    }

    private String place(String name) {
        return directory + " variable " + name;
    }
}
