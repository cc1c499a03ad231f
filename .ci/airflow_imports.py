"""Imports the DAGs of a folder as Airflow does; every error and every deprecation warning is a failure."""

import sys
import warnings
from pathlib import Path


def main(folder):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        from airflow.dag_processing.dagbag import BundleDagBag

        # Airflow's own imports may warn of each other; what counts is what the DAGs cause.
        caught.clear()
        bag = BundleDagBag(folder, bundle_path=Path(folder), bundle_name="pushrank")
    if bag.import_errors:
        sys.exit("\n".join(f"{file}: {error}" for file, error in bag.import_errors.items()))
    # Airflow has categories of its own, not all of which derive from Python's.
    deprecated = [
        warning
        for warning in caught
        if issubclass(warning.category, (DeprecationWarning, FutureWarning)) or "Deprecat" in warning.category.__name__
    ]
    bag_warnings = [str(warning) for found in bag.captured_warnings.values() for warning in found]
    if deprecated or bag_warnings:
        sys.exit("\n".join([*(f"{w.filename}:{w.lineno}: {w.message}" for w in deprecated), *bag_warnings]))
    expected = {"pushrank_daily", "pushrank_training", "pushrank_training_daily"}
    if set(bag.dags) != expected:
        sys.exit(f"DAGs are {sorted(bag.dags)}, expected {sorted(expected)}")
    for dag in bag.dags.values():
        for task in dag.tasks:
            if task.retries < 1 or not task.pool:
                sys.exit(f"{dag.dag_id}.{task.task_id}: retries {task.retries}, pool {task.pool}")
        print(f"{dag.dag_id}: {' '.join(task.task_id for task in dag.topological_sort())}")


if __name__ == "__main__":
    main(sys.argv[1])
