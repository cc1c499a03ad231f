package io.pushrank.udf.model;

import java.util.concurrent.ConcurrentHashMap;

/** One session a JVM and model, so that a task never pays for loading what another one has loaded. */
public final class HeavyModels {
    private static final ConcurrentHashMap<String, HeavyModel> LOADED = new ConcurrentHashMap<>();

    private HeavyModels() {}

    /**
     * The loaded model; the first caller loads it while the others wait. It stays for the JVM's life: never close it.
     *
     * @param threads used by the first load of the JVM
     * @throws ModelException as {@link HeavyModel#load}
     */
    public static HeavyModel get(ModelPackage model, TensorFlowThreads threads) {
        return LOADED.computeIfAbsent(model.digest(), digest -> HeavyModel.load(model, threads));
    }
}
