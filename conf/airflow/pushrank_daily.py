"""
The daily run: who gets which push notification.

One task a stage, so that a stage that failed is run again by itself. A rejected input, output or model is not retried:
someone has to look.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from airflow.sdk import Asset, CronTriggerTimetable, dag
from pushrank_operator import PARAMS, InputSensor, PushrankOperator

SENDS = Asset("pushrank_sends")


@dag(
    dag_id="pushrank_daily",
    # as_of_hour of conf/pushrank.yaml: the run of a date decides at that instant.
    # Cron text alone would mean what the deployment's create_cron_data_intervals and default_timezone make of it.
    schedule=CronTriggerTimetable("0 12 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    params=PARAMS,
    tags=["pushrank"],
    default_args={
        "owner": "pushrank",
        "pool": "pushrank",
        "retries": 2,
        "retry_delay": timedelta(minutes=5),
        "retry_exponential_backoff": True,
    },
)
def pushrank_daily():
    # The day's snapshot of the users is written last.
    inputs = InputSensor(
        task_id="inputs", table="users", poke_interval=300, timeout=6 * 3600, mode="reschedule", pool="default_pool"
    )
    tiles = PushrankOperator(task_id="tiles", verb="tiles")
    targets = PushrankOperator(task_id="targets", verb="targets")
    candidates = PushrankOperator(task_id="candidates", verb="candidates")
    light_rank = PushrankOperator(task_id="light_rank", verb="light-rank")
    heavy_rank = PushrankOperator(task_id="heavy_rank", verb="heavy-rank")
    quality_control = PushrankOperator(task_id="quality_control", verb="quality-control", outlets=[SENDS])

    inputs >> tiles >> targets >> candidates >> light_rank >> heavy_rank >> quality_control


pushrank_daily()
