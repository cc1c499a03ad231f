"""The fault table: see .ci/faults."""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field

import launcher
from launcher import DATE, HOME, Cluster, Launched
from published_digests import digests
from published_tables import Difference, count, difference, logged, partitions, tiles

TARGET = HOME / "jobs" / "target"
WORK = TARGET / "faults"
SAMPLE = HOME / "sample-data"


@dataclass
class Outcome:
    """What became of one fault, each time that it was tried."""

    fault: str
    tried: int = 0
    recovered: int = 0
    rows_lost: int = 0
    rows_doubled: int = 0
    seconds: float = 0
    # What happened, one line a time.
    history: list = field(default_factory=list)
    skipped: str = ""

    def add(self, told, problems, *differences):
        self.tried += 1
        problems = list(problems) + [str(each) for each in differences if each]
        self.recovered += not problems
        for each in differences:
            self.rows_lost += each.lost
            self.rows_doubled += each.doubled
        line = f"{told}: {'; '.join(problems) if problems else 'as undisturbed'}"
        self.history.append(line)
        print(f"  {line}", flush=True)


class Faults:
    def __init__(self, seed, times):
        self.seed = seed
        self.times = times
        self.undisturbed = WORK / "undisturbed"
        self.number = 0
        shutil.rmtree(WORK, ignore_errors=True)
        WORK.mkdir(parents=True)
        # Built before anything is timed.
        code = Launched(WORK / "help.log", "--help").wait()
        if code != 0:
            sys.exit(f"faults: {WORK}/help.log: the launcher returned {code}")
        run = self.daily(self.undisturbed)
        code = run.wait()
        self.duration = time.monotonic() - run.started
        if code != 0:
            sys.exit(f"faults: the undisturbed run returned {code}: {run.complaint()}; see {run.log}")
        self.expected = partitions(self.undisturbed, DATE)
        self.digests = digests(self.undisturbed, DATE)
        self.bytes = sum(each.stat().st_size for each in self.undisturbed.rglob("*") if each.is_file())
        rows = count(self.expected)
        print(f"undisturbed: {len(self.expected)} partitions, {rows} rows, {self.duration:.1f} s", flush=True)

    # ------------------------------------------------------------------------------------------------- helpers
    def log(self, name):
        self.number += 1
        return WORK / "logs" / f"{self.number:03d}-{name}.log"

    def daily(self, output, *options):
        return self.verb("daily", output, *options)

    def verb(self, verb, output, *options, environment=None):
        return Launched(
            self.log(verb), verb, "--date", DATE, "--output", output, *options, environment=environment
        )

    def output(self, name, without=()):
        """An empty output folder, or with tables to leave out a copy of the undisturbed one."""
        folder = WORK / name
        shutil.rmtree(folder, ignore_errors=True)
        if without is not None:
            shutil.copytree(self.undisturbed, folder)
            for table in without:
                for partition in folder.glob(table):
                    shutil.rmtree(partition)
        return folder

    def whole(self, output, run, code):
        """After a run that must have succeeded: problems, and how what readers see differs from the undisturbed run's."""
        problems = [] if code == 0 else [f"exit code {code}, {run.complaint()} (see {run.log})"]
        if code == 0 and (found := digests(output, DATE)) != self.digests:
            problems.append(f"manifest's digests are {found}, must be {self.digests}")
        problems += [f"by the log: {each}" for each in difference(self.expected, logged(output, DATE)).problems]
        return problems, difference(self.expected, partitions(output, DATE))

    def random(self, fault):
        return random.Random(f"{self.seed} {fault}")

    # -------------------------------------------------------------------------------------------------- faults
    def driver_killed(self, outcome):
        """kill -9 of the driver at a random instant, then the run again; by turns a first run and a repeated one."""
        chance = self.random(outcome.fault)
        for time_number in range(self.times):
            is_repeated = time_number % 2 == 1
            output = self.output("killed", () if is_repeated else None)
            instant = chance.uniform(0.02, 1.0) * self.duration
            # What is published is not done again unless it is asked for.
            run = self.daily(output, *(["--force"] if is_repeated else []))
            time.sleep(max(0.0, run.started + instant - time.monotonic()))
            was_running = run.is_running()
            run.kill()
            told = f"kill -9 after {instant:.1f} s {stage_of(run)}" + (" of a repeated run" if is_repeated else "")
            told += "" if was_running else " (it had ended)"
            between = difference(self.expected, partitions(output, DATE), may_lack=not is_repeated)
            again = self.daily(output)
            problems, after = self.whole(output, again, again.wait())
            outcome.add(told, problems, labeled("before the re-run", between), after)

    def driver_killed_publishing(self, outcome):
        """kill -9 at the moment when the folder of a table or of the log changes: a run publishes; then the run again."""
        chance = self.random(outcome.fault)
        for time_number in range(max(1, self.times // 5)):
            is_repeated = time_number % 2 == 0
            output = self.output("killed", () if is_repeated else None)
            # A forced run of the same inputs leaves its tables where they are: only the log grows.
            wanted = chance.randint(1, 10 if is_repeated else 40)
            run = self.daily(output, *(["--force"] if is_repeated else []))
            changes = 0
            before = folder_times(output)
            while run.is_running() and changes < wanted:
                # Often enough to be among the moves, seldom enough to leave the run its processor.
                time.sleep(0.001)
                now = folder_times(output)
                changes += now != before
                before = now
            was_running = run.is_running()
            run.kill()
            told = f"kill -9 at change {changes} of the folders of tables and log, {stage_of(run)}"
            told += (" of a repeated run" if is_repeated else "") + ("" if was_running else " (it had ended)")
            between = difference(self.expected, partitions(output, DATE), may_lack=not is_repeated)
            again = self.daily(output)
            problems, after = self.whole(output, again, again.wait())
            outcome.add(told, problems, labeled("before the re-run", between), after)

    def tiles_killed(self, outcome):
        """kill -9 while tiles are published; every tile that the log names is whole; then the day, made of tiles."""
        # The sample's days are too small for tiles unless that is asked for.
        of_tiles = ["--set", "tiles.minimum_rows=1"]
        whole = WORK / "tiles"
        code = self.verb("tiles", whole, *of_tiles).wait()
        expected = tiles(whole)
        if code != 0 or not expected:
            outcome.add("undisturbed", [f"exit code {code}, {len(expected)} tiles"])
            return
        chance = self.random(outcome.fault)
        for _ in range(max(1, self.times // 3)):
            output = self.output("killed", None)
            wanted = chance.randint(1, len(expected) - 1)
            run = self.verb("tiles", output, *of_tiles)
            while run.is_running() and len(list(output.glob("tiles/*/ds=*"))) < wanted:
                time.sleep(0.01)
            time.sleep(chance.uniform(0.0, 0.5))
            was_running = run.is_running()
            run.kill()
            between = tiles(output)
            told = f"kill -9 when {len(between)} of {len(expected)} tiles were published"
            told += "" if was_running else " (it had ended)"
            problems = [f"{path} is another tile" for path, rows in between.items() if expected.get(path) != rows]
            again = self.daily(output, *of_tiles)
            code = again.wait()
            if code != 0:
                problems.append(f"exit code {code}, {again.complaint()} (see {again.log})")
            if tiles(output) != expected:
                problems.append("after the re-run the tiles are not those of the undisturbed run")
            found = {name: each for name, each in digests(output, DATE).items() if not name.startswith("tiles/")}
            if found != self.digests:
                problems.append(f"digests of the day made of tiles are {found}, must be {self.digests}")
            outcome.add(told, problems, difference(self.expected, partitions(output, DATE)))

    def executor_killed(self, outcome):
        """kill -9 of the executor once it has loaded TensorFlow, in a cluster; the run goes on with another one."""
        self.in_cluster(outcome, "executor", lambda cluster, executor: launcher.kill(executor))

    def worker_restarted(self, outcome):
        """kill -9 of the worker and its executor mid-scoring, the worker started again; the run goes on there."""
        self.in_cluster(outcome, "worker", lambda cluster, executor: cluster.restart_workers())

    def in_cluster(self, outcome, name, disturb):
        chance = self.random(outcome.fault)
        cluster = Cluster(os.environ["PUSHRANK_FAULTS_SPARK"], WORK / "cluster")
        try:
            without = [f"heavy_ranked/ds={DATE}", f"[rf]*/ds={DATE}/stage=heavy-rank"]
            output = self.output("cluster-output", without)
            run = self.verb("heavy-rank", output, environment=cluster.environment())
            scoring = None
            while run.is_running() and scoring is None:
                scoring = next((each for each in cluster.executors() if launcher.maps(each, "libtensorflow")), None)
                time.sleep(0.02)
            delay = chance.uniform(0.0, 1.0)
            time.sleep(delay)
            was_running = run.is_running()
            if was_running:
                disturb(cluster, scoring)
            code = run.wait()
            problems, after = self.whole(output, run, code)
            told = f"{name} killed {delay:.1f} s after TensorFlow was loaded"
            if not was_running:
                problems.append(f"the run had ended before: {run.complaint()} (see {run.log})")
            outcome.add(told, problems, after)
        finally:
            cluster.stop()

    def disk_full(self, outcome):
        """The output's disk is full while a run stages; then it has room, and the run again."""
        output = self.output("small-disk", None)
        output.mkdir()
        size = int(self.random(outcome.fault).uniform(0.2, 0.8) * self.bytes)
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "pushrank-faults", str(output)],
            capture_output=True,
            text=True,
            check=False,
        )
        if mounted.returncode != 0:
            outcome.skipped = f"a small tmpfs cannot be mounted here (needs root): {mounted.stderr.strip()}"
            return
        try:
            run = self.daily(output)
            code = run.wait()
            problems = [] if code == 1 and "No space left" in run.text() else [
                f"exit code {code}, must be 1 for want of space: {run.complaint()} (see {run.log})"
            ]
            between = difference(self.expected, partitions(output, DATE), may_lack=True)
            subprocess.run(["mount", "-o", "remount,size=1g", str(output)], check=True)
            again = self.daily(output)
            more, after = self.whole(output, again, again.wait())
            told = f"a disk of {size:,} bytes is full {stage_of(run)}"
            outcome.add(told, problems + more, labeled("before the re-run", between), after)
        finally:
            subprocess.run(["umount", "-l", str(output)], check=True)

    def same_date_raced(self, outcome):
        """Two runs of the same date at once: one may be refused, what is published is whole."""
        output = self.output("raced", None)
        delay = self.random(outcome.fault).uniform(0.0, 2.0)
        first = self.daily(output)
        time.sleep(delay)
        second = self.daily(output)
        codes = [first.wait(), second.wait()]
        winner = first if codes[0] == 0 else second
        problems, after = self.whole(output, winner, min(codes))
        if not {*codes} <= {0, 4}:
            problems.append(f"exit codes {codes}: a run may only be refused (4)")
        told = f"two runs {delay:.1f} s apart returned {codes[0]} and {codes[1]}"
        told += "".join(f", {run.complaint()}" for run, code in zip((first, second), codes) if code != 0)
        outcome.add(told, problems, after)

    def input_truncated(self, outcome):
        """An input file that ends early: exit code 3, the file named, nothing published."""
        chance = self.random(outcome.fault)
        for _ in range(2):
            file, told = self.damaged_input(chance, lambda bytes_, at: bytes_[:at], "cut off at byte")
            output = self.output("damaged", None)
            run = self.daily(output, "--input", WORK / "inputs")
            problems = refused(run, run.wait(), 3, file.name, output)
            outcome.add(told, problems, difference({}, partitions(output, DATE)))

    def input_bit_flipped(self, outcome):
        """An input file with one wrong bit: exit code 3 with the file named and no sends; or a bit that means nothing."""
        chance = self.random(outcome.fault)
        for _ in range(2):
            bit = 1 << chance.randrange(8)

            def flip(bytes_, at, bit=bit):
                return bytes_[:at] + bytes([bytes_[at] ^ bit]) + bytes_[at + 1 :]

            file, told = self.damaged_input(chance, flip, f"bit {bit} flipped in byte")
            output = self.output("damaged", None)
            run = self.daily(output, "--input", WORK / "inputs")
            code = run.wait()
            if code == 0:
                problems, after = self.whole(output, run, code)
                outcome.add(told + ", which means nothing", problems, after)
                continue
            problems = refused(run, code, 3, file.name, output)
            found = partitions(output, DATE)
            if any(name.startswith("sends/") for name in found):
                problems.append("sends are published")
            outcome.add(told + f", refused {stage_of(run)}", problems, difference(self.expected, found, may_lack=True))

    def damaged_input(self, chance, damage, how):
        """A copy of the sample's inputs with one damaged file that the run reads."""
        folder = WORK / "inputs"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(SAMPLE / "0-inputs", folder)
        files = []
        for table in sorted(each for each in folder.iterdir() if each.is_dir()):
            days = sorted(day for day in table.glob("ds=*") if day.name <= f"ds={DATE}")
            is_snapshot = table.name in ("users", "devices", "follows", "relations", "topic_follows")
            for day in days[-1:] if is_snapshot else days:
                files += sorted(day.glob("*.parquet"))
        file = chance.choice(files)
        content = file.read_bytes()
        at = chance.randrange(len(content))
        file.write_bytes(damage(content, at))
        return file, f"{file.parent.parent.name}/{file.parent.name}: {how} {at:,} of {len(content):,}"

    def model_changed(self, outcome):
        """A file of the model changes between two stages: exit code 5, the file named, nothing published."""
        chance = self.random(outcome.fault)
        for kind, verb in (("heavy", "heavy-rank"), ("light", "light-rank")):
            models = WORK / "models"
            shutil.rmtree(models, ignore_errors=True)
            shutil.copytree(SAMPLE / "models", models)
            version = models / kind / (models / kind / "champion").read_text().strip()
            # Not the manifest: it is the model's identity, and with another one it is another model.
            files = [each for each in version.rglob("*") if each.is_file() and each.name != "manifest.json"]
            file = chance.choice(sorted(files))
            content = bytearray(file.read_bytes())
            at = chance.randrange(len(content))
            content[at] ^= 1 << chance.randrange(8)
            table = f"{kind}_ranked"
            output = self.output("model", [f"{table}/ds={DATE}", f"[rf]*/ds={DATE}/stage={verb}"])
            before = partitions(output, DATE)
            file.write_bytes(content)
            run = self.verb(verb, output, "--models", models)
            problems = refused(run, run.wait(), 5, file.name, output)
            told = f"{file.relative_to(models)}: a bit flipped in byte {at:,} of {len(content):,}"
            outcome.add(told, problems, difference(before, partitions(output, DATE)))


def refused(run, code, wanted, named, output):
    problems = []
    manifests = sorted((output / "_runs" / f"ds={DATE}").glob("[!.]*.json"))
    said = json.loads(manifests[-1].read_text())["exit_code"] if manifests else None
    if said != wanted:
        problems.append(f"its manifest says exit code {said}, must be {wanted} (see {run.log})")
    if code != wanted:
        problems.append(f"exit code {code}, must be {wanted}: {run.complaint()} (see {run.log})")
    elif named not in run.complaint():
        problems.append(f"the message does not name {named}: {run.complaint()} (see {run.log})")
    return problems


def labeled(when, found):
    return Difference(found.lost, found.doubled, [f"{when}: {each}" for each in found.problems])


def folder_times(output):
    """When the folders of tables, days and of the day's log changed last."""
    found = {}
    try:
        for table in os.scandir(output):
            if table.name[0] not in "_." and table.is_dir():
                found[table.name] = table.stat().st_mtime_ns
                for day in os.scandir(table.path):
                    found[day.path] = day.stat().st_mtime_ns
        log = os.path.join(output, "_published", "daily", f"ds={DATE}")
        found[log] = os.stat(log).st_mtime_ns
    except FileNotFoundError:
        # Not there yet, or just being replaced.
        pass
    return found


def stage_of(run):
    """Where a run was, by what it printed."""
    verbs = ("validate", "targets", "candidates", "light-rank", "heavy-rank", "quality-control")
    stages = [line.split()[0] for line in run.text().splitlines() if line.split()[:1] and line.split()[0] in verbs]
    return f"in {stages[-1]}" if stages else "at the start"


FAULTS = [name for name, value in vars(Faults).items() if callable(value) and value.__code__.co_varnames[:2] == (
    "self", "outcome") and value.__code__.co_argcount == 2]  # fmt: skip


def table(outcomes):
    lines = [f"{'fault':<26} {'tried':>6} {'recovered':>10} {'rows lost':>10} {'rows doubled':>13} {'seconds':>8}"]
    for each in outcomes:
        if each.skipped:
            lines.append(f"{each.fault:<26} SKIPPED: {each.skipped}")
        else:
            lines.append(
                f"{each.fault:<26} {each.tried:>6} {each.recovered:>10} {each.rows_lost:>10} {each.rows_doubled:>13} "
                f"{each.seconds:>8.0f}"
            )
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(
        prog=".ci/faults",
        description="Does harm to runs on the sample data and holds what they publish against an undisturbed run's.",
        epilog="Faults: " + "; ".join(f"{name}: {getattr(Faults, name).__doc__}" for name in FAULTS),
    )
    parser.add_argument("--times", type=int, default=5, help="kills of the driver at random instants (5)")
    parser.add_argument("--seed", type=int, default=7, help="seeds every instant, file and byte (7)")
    parser.add_argument("--only", action="append", choices=FAULTS, help="only this fault; repeatable")
    options = parser.parse_args()

    started = time.monotonic()
    outcomes = []
    try:
        faults = Faults(options.seed, options.times)
        for name in FAULTS:
            if options.only and name not in options.only:
                continue
            print(name, flush=True)
            outcome = Outcome(name)
            begun = time.monotonic()
            getattr(faults, name)(outcome)
            outcome.seconds = round(time.monotonic() - begun, 1)
            outcomes.append(outcome)
            save(options, faults, outcomes)
    finally:
        launcher.kill_all()
    print(f"\n{table(outcomes)}\n\n{time.monotonic() - started:.0f} s, saved as {TARGET / 'faults.json'}")
    failed = [each.fault for each in outcomes if each.recovered < each.tried or each.rows_lost or each.rows_doubled]
    if failed:
        sys.exit(f"faults: not survived: {', '.join(failed)}")


def save(options, faults, outcomes):
    found = {
        "seed": options.seed,
        "undisturbed_seconds": round(faults.duration, 1),
        "undisturbed_rows": count(faults.expected),
        "faults": [vars(each) for each in outcomes],
    }
    (TARGET / "faults.json").write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
