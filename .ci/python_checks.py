"""Holds Python's TensorFlow and TensorBoard against what the Java tests left in a folder: see .ci/python-checks."""

import hashlib
import json
import logging
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import SCALARS, EventAccumulator

TOLERANCE = 1e-5
# Differs between two runs of the same training.
MEASURED = "training/rows_per_second"


def require(condition, message):
    if not condition:
        sys.exit(f"python checks: {message}")


def read(file):
    require(file.exists(), f"{file} is missing: run the Java tests first (mvn -B -ntp verify)")
    return json.loads(file.read_text())


def check_model(file):
    """Scores Java's rows, all of them and fewer, with the SavedModel; largest difference from Java's scores."""
    scored = read(file)
    directory = Path(scored["directory"])
    digest = hashlib.sha256((directory / "manifest.json").read_bytes()).hexdigest()
    require(digest == scored["digest"], f"{file} is of another model than {directory}: run the Java tests again")
    inputs = {
        name: np.array(value["values"], dtype=value["type"]).reshape(value["shape"])
        for name, value in scored["inputs"].items()
    }
    expected = {name: np.array(values) for name, values in scored["outputs"].items()}

    model = tf.saved_model.load(str(directory), tags=["serve"])
    score = model.signatures["serving_default"]
    wanted = score.structured_input_signature[1]
    require(set(wanted) == set(inputs), f"{directory} has inputs {sorted(wanted)}, Java feeds {sorted(inputs)}")
    for name, tensor in {**wanted, **score.structured_outputs}.items():
        require(tensor.shape[0] is None, f"{directory}: first dimension of {name} is {tensor.shape[0]}, must be free")

    rows = scored["rows"]
    batches = sorted({1, 2, 7, rows})
    largest = 0.0
    for size in batches:
        outputs = score(**first_rows(inputs, size))
        require(set(outputs) == set(expected), f"{directory} has outputs {sorted(outputs)}, Java {sorted(expected)}")
        for name, values in outputs.items():
            found = values.numpy()
            require(found.shape == (size,), f"{directory}: {name} of {size} rows has shape {found.shape}")
            difference = np.abs(found - expected[name][:size])
            row = int(difference.argmax())
            # Written so that NaN fails.
            require(
                difference[row] <= TOLERANCE,
                f"{directory}: {name} of row {row} in a batch of {size} is {found[row]:.8f} in Python and "
                f"{expected[name][row]:.8f} in Java, more than {TOLERANCE} apart",
            )
            largest = max(largest, float(difference[row]))
    spread = ", ".join(f"{name} {values.min():.4f} to {values.max():.4f}" for name, values in sorted(expected.items()))
    print(
        f"{file.stem}: {directory.parent.name}/{directory.name} scores {rows} rows as Java does, in batches of "
        f"{', '.join(map(str, batches))}: largest difference {largest:.1e} ({spread})"
    )


def first_rows(inputs, size):
    """The first rows of a batch; sparse entries are lists of their own, with the row of each."""
    result = {}
    for name, values in inputs.items():
        prefix, _, part = name.rpartition("_")
        if part in ("ids", "values", "rows"):
            result[name] = tf.constant(values[inputs[f"{prefix}_rows"] < size])
        else:
            result[name] = tf.constant(values[:size])
    return result


def scalars(directory):
    """{tag: {step: value}} as TensorBoard shows them."""
    require(any(directory.glob("events.out.tfevents.*")), f"no event file in {directory}: run the Java tests first")
    # 0: every event, not a sample.
    events = EventAccumulator(str(directory), size_guidance={SCALARS: 0}).Reload()
    result = {}
    for tag in events.Tags()[SCALARS]:
        shown = events.Scalars(tag)
        result[tag] = {event.step: event.value for event in shown}
        require(len(result[tag]) == len(shown), f"{directory}: {tag} has a step twice: {[e.step for e in shown]}")
    return {tag: values for tag, values in result.items() if values}


def check_events(folder):
    """What Java gave the event files is what TensorBoard shows."""
    expected = {
        tag: {int(step): value for step, value in values.items()}
        for tag, values in read(folder / "events.json").items()
    }
    found = scalars(folder / "events" / "written")
    require(found == expected, f"{folder / 'events/written'} shows {found}, Java wrote {expected}")
    print(f"events: TensorBoard shows the {sum(map(len, expected.values()))} scalars that Java wrote, and no others")


def check_broken_training(events, kind):
    """TensorBoard shows a training that was broken off and went on as it shows the unbroken one."""
    whole = scalars(events / f"{kind}-whole")
    broken = scalars(events / f"{kind}-broken")
    require(whole.get("training/loss"), f"{events}/{kind}-whole has no training/loss")
    require(set(whole) == set(broken), f"{kind} training: tags {sorted(whole)}, broken off {sorted(broken)}")
    for tag, values in whole.items():
        if tag == MEASURED:
            continue
        require(
            values == broken[tag],
            f"{kind} training: {tag} is {values}, but {broken[tag]} when it was broken off and went on",
        )
    print(
        f"events: {kind} training broken off and gone on shows the unbroken one's {len(whole) - 1} curves "
        f"of {len(whole['training/loss'])} steps"
    )


def main(folder):
    # TensorBoard warns of the events that a resumed training makes void, which is what is checked.
    logging.getLogger("tensorboard").setLevel(logging.ERROR)
    check_model(folder / "heavy.json")
    check_model(folder / "light.json")
    check_events(folder)
    for kind in ("heavy", "light"):
        check_broken_training(folder / "events", kind)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
