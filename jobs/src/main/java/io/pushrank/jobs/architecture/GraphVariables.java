package io.pushrank.jobs.architecture;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * A graph's variables by name. A name asked for twice is one variable, so that the training and the evaluation path of
 * a graph share weights.
 *
 * <p>They are VariableV2 with one identity read each: resource variables have no gradients in Java, and gradients are
 * taken with respect to the read.
 */
public final class GraphVariables {
    /** Nodes named so only set variables; an export leaves them out. */
    static final String ASSIGNMENT_PREFIX = "assignment.";

    private enum Role {
        TRAINED,
        STATISTIC,
        SLOT
    }

    /** One variable, its read, and the node that sets it. */
    private record Entry(
            Role role, Variable<?> variable, Operand<?> read, String value, String assign, Weight initial) {}

    private final Ops tf;
    private final long seed;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    public GraphVariables(Ops tf, long seed) {
        this.tf = tf;
        this.seed = seed;
    }

    /** A variable that gradients move. */
    public Operand<TFloat32> trained(String name, Initializer initializer, long... dimensions) {
        return read(Role.TRAINED, name, initializer, dimensions);
    }

    /** A variable that is measured, not learned. */
    Operand<TFloat32> statistic(String name, float value, long... dimensions) {
        return read(Role.STATISTIC, name, Initializer.constant(value), dimensions);
    }

    /** A measured variable of another type than float. */
    <T extends TType> Operand<T> statistic(String name, Class<T> type, Weight initial) {
        return entry(Role.STATISTIC, name, type, initial).read().asOutput().expect(type);
    }

    /** An optimizer's memory, 0 at first: never exported. */
    public Variable<TFloat32> slot(String name, Shape shape) {
        return slot(name, shape, 0);
    }

    /** The same, of another value at first. */
    public Variable<TFloat32> slot(String name, Shape shape, float initial) {
        float[] values = new float[Math.toIntExact(shape.size())];
        Arrays.fill(values, initial);
        return cast(entry(Role.SLOT, name, TFloat32.class, Weight.of(shape, values)));
    }

    /** The variable behind a name, for operations that update it in place. */
    public Variable<TFloat32> variable(String name) {
        return cast(entries.get(name));
    }

    /** Sets every variable to its initial value. */
    public void initialize(Session session) {
        Map<String, Weight> initial = new LinkedHashMap<>();
        entries.forEach((name, entry) -> initial.put(name, entry.initial()));
        restore(session, initial);
    }

    /** Sets the named variables, in one run: each set of targets has the whole graph pruned anew. */
    public void restore(Session session, Map<String, Weight> weights) {
        List<Tensor> values = new ArrayList<>();
        try {
            Session.Runner runner = session.runner();
            weights.forEach((name, weight) -> {
                Entry entry = requireEntry(name, weight);
                Tensor value = weight.toTensor();
                values.add(value);
                runner.feed(entry.value(), value).addTarget(entry.assign());
            });
            if (!values.isEmpty()) {
                runner.run().close();
            }
        } finally {
            values.forEach(Tensor::close);
        }
    }

    private Entry requireEntry(String name, Weight weight) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new IllegalArgumentException("graph has no variable " + name);
        }
        if (!entry.initial().shape().equals(weight.shape())
                || !entry.initial().type().equals(weight.type())) {
            throw new IllegalArgumentException(
                    "variable " + name + " must have shape " + entry.initial().shape() + ", but has " + weight.shape());
        }
        return entry;
    }

    /** Copies of what a model consists of, optimizer memory left out. */
    public Map<String, Weight> snapshot(Session session) {
        return snapshot(session, false);
    }

    /** Copies of everything that the next step depends on, optimizer memory too. */
    public Map<String, Weight> snapshotAll(Session session) {
        return snapshot(session, true);
    }

    private Map<String, Weight> snapshot(Session session, boolean withSlots) {
        List<String> names = new ArrayList<>();
        Session.Runner runner = session.runner();
        entries.forEach((name, entry) -> {
            if (withSlots || entry.role() != Role.SLOT) {
                names.add(name);
                runner.fetch(entry.variable());
            }
        });
        Map<String, Weight> weights = new LinkedHashMap<>();
        try (Result result = runner.run()) {
            for (int index = 0; index < names.size(); index++) {
                weights.put(names.get(index), Weight.copyOf(result.get(index)));
            }
        }
        return weights;
    }

    /** Names of the variables that gradients move, in the order of creation. */
    public List<String> trainedNames() {
        return entries.entrySet().stream()
                .filter(entry -> entry.getValue().role() == Role.TRAINED)
                .map(Map.Entry::getKey)
                .toList();
    }

    public Operand<TFloat32> read(String name) {
        return entries.get(name).read().asOutput().expect(TFloat32.class);
    }

    /** Shapes of all variables but optimizers' memory, by name. */
    Map<String, Shape> shapes() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        entries.forEach((name, entry) -> {
            if (entry.role() != Role.SLOT) {
                shapes.put(name, entry.initial().shape());
            }
        });
        return shapes;
    }

    public Shape shape(String name) {
        return entries.get(name).initial().shape();
    }

    private Operand<TFloat32> read(Role role, String name, Initializer initializer, long... dimensions) {
        if (!entries.containsKey(name)) {
            Shape shape = Shape.of(dimensions);
            entry(role, name, TFloat32.class, Weight.of(shape, initializer.values(seed, name, shape)));
        }
        return read(name);
    }

    private <T extends TType> Entry entry(Role role, String name, Class<T> type, Weight initial) {
        Entry existing = entries.get(name);
        if (existing != null) {
            return existing;
        }
        Variable<T> variable = tf.withName(name).variable(initial.shape(), type);
        Operand<T> read = tf.withName(name + ".read").identity(variable);
        Placeholder<T> value =
                tf.withName(ASSIGNMENT_PREFIX + name + ".value").placeholder(type, Placeholder.shape(initial.shape()));
        var assign = tf.withName(ASSIGNMENT_PREFIX + name).assign(variable, value);
        Entry entry =
                new Entry(role, variable, read, value.op().name(), assign.op().name(), initial);
        entries.put(name, entry);
        return entry;
    }

    private static Variable<TFloat32> cast(Entry entry) {
        // The type was checked when the variable was created as float.
        entry.variable().asOutput().expect(TFloat32.class);
        @SuppressWarnings("unchecked")
        Variable<TFloat32> variable = (Variable<TFloat32>) entry.variable();
        return variable;
    }
}
