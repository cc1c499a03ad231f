"""
The weekly training: new versions of both rankers on the examples of the last two weeks.

A version is put in use only when it beats the one in use on days that neither was trained on; otherwise `promote` ends
with exit code 5, the task fails, and the version in use stays.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from airflow.sdk import CronTriggerTimetable, dag
from pushrank_operator import DAY, PARAMS, PushrankOperator, day

# Labels end 24 h after a day's as-of instant (12:00 UTC): at 02:00 the day before yesterday is the last complete one. How it and
# the days before it are shared out:
LAST = day(-2)
HELD_BACK_FROM = day(-4)
TRAINED_UNTIL = day(-5)
FIRST = day(-15)
VERSION = f"{{{{ macros.ds_format({DAY}, '%Y-%m-%d', '%Y%m%d') }}}}"


@dag(
    dag_id="pushrank_training",
    # Cron text alone would mean what the deployment's create_cron_data_intervals and default_timezone make of it.
    schedule=CronTriggerTimetable("0 2 * * 1", timezone="UTC"),
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
def pushrank_training():
    def train(kind: str, labels: str):
        examples = PushrankOperator(
            task_id=f"examples_{kind}",
            verb="examples",
            options=[f"--from={FIRST}", f"--date={LAST}", f"--labels={labels}"],
        )
        model = PushrankOperator(
            task_id=f"train_{kind}",
            verb=f"train {kind}",
            options=[f"--model-version={VERSION}", f"--from={FIRST}", f"--to={TRAINED_UNTIL}"],
        )
        promotion = PushrankOperator(
            task_id=f"promote_{kind}",
            verb=f"promote {kind}",
            options=[f"--model-version={VERSION}", f"--from={HELD_BACK_FROM}", f"--to={LAST}"],
        )
        examples >> model >> promotion
        return examples, promotion

    # The light ranker learns from the heavy one in use.
    _, heavy_in_use = train("heavy", "notifications")
    light_examples, _ = train("light", "candidates")
    light_examples.trigger_rule = "all_done"
    heavy_in_use >> light_examples


pushrank_training()
