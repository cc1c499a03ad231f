"""What a run published, read with pyarrow alone: rows, keys and digests of each partition, and what differs."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds

# Key of each table within one partition folder; funnel and quarantine may hold equal rows.
KEYS = {
    "targets": ["user_id"],
    "candidates": ["user_id", "item_type", "item_id"],
    "light_ranked": ["user_id", "item_type", "item_id"],
    "heavy_ranked": ["user_id", "item_type", "item_id"],
    "sends": ["user_id", "item_type", "item_id"],
    "removed": ["user_id", "item_type", "item_id"],
    "funnel": ["source", "outcome", "reason"],
    "quarantine": ["row_hash", "row_key", "partition"],
}


@dataclass
class Difference:
    """How published partitions differ from what they must be."""

    lost: int = 0
    doubled: int = 0
    problems: list = field(default_factory=list)

    def __bool__(self):
        return bool(self.problems)

    def __str__(self):
        return "; ".join(self.problems) or "none"


def partitions(output, date):
    """{'table/ds=…[/stage=…]': rows as Arrow table} of all that a reader of the output folder sees of a date."""
    found = {}
    for day in sorted(Path(output).glob(f"[!_.]*/ds={date}")):
        if not day.is_dir():
            continue
        for folder in [day, *sorted(each for each in day.rglob("*") if each.is_dir())]:
            files = sorted(str(file) for file in folder.glob("*.parquet") if not file.name.startswith(("_", ".")))
            if files:
                # Not as a folder: what pyarrow makes of nested folders is not what is asked here.
                found[str(folder.relative_to(output))] = ds.dataset(files, format="parquet").to_table()
    return found


def logged(output, date):
    """The same of what the newest file of the day's log names, which is what counts; empty when there is none."""
    files = sorted(Path(output, "_published", "daily", f"ds={date}").glob("[0-9]*.json"))
    if not files:
        return {}
    named = json.loads(files[-1].read_text())["partitions"]
    return {
        path: ds.dataset([f"{output}/{each['folder']}/{file}" for file in each["files"]], format="parquet").to_table()
        for path, each in named.items()
    }


def tiles(output):
    """{'tiles/NAME/ds=…': its rows, in order} of all tiles that the newest files of the days' logs name."""
    found = {}
    for day in sorted(Path(output, "_published", "tiles").glob("ds=*")):
        files = sorted(day.glob("[0-9]*.json"))
        named = json.loads(files[-1].read_text())["partitions"] if files else {}
        for path, each in named.items():
            parts = [f"{output}/{each['folder']}/{file}" for file in each["files"]]
            rows = ds.dataset(parts, format="parquet").to_table().to_pylist()
            found[path] = sorted(str(row) for row in rows)
    return found


def digest(name, rows):
    """SHA-256 of a partition's rows in the order of their key."""
    keys = KEYS[name.split("/")[0]]
    ordered = rows.combine_chunks().sort_by([(key, "ascending") for key in keys]).combine_chunks()
    sink = hashlib.sha256()

    class Hashing:
        closed = False

        def write(self, data):
            sink.update(data)
            return len(data)

        def flush(self):
            pass

        def close(self):
            pass

    with pa.ipc.new_stream(pa.PythonFile(Hashing(), mode="w"), ordered.schema.remove_metadata()) as stream:
        stream.write_table(ordered.replace_schema_metadata(None))
    return sink.hexdigest()


def difference(expected, found, may_lack=False):
    """
    Of what a reader sees against what it must see. With may_lack, partitions may be absent as a whole, as they are
    before a run got there; what is there must be whole all the same.
    """
    result = Difference()
    for name in sorted({*expected, *found}):
        if name not in expected:
            result.doubled += found[name].num_rows
            result.problems.append(f"{name} must not be there, has {found[name].num_rows} rows")
        elif name not in found:
            if not may_lack:
                result.lost += expected[name].num_rows
                result.problems.append(f"{name} is absent, must have {expected[name].num_rows} rows")
        else:
            compare(name, expected[name], found[name], result)
    return result


def compare(name, expected, found, result):
    keys = KEYS[name.split("/")[0]]
    unique = found.group_by(keys).aggregate([]).num_rows
    if unique != found.num_rows and name.split("/")[0] != "quarantine":
        result.problems.append(f"{name} has {found.num_rows} rows, but {unique} keys {keys}")
    if found.num_rows == expected.num_rows and digest(name, found) == digest(name, expected):
        return
    wanted = Counter(map(repr, expected.to_pylist()))
    seen = Counter(map(repr, found.to_pylist()))
    lost = sum((wanted - seen).values())
    doubled = sum((seen - wanted).values())
    result.lost += lost
    result.doubled += doubled
    result.problems.append(
        f"{name} has {found.num_rows} rows, must have {expected.num_rows}: {lost} are lost, {doubled} are too many"
    )


def count(tables):
    """Rows of all partitions."""
    return sum(rows.num_rows for rows in tables.values())


