"""Counts and sums of a date's published tables by Spark, as JSON: OUTPUT DATE FILE. See .ci/readers."""

import json
import sys
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import types as t

# What is summed of a value of each kind; whole numbers are exact, as decimals.
SUMS = {
    "integer": "sum(cast({0} as decimal(38, 0)))",
    "real": "sum(cast({0} as double))",
    "text": "sum(cast(length({0}) as decimal(38, 0)))",
    "truth": "sum(cast(cast({0} as int) as decimal(38, 0)))",
    "instant": "sum(cast(unix_micros({0}) as decimal(38, 0)))",
    "list": "sum(if({0} is null, null, cast(size({0}) as decimal(38, 0))))",
}


def columns(schema, prefix=""):
    """(path, kind) of every column; a struct's fields each on their own."""
    for column in schema:
        path = prefix + column.name
        if isinstance(column.dataType, t.StructType):
            yield from columns(column.dataType, path + ".")
        else:
            yield path, kind(path, column.dataType)


def kind(path, of_type):
    kinds = {
        "integer": (t.LongType, t.IntegerType),
        "real": (t.FloatType, t.DoubleType),
        "text": (t.StringType,),
        "truth": (t.BooleanType,),
        "instant": (t.TimestampType,),
        "list": (t.ArrayType,),
    }
    for name, types in kinds.items():
        if isinstance(of_type, types):
            return name
    sys.exit(f"readers: column {path} has type {of_type.simpleString()}, of which no sum is known here")


def figures(rows):
    found = list(columns(rows.schema))
    expressions = ["count(*)"]
    for path, of_kind in found:
        expressions += [f"count({path})", SUMS[of_kind].format(path)]
    values = rows.selectExpr(*expressions).first()
    return {
        "rows": values[0],
        "columns": [
            {
                "path": path,
                "kind": of_kind,
                "count": values[1 + 2 * number],
                "sum": 0 if (total := values[2 + 2 * number]) is None else total if of_kind == "real" else int(total),
            }
            for number, (path, of_kind) in enumerate(found)
        ],
    }


def main(output, date, file):
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    found = {
        day.parent.name: figures(spark.read.parquet(str(day))) for day in sorted(Path(output).glob(f"[!_.]*/ds={date}"))
    }
    spark.stop()
    Path(file).write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
