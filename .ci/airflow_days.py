"""Checks when the DAGs of a folder run and which day their tasks are given, under the settings of the environment: FOLDER."""

import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

import pendulum
from airflow.dag_processing.dagbag import BundleDagBag
from airflow.sdk.execution_time import macros
from airflow.serialization.serialized_objects import DagSerialization
from airflow.timetables.base import TimeRestriction

# First run from Thursday 2026-01-01 00:00 UTC on.
EXPECTED = {
    "pushrank_daily": "2026-01-01T12:00",
    "pushrank_training_daily": "2026-01-01T02:00",
    "pushrank_training": "2026-01-05T02:00",
}
TOKYO = timezone(timedelta(hours=9))


def require(found, expected, what):
    if found != expected:
        sys.exit(f"{what} must be {expected}, but is {found}")


def first_run(dag):
    """The run that the scheduler makes first; it has the serialized DAG."""
    timetable = DagSerialization.from_dict(DagSerialization.to_dict(dag)).timetable
    restriction = TimeRestriction(earliest=pendulum.instance(dag.start_date), latest=None, catchup=True)
    return timetable.next_dagrun_info(last_automated_data_interval=None, restriction=restriction)


def day(task, **run):
    """The day that a task is given in a run."""
    dag_run = SimpleNamespace(**{"logical_date": None, "run_after": None, "conf": None, **run})
    return task.render_template(task.day, {"dag_run": dag_run, "macros": macros})


def main(folder):
    bag = BundleDagBag(folder, bundle_path=Path(folder), bundle_name="pushrank")
    require(bag.import_errors, {}, "import errors")
    for name, expected in EXPECTED.items():
        run = first_run(bag.dags[name])
        found = run.run_after.in_timezone("UTC").format("YYYY-MM-DDTHH:mm")
        require(found, expected, f"first run of {name}, UTC,")
        require(run.logical_date, run.run_after, f"logical date of the first run of {name}")
    for task in bag.dags["pushrank_daily"].tasks:
        require(day(task, logical_date=run.logical_date), "2026-01-05", f"day of {task.task_id} by its logical date")
        # 2026-03-14 in UTC.
        early = datetime(2026, 3, 15, 8, 0, tzinfo=TOKYO)
        require(day(task, logical_date=early), "2026-03-14", f"day of {task.task_id} by a logical date of Tokyo")
        require(day(task, run_after=early, conf={"date": None}), "2026-03-14", f"day of {task.task_id} by its start")
        named = day(task, logical_date=early, conf={"date": "2026-03-10"})
        require(named, "2026-03-10", f"day of {task.task_id} that was named")
    print("DAGs run at " + ", ".join(f"{time[11:]} UTC ({name})" for name, time in EXPECTED.items()))


if __name__ == "__main__":
    main(sys.argv[1])
