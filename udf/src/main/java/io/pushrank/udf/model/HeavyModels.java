package io.pushrank.udf.model;

import java.util.concurrent.ConcurrentHashMap;

/** One session a JVM and model, so that a task never pays for loading what another one has loaded. */
public final class HeavyModels {
    private static final ConcurrentHashMap<String, HeavyModel> LOADED = new ConcurrentHashMap<>();

    private HeavyModels() {}

    /** As {@link #get(ModelPackage, TensorFlowThreads, Precision)}, in single precision. */
    public static HeavyModel get(ModelPackage model, TensorFlowThreads threads) {
        return get(model, threads, Precision.FP32);
    }

    /**
     * The loaded model; the first caller loads it while the others wait. It stays for the JVM's life: never close it.
     *
     * @param threads used by the first load of the JVM
     * @throws ModelException as {@link HeavyModel#load(ModelPackage, TensorFlowThreads, Precision)}
     */
    public static HeavyModel get(ModelPackage model, TensorFlowThreads threads, Precision precision) {
        return LOADED.computeIfAbsent(
                model.digest() + " " + precision, key -> HeavyModel.load(model, threads, precision));
    }
}
