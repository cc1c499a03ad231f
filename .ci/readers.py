"""Holds DuckDB, pandas and pyarrow against Spark's figures: OUTPUT DATE FIGURES VIEW. See .ci/readers."""

import json
import math
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from published_digests import stages

# Real numbers are added in another order by each reader.
TOLERANCE = 1e-9
EXACT = pa.decimal128(38, 0)


def by_duckdb(folder, columns):
    sums = {
        "integer": "sum({0}::HUGEINT)",
        "real": "sum({0}::DOUBLE)",
        "text": "sum(length({0}))",
        "truth": "count_if({0})",
        "instant": "sum(epoch_us({0})::HUGEINT)",
        "list": "sum(len({0}))",
    }
    expressions = ["count(*)"]
    for column in columns:
        path = ".".join(f'"{part}"' for part in column["path"].split("."))
        expressions += [f"count({path})", sums[column["kind"]].format(path)]
    with duckdb.connect() as connection:
        files = f"read_parquet('{folder}/**/*.parquet', hive_partitioning = true, hive_types_autocast = false)"
        values = connection.execute(f"SELECT {', '.join(expressions)} FROM {files}").fetchone()
    return values[0], [(values[1 + 2 * i], values[2 + 2 * i] or 0) for i in range(len(columns))]


def by_pyarrow(folder, columns):
    rows = ds.dataset(folder, format="parquet", partitioning="hive").to_table()
    sums = {
        "integer": lambda values: pc.sum(values.cast(EXACT)),
        "real": lambda values: pc.sum(values.cast(pa.float64())),
        "text": lambda values: pc.sum(pc.utf8_length(values)),
        "truth": pc.sum,
        "instant": lambda values: pc.sum(values.cast(pa.timestamp("us", "UTC")).cast(pa.int64()).cast(EXACT)),
        "list": lambda values: pc.sum(pc.list_value_length(values)),
    }
    found = []
    for column in columns:
        name, *inner = column["path"].split(".")
        values = rows.column(name)
        if inner:
            values = pc.struct_field(values, inner)
        if pa.types.is_dictionary(values.type):
            values = values.cast(pa.string())
        found.append((len(values) - values.null_count, sums[column["kind"]](values).as_py() or 0))
    return rows.num_rows, found


def by_pandas(folder, columns):
    # Whole numbers that may be missing stay whole.
    rows = pd.read_parquet(folder, dtype_backend="numpy_nullable")
    sums = {
        "integer": lambda values: sum(map(int, values)),
        "real": lambda values: float(values.astype("float64").sum()),
        "text": lambda values: int(values.astype(str).str.len().sum()),
        "truth": lambda values: sum(map(bool, values)),
        "instant": lambda values: sum(each.value // 1000 for each in values),
        "list": lambda values: sum(map(len, values)),
    }
    found = []
    for column in columns:
        name, *inner = column["path"].split(".")
        values = rows[name].dropna()
        for each in inner:
            values = values.map(lambda struct, key=each: struct[key]).dropna()
        found.append((len(values), sums[column["kind"]](values)))
    return len(rows), found


def agree(kind, expected, found):
    if kind == "real":
        return math.isclose(expected, float(found), rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return expected == int(found)


def check_manifest(output, date, figures):
    """Rows of the stages' tables are what the last run of each stage says."""
    kept = {stage["stage"]: stage for stage in stages(output, date)}
    tables = {"candidates": "candidates", "light-rank": "light_ranked", "heavy-rank": "heavy_ranked"}
    tables["quality-control"] = "sends"
    problems = []
    for stage, table in tables.items():
        if stage not in kept or kept[stage]["kept"] != figures[table]["rows"]:
            problems.append(f"{table}: {figures[table]['rows']} rows, manifest of {stage}: {kept.get(stage)}")
    removed = sum(stage["removed"] for name, stage in kept.items() if name in {*tables, "targets"})
    if removed != figures["removed"]["rows"]:
        problems.append(f"removed: {figures['removed']['rows']} rows, manifests: {removed}")
    return problems


def check_view(view, date, figures):
    """The view of all published sends has the date's rows."""
    with duckdb.connect() as connection:
        connection.execute(Path(view).read_text())
        (rows,) = connection.execute("SELECT count(*) FROM sends WHERE ds = ?::DATE", [date]).fetchone()
    expected = figures["sends"]["rows"]
    return [] if rows == expected else [f"view sends: {rows} rows of {date}, Spark {expected}"]


def main(output, date, file, view):
    figures = json.loads(Path(file).read_text())
    if "sends" not in figures:
        sys.exit(f"readers: no table sends of {date} in {output}: run jobs/bin/pushrank daily first")
    problems = check_manifest(output, date, figures) + check_view(view, date, figures)
    readers = {"DuckDB": by_duckdb, "pandas": by_pandas, "pyarrow": by_pyarrow}
    print(f"{'table':<16} {'rows':>9} {'columns':>8}   agree with Spark")
    for table, expected in figures.items():
        agreeing = []
        for reader, read in readers.items():
            rows, found = read(f"{output}/{table}/ds={date}", expected["columns"])
            before = len(problems)
            if rows != expected["rows"]:
                problems.append(f"{table}: {reader} reads {rows} rows, Spark {expected['rows']}")
            for column, (count, total) in zip(expected["columns"], found):
                if count != column["count"] or not agree(column["kind"], column["sum"], total):
                    problems.append(
                        f"{table}, column {column['path']}: {reader} counts {count} and sums up to {total}, "
                        f"Spark {column['count']} and {column['sum']}"
                    )
            if len(problems) == before:
                agreeing.append(reader)
        print(f"{table:<16} {expected['rows']:>9,} {len(expected['columns']):>8}   {', '.join(agreeing)}")
    if problems:
        sys.exit("readers: " + "\nreaders: ".join(problems))


if __name__ == "__main__":
    main(*sys.argv[1:])
