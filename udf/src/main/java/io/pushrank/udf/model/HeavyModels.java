package io.pushrank.udf.model;

import java.util.concurrent.ConcurrentHashMap;

/** One session a JVM, model and precision, so that a task never pays for loading what another one has loaded. */
public final class HeavyModels {
    /** Beside each precision that was tried, what AUTO came to: another report of the same session. */
    private static final ConcurrentHashMap<Key, HeavyModel> LOADED = new ConcurrentHashMap<>();

    private record Key(String digest, Precision precision) {}

    private HeavyModels() {}

    /** As {@link #get(ModelPackage, TensorFlowThreads, Precision)}, in single precision. */
    public static HeavyModel get(ModelPackage model, TensorFlowThreads threads) {
        return get(model, threads, Precision.FP32);
    }

    /**
     * The loaded model; the first caller loads it while the others wait. It stays until {@link #release}: never close it.
     *
     * @param threads used by the first load of the JVM
     * @throws ModelException as {@link HeavyModel#load(ModelPackage, TensorFlowThreads, Precision)}
     */
    public static HeavyModel get(ModelPackage model, TensorFlowThreads threads, Precision precision) {
        HeavyModel known = LOADED.get(new Key(model.digest(), precision));
        if (known != null) {
            return known;
        }
        Precision resolved = HeavyModel.resolve(model, precision, Precision.isBf16Native());
        HeavyModel loaded = LOADED.computeIfAbsent(
                new Key(model.digest(), resolved), key -> HeavyModel.load(model, threads, resolved));
        if (resolved == Precision.BF16 && loaded.report().precision() == Precision.FP32) {
            // bfloat16 was out of bounds: who asks for single precision gets the session that is there.
            LOADED.putIfAbsent(
                    new Key(model.digest(), Precision.FP32),
                    loaded.explained(new HeavyModel.Report(
                            loaded.report().folded(),
                            Precision.FP32,
                            HeavyModel.reasonOfSinglePrecision(model, Precision.FP32))));
        }
        if (resolved == precision) {
            return loaded;
        }
        return LOADED.computeIfAbsent(new Key(model.digest(), precision), key -> {
            HeavyModel.Report report = loaded.report();
            String reason =
                    resolved == Precision.FP32 ? HeavyModel.reasonOfSinglePrecision(model, precision) : report.reason();
            return loaded.explained(new HeavyModel.Report(report.folded(), report.precision(), reason));
        });
    }

    /**
     * Closes what this JVM has loaded of a model that is not needed again, and deletes the machine's copy of its files. A
     * later {@link #get} loads it anew. No task of this JVM may be scoring with it.
     */
    public static void release(ModelPackage model) {
        LOADED.entrySet().stream().filter(entry -> entry.getKey().digest().equals(model.digest())).toList().stream()
                .filter(entry -> LOADED.remove(entry.getKey(), entry.getValue()))
                .map(entry -> entry.getValue().graph())
                .distinct()
                .forEach(InferenceGraph::close);
        model.deleteLocalCopy();
    }
}
