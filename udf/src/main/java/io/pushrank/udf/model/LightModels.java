package io.pushrank.udf.model;

import java.util.concurrent.ConcurrentHashMap;

/** One light ranker's weights a JVM and model. */
public final class LightModels {
    private static final ConcurrentHashMap<String, LightModel> LOADED = new ConcurrentHashMap<>();

    private LightModels() {}

    /**
     * The loaded model; the first caller loads it while the others wait.
     *
     * @throws ModelException as {@link LightModel#load}
     */
    public static LightModel get(ModelPackage model, TensorFlowThreads threads) {
        return LOADED.computeIfAbsent(model.digest(), digest -> LightModel.load(model, threads));
    }
}
