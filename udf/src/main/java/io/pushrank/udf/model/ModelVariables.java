package io.pushrank.udf.model;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiConsumer;
import org.tensorflow.GraphOperation;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Tensor;

/** The variables of a package's SavedModel. */
public final class ModelVariables {
    private static final String VARIABLE = "VariableV2";

    private ModelVariables() {}

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
}
