"""Runs jobs/bin/pushrank in a process of its own, and a Spark standalone cluster for it to submit to."""

import json
import os
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
LAUNCHER = HOME / "jobs" / "bin" / "pushrank"
DATE = "2026-03-14"

# Started and not yet waited for; whoever ends must end these.
_running = []


class Launched:
    """A verb in its own process: the launcher becomes the driver, so that its id is the driver's."""

    def __init__(self, log, verb, *options, environment=None):
        self.log = Path(log)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        variables = {name: value for name, value in os.environ.items() if name != "SPARK_HOME"}
        # A day on the sample is over before optimised code would pay for being compiled.
        variables["PUSHRANK_JAVA_OPTIONS"] = "-XX:TieredStopAtLevel=1"
        variables["PUSHRANK_MEMORY"] = "2g"
        variables.update(environment or {})
        self.started = time.monotonic()
        with open(self.log, "w") as output:
            self.process = subprocess.Popen(
                [str(LAUNCHER), verb, *map(str, options)],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=variables,
            )
        _running.append(self.process)

    def is_running(self):
        return self.process.poll() is None

    def kill(self):
        """kill -9."""
        self.process.kill()
        return self.wait()

    def wait(self, seconds=1200):
        """Exit code."""
        code = self.process.wait(seconds)
        if self.process in _running:
            _running.remove(self.process)
        return code

    def text(self):
        return self.log.read_text(errors="replace")

    def complaint(self):
        """The line that says why it failed."""
        lines = [line for line in self.text().splitlines() if line.startswith("pushrank: ")]
        return lines[-1] if lines else ""


class Cluster:
    """A master and one worker of two cores as separate processes on the loopback interface."""

    def __init__(self, spark, folder):
        self.spark = spark
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port, self.page = free_ports(2)
        self.url = f"spark://127.0.0.1:{self.port}"
        self.master = self._start(
            "Master", "--host", "127.0.0.1", "--port", str(self.port), "--webui-port", str(self.page)
        )
        self.worker = None
        self.start_worker()

    def start_worker(self):
        self.worker = self._start(
            "Worker", "--host", "127.0.0.1", "--webui-port", "0", "--cores", "2", "--memory", "3g",
            "--work-dir", str(self.folder / "work"), self.url,
        )  # fmt: skip
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                with opener.open(f"http://127.0.0.1:{self.page}/json/", timeout=2) as page:
                    if json.load(page)["aliveworkers"] >= 1:
                        return
            except OSError:
                pass
            time.sleep(0.3)
        raise RuntimeError(f"the cluster did not start within 120 s: see {self.folder}")

    def environment(self):
        """What the launcher needs to submit to the cluster."""
        options = {
            "spark.executor.cores": 2,
            "spark.cores.max": 2,
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": 4,
            "spark.sql.adaptive.enabled": "false",
        }
        submit = ["--master", self.url, "--executor-memory", "2g", "--driver-memory", "2g"]
        for name, value in options.items():
            submit += ["--conf", f"{name}={value}"]
        return {"SPARK_HOME": self.spark, "SPARK_LOCAL_IP": "127.0.0.1", "PUSHRANK_SUBMIT": " ".join(submit)}

    def executors(self):
        """Process ids of the worker's executors."""
        found = []
        for child in children(self.worker.pid):
            try:
                command = Path(f"/proc/{child}/cmdline").read_bytes()
            except OSError:
                continue
            if b"CoarseGrainedExecutorBackend" in command:
                found.append(child)
        return found

    def kill_worker(self):
        """Worker and executors, as when their machine dies."""
        executors = self.executors()
        self.worker.kill()
        self.worker.wait()
        _running.remove(self.worker)
        for executor in executors:
            kill(executor)

    def stop(self):
        executors = self.executors()
        for process in (self.worker, self.master):
            process.kill()
            process.wait()
            if process in _running:
                _running.remove(process)
        for executor in executors:
            kill(executor)

    def _start(self, name, *arguments):
        variables = dict(
            os.environ,
            SPARK_HOME=self.spark,
            SPARK_LOCAL_IP="127.0.0.1",
            SPARK_LOCAL_DIRS=str(self.folder / "local"),
            SPARK_DAEMON_MEMORY="512m",
        )
        with open(self.folder / f"{name.lower()}.log", "a") as output:
            process = subprocess.Popen(
                [f"{self.spark}/bin/spark-class", f"org.apache.spark.deploy.{name.lower()}.{name}", *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=variables,
            )
        _running.append(process)
        return process


def children(process):
    """Ids of a process's direct children."""
    try:
        text = Path(f"/proc/{process}/task/{process}/children").read_text()
    except OSError:
        return []
    return [int(each) for each in text.split()]


def maps(process, library):
    """Whether a process has loaded a native library."""
    try:
        return library in Path(f"/proc/{process}/maps").read_text()
    except OSError:
        return False


def kill(process):
    try:
        os.kill(process, 9)
    except ProcessLookupError:
        pass


def free_ports(number):
    sockets = [socket.socket() for _ in range(number)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def kill_all():
    """Ends everything that was started here and still runs."""
    for process in list(_running):
        for child in children(process.pid):
            kill(child)
        process.kill()
        process.wait()
    _running.clear()
