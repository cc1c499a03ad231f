"""
Training of both rankers: each Monday anew on the examples of two weeks, on the other days the version in use goes on with
the days since. A day whose examples failed is left out until Monday.

A version is put in use only when it beats the one in use on days that neither was trained on; otherwise `promote` ends
with exit code 5, the task fails, and the version in use stays.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from airflow.sdk import CronTriggerTimetable, dag
from pushrank_operator import DAY, PARAMS, PushrankOperator, day

# Labels end 24 h after a day's as-of instant (12:00 UTC): at 02:00 the day before yesterday is the last complete one.
LAST = day(-2)
VERSION = f"{{{{ macros.ds_format({DAY}, '%Y-%m-%d', '%Y%m%d') }}}}"
# How two weeks are shared out: learned from, the last fifth held out for early stopping and calibration, and judged by.
WEEKLY = {
    "examples": [f"--from={day(-15)}"],
    "train": [f"--from={day(-15)}", f"--to={day(-5)}"],
    "promote": [f"--from={day(-4)}"],
}
# The days that the version in use has not learned from, one held out, one to judge by.
DAILY = {
    "examples": [f"--from={LAST}"],
    "train": ["--continue", f"--to={day(-4)}", f"--eval-from={day(-3)}", f"--eval-to={day(-3)}"],
    "promote": [f"--from={LAST}"],
}


def training(dag_id: str, schedule: str, days: dict[str, list[str]]):
    @dag(
        dag_id=dag_id,
        # Cron text alone would mean what the deployment's create_cron_data_intervals and default_timezone make of it.
        schedule=CronTriggerTimetable(schedule, timezone="UTC"),
        start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
        catchup=False,
        max_active_runs=1,
        doc_md=__doc__,
        params=PARAMS,
        tags=["pushrank"],
        default_args={
            "owner": "pushrank",
            "pool": "pushrank",
            "retries": 1,
            "retry_delay": timedelta(minutes=15),
        },
    )
    def tasks():
        def train(kind: str, labels: str):
            examples = PushrankOperator(
                task_id=f"examples_{kind}",
                verb="examples",
                options=[*days["examples"], f"--date={LAST}", f"--labels={labels}"],
            )
            model = PushrankOperator(
                task_id=f"train_{kind}",
                verb=f"train {kind}",
                options=[f"--model-version={VERSION}", *days["train"]],
            )
            promotion = PushrankOperator(
                task_id=f"promote_{kind}",
                verb=f"promote {kind}",
                options=[f"--model-version={VERSION}", *days["promote"], f"--to={LAST}"],
            )
            examples >> model >> promotion
            return examples, promotion

        # The light ranker learns from the heavy one in use.
        _, heavy_in_use = train("heavy", "notifications")
        light_examples, _ = train("light", "candidates")
        light_examples.trigger_rule = "all_done"
        heavy_in_use >> light_examples

    return tasks()


training("pushrank_training", "0 2 * * 1", WEEKLY)
training("pushrank_training_daily", "0 2 * * 0,2-6", DAILY)
