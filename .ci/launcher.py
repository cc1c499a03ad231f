"""Runs jobs/bin/pushrank in a process of its own, and a Spark standalone cluster for it to submit to."""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
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
        # A day on the sample is over before optimized code would pay for being compiled.
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
    """A master and workers as separate processes on the loopback interface; two cores, shared out to one executor each."""

    CORES = 2

    def __init__(self, spark, folder, workers=1):
        self.spark = spark
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port, self.page, self.rest_port = free_ports(3)
        self.url = f"spark://127.0.0.1:{self.port}"
        self.master = self._start(
            "Master", "--host", "127.0.0.1", "--port", str(self.port), "--webui-port", str(self.page)
        )
        self.workers = [self._start_worker(number + 1) for number in range(workers)]
        self._await_workers()

    def environment(self):
        """What the launcher needs to submit to the cluster."""
        options = {
            "spark.executor.cores": self.CORES // len(self.workers),
            "spark.cores.max": self.CORES,
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.ui.enabled": "false",
            # The sample is small: few tasks, and no planning again after each shuffle.
            "spark.sql.shuffle.partitions": 4,
            "spark.sql.adaptive.enabled": "false",
        }
        submit = ["--master", self.url, "--executor-memory", "2g", "--driver-memory", "2g"]
        for name, value in options.items():
            submit += ["--conf", f"{name}={value}"]
        return {"SPARK_HOME": self.spark, "SPARK_LOCAL_IP": "127.0.0.1", "PUSHRANK_SUBMIT": " ".join(submit)}

    def executors(self):
        """Process ids of the workers' executors."""
        found = []
        for child in self._children():
            try:
                command = Path(f"/proc/{child}/cmdline").read_bytes()
            except OSError:
                continue
            if b"CoarseGrainedExecutorBackend" in command:
                found.append(child)
        return found

    def restart_workers(self):
        """Workers with their executors and drivers end as when their machines die, and workers are started again."""
        self._kill(self.workers)
        self.workers = [self._start_worker(number + 1) for number in range(len(self.workers))]
        self._await_workers()

    def stop(self):
        self._kill([*self.workers, self.master])

    def _children(self):
        return [child for worker in self.workers for child in children(worker.pid)]

    def _kill(self, processes):
        # Executors, and in cluster mode drivers.
        orphans = self._children()
        for process in processes:
            process.kill()
            process.wait()
            if process in _running:
                _running.remove(process)
        for orphan in orphans:
            kill(orphan)

    def _start_worker(self, number):
        # Room for one executor, and for the driver of cluster mode beside it.
        return self._start(
            "Worker", "--host", "127.0.0.1", "--webui-port", "0", "--cores", str(self.CORES), "--memory", "5g",
            "--work-dir", str(self.folder / f"worker-{number}"), self.url, log=f"worker-{number}",
        )  # fmt: skip

    def _await_workers(self):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                with opener.open(f"http://127.0.0.1:{self.page}/json/", timeout=2) as page:
                    if json.load(page)["aliveworkers"] >= len(self.workers):
                        return
            except OSError:
                pass
            time.sleep(0.3)
        raise RuntimeError(f"the cluster did not start within 120 s: see {self.folder}")

    def _start(self, name, *arguments, log=None):
        variables = dict(
            os.environ,
            SPARK_HOME=self.spark,
            SPARK_LOCAL_IP="127.0.0.1",
            SPARK_LOCAL_DIRS=str(self.folder / "local"),
            # Master and workers only pass messages.
            SPARK_DAEMON_MEMORY="512m",
            SPARK_MASTER_OPTS=f"-Dspark.master.rest.port={self.rest_port}",
        )
        with open(self.folder / f"{log or name.lower()}.log", "a") as output:
            process = subprocess.Popen(
                [f"{self.spark}/bin/spark-class", f"org.apache.spark.deploy.{name.lower()}.{name}", *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=variables,
            )
        _running.append(process)
        return process


def children(process):
    """Ids of a process's direct children, whichever of its threads started them."""
    found = []
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += [int(each) for each in thread.read_text().split()]
        except OSError:
            # The thread, or the process, has just ended.
            pass
    return found


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


def main():
    """Keeps a cluster up until it is told to end; prints spark-submit's options and the REST port once it is there."""
    parser = argparse.ArgumentParser(prog=".ci/launcher.py", description=main.__doc__)
    parser.add_argument("spark", help="SPARK_HOME")
    parser.add_argument("folder", help="for logs and what workers keep")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        cluster = Cluster(options.spark, options.folder, options.workers)
        try:
            print(f"{cluster.environment()['PUSHRANK_SUBMIT']}\n{cluster.rest_port}", flush=True)
            while True:
                signal.pause()
        finally:
            cluster.stop()
    finally:
        kill_all()


if __name__ == "__main__":
    main()
