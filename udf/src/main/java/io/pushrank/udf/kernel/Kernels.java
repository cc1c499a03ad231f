package io.pushrank.udf.kernel;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which kernel this JVM scores with. */
public final class Kernels {
    private static final Logger LOG = LoggerFactory.getLogger(Kernels.class);
    private static final String MODULE = "jdk.incubator.vector";
    private static final String VECTOR_KERNEL = "io.pushrank.udf.kernel.vector.VectorKernel";
    private static final Kernel PLAIN = new PlainKernel();

    /** Chosen when the first model is loaded. */
    private static final class Holder {
        private static final Kernel BLOCKS = choose();
    }

    private Kernels() {}

    /** For many rows: the vector kernel where the JVM has its module and its optimizing compiler, else the plain one. */
    public static Kernel forBlocks() {
        return Holder.BLOCKS;
    }

    /** For one row, and where there is no other. */
    public static Kernel plain() {
        return PLAIN;
    }

    /**
     * The vector kernel.
     *
     * @throws IllegalStateException when this JVM was started without {@code --add-modules jdk.incubator.vector}
     */
    public static Kernel vector() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            throw new IllegalStateException("the JVM was started without --add-modules " + MODULE);
        }
        try {
            return Class.forName(VECTOR_KERNEL)
                    .asSubclass(Kernel.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException failure) {
            throw new IllegalStateException(VECTOR_KERNEL + " cannot be made", failure);
        }
    }

    private static Kernel choose() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            LOG.info("light ranker: {}; --add-modules {} would make it several times faster", PLAIN.summary(), MODULE);
            return PLAIN;
        }
        if (!hasOptimizingCompiler()) {
            // Without it, every operation on a vector makes an object.
            LOG.info("light ranker: {}, since the JVM's optimizing compiler is off", PLAIN.summary());
            return PLAIN;
        }
        return orPlain(Kernels::vector);
    }

    /** What cannot be made in this JVM costs speed, never the run. */
    static Kernel orPlain(Supplier<Kernel> vector) {
        try {
            Kernel made = vector.get();
            LOG.info("light ranker: {}", made.summary());
            return made;
        } catch (IllegalStateException | LinkageError failure) {
            LOG.warn("light ranker: {}, since {} does not start", PLAIN.summary(), VECTOR_KERNEL, failure);
            return PLAIN;
        }
    }

    private static boolean hasOptimizingCompiler() {
        try {
            HotSpotDiagnosticMXBean virtualMachine = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            // Null in a JVM that is not HotSpot.
            return virtualMachine == null
                    || virtualMachine
                            .getVMOption("TieredStopAtLevel")
                            .getValue()
                            .equals("4");
        } catch (IllegalArgumentException unknownOption) {
            // A JVM that is built otherwise: its defaults are for speed.
            return true;
        }
    }
}
