package io.pushrank.udf.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiConsumer;
import org.tensorflow.GraphOperation;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.NdArray;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/** The variables of a package's SavedModel: by name as flat row-major arrays, or all of them. */
public final class ModelVariables {
    private static final String VARIABLE = "VariableV2";

    private final String directory;
    private final Session session;

    ModelVariables(String directory, Session session) {
        this.directory = directory;
        this.session = session;
    }

    /**
     * Reads every variable.
     *
     * @param each takes a variable's name and value, which is native memory that is gone once it returns
     */
    public static void read(ModelPackage model, TensorFlowThreads threads, BiConsumer<String, Tensor> each) {
        try (SavedModelBundle bundle = SavedModelBundle.loader(model.localCopy().toString())
                .withTags(ModelSignature.TAG)
                .withConfigProto(threads.configuration())
                .load()) {
            List<String> names = new ArrayList<>();
            Iterator<GraphOperation> operations = bundle.graph().operations();
            while (operations.hasNext()) {
                GraphOperation operation = operations.next();
                if (operation.type().equals(VARIABLE)) {
                    names.add(operation.name());
                }
            }
            if (names.isEmpty()) {
                throw new ModelException(model.directory(), "variables", "none");
            }
            Session.Runner runner = bundle.session().runner();
            names.forEach(runner::fetch);
            try (Result result = runner.run()) {
                for (int index = 0; index < names.size(); index++) {
                    each.accept(names.get(index), result.get(index));
                }
            }
        }
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
