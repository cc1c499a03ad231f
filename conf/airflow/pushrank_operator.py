"""A verb of pushrank as an Airflow task, and the wait for its inputs."""

from __future__ import annotations

import re
import subprocess
from datetime import datetime, timezone

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import BaseSensorOperator, ObjectStoragePath, Param
from airflow.sdk.exceptions import AirflowException, AirflowFailException

MEANINGS = {
    2: "usage or config",
    3: "input rejected",
    4: "output check failed",
    5: "model rejected",
}
# A run's day: the UTC day of its logical date, or, of a manual run that has none, of the instant from which it may start. A
# manual run may name another. Not Airflow's `ds`, which is undefined without a logical date.
DAY = (
    "((dag_run.conf or {}).get('date') or"
    " macros.time.strftime('%Y-%m-%d', (dag_run.logical_date or dag_run.run_after).utctimetuple()))"
)
# For @dag(params=…): Airflow asks for the day of a manual run.
PARAMS = {
    "date": Param(None, type=["null", "string"], format="date", description="Day of the run. Default: the UTC day."),
}
# A line of `status`: the run's identifier, which begins with the instant of its start, its verb, status and exit code.
RUN = re.compile(r"^(\d{8}T\d{9})-\S+\s+(\S+)\s+\S+\s+exit (-?\d+)\s*(.*)$", re.MULTILINE)


def day(later: int = 0) -> str:
    """Template of a run's day, or of one so many days later."""
    return f"{{{{ macros.ds_add({DAY}, {later}) }}}}"


class PushrankOperator(SparkSubmitOperator):
    """
    Submits one verb to Spark; what a retry cannot mend is not retried.

    Paths come from the Airflow variable ``pushrank``, a JSON object (conf/airflow/README.md), when the task runs.

    :param verb: verb of the command line, such as ``heavy-rank``, with its own words: ``train heavy``
    :param options: further options (templated)
    """

    template_fields = (*SparkSubmitOperator.template_fields, "paths", "day", "settings")

    def __init__(self, *, verb: str, options: list[str] | None = None, **kwargs):
        self.verb = verb
        self.paths = [
            "--input={{ var.json.pushrank.input }}",
            "--output={{ var.json.pushrank.output }}",
            "--models={{ var.json.pushrank.models }}",
        ]
        # One a line, since a template gives text.
        self.settings = "{{ var.json.pushrank.get('options', []) | join('\n') }}"
        dates = [option.removeprefix("--date=") for option in options or [] if option.startswith("--date=")]
        self.day = dates[0] if dates else day()
        arguments = [*verb.split(" "), *self.paths, *(options if options is not None else [f"--date={day()}"])]
        super().__init__(
            application="{{ var.json.pushrank.jar }}",
            jars="{{ var.json.pushrank.native }}",
            properties_file="{{ var.json.pushrank.properties }}",
            java_class="io.pushrank.jobs.Main",
            name=f"pushrank {verb} {day()}",
            application_args=arguments,
            # A run that was cut off leaves nothing behind, so that a retry simply runs again.
            durable=False,
            **kwargs,
        )

    def execute(self, context):
        started = datetime.now(timezone.utc)
        self.application_args = [*self.application_args, *self.settings.splitlines()]
        try:
            return super().execute(context)
        # The provider raises RuntimeError for a driver that failed in cluster mode.
        except (AirflowException, RuntimeError) as failure:
            code, message = self._outcome(started)
            # In client mode spark-submit's own code is exact, and some verbs, such as promote, leave no manifest.
            submitted = re.search(r"Error code is: (\d+)", str(failure))
            if code is None and submitted:
                code = int(submitted.group(1))
            if code in MEANINGS:
                raise AirflowFailException(
                    f"pushrank {self.verb} {self.day}: exit code {code}, {MEANINGS[code]}: {message}"
                ) from failure
            raise

    def _outcome(self, started: datetime) -> tuple[int | None, str]:
        """Exit code and message of the run that this try made, by its manifest: cluster mode loses the driver's code."""
        command = [
            (self._hook and self._hook.spark_binary) or "spark-submit",
            *("--master", "local[1]", "--conf", "spark.ui.enabled=false"),
            *("--properties-file", self.properties_file, "--class", self._java_class),
            *(self.application, "status", f"--date={self.day}", *self.paths),
        ]
        status = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        self.log.info("status of %s:\n%s", self.day, status.stdout)
        runs = [
            (int(code), message)
            for instant, verb, code, message in RUN.findall(status.stdout)
            if verb == self.verb.replace(" ", "-") or verb == self.verb
            if datetime.strptime(f"{instant}000+0000", "%Y%m%dT%H%M%S%f%z") >= started
        ]
        code, message = runs[-1] if runs else (None, "see the log")
        # A manifest that still says "running" is of a driver that died without a word.
        return (None, "see the log") if code == -1 else (code, message)


class InputSensor(BaseSensorOperator):
    """
    Waits for a partition of an input table, on whatever file system Airflow knows.

    :param table: the table, such as ``users``
    :param marker: file in the partition's folder that says that it is complete, such as ``_SUCCESS`` (templated); by
        default the variable's ``marker``; when that is missing or empty, the folder is enough
    """

    template_fields = ("root", "day", "marker")

    def __init__(self, *, table: str, marker: str | None = None, **kwargs):
        super().__init__(**kwargs)
        self.table = table
        self.marker = "{{ var.json.pushrank.get('marker', '') }}" if marker is None else marker
        # Where Airflow's name of the place differs from Spark's, the variable has its own.
        self.root = "{{ var.json.pushrank.sensor | default(var.json.pushrank.input, true) }}"
        self.day = day()

    def poke(self, context):
        root = ObjectStoragePath(self.root)
        # A generated world has its tables one folder deeper.
        tables = root / "0-inputs" if (root / "0-inputs").exists() else root
        partition = tables / self.table / f"ds={self.day}"
        awaited = partition / self.marker if self.marker else partition
        self.log.info("waiting for %s", awaited)
        return awaited.exists()
