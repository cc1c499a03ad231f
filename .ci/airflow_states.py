"""Prints task, state and number of tries of the latest run in an Airflow database: FILE."""

import sqlite3
import sys

with sqlite3.connect(sys.argv[1]) as database:
    rows = database.execute(
        "SELECT task_id, state, try_number FROM task_instance"
        " WHERE run_id = (SELECT run_id FROM dag_run ORDER BY id DESC LIMIT 1) ORDER BY start_date IS NULL, start_date"
    )
    for task, state, tries in rows:
        print(f"{task:<18} {state or 'not run':<16} {tries}")
