"""Tries users' own files and surroundings: OUTPUT, what a daily on the sample left. See .ci/foreign-inputs."""

import contextlib
import json
import os
import re
import shutil
import sys
import time
from datetime import datetime, timezone

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from launcher import DATE, HOME, Launched, kill_all
from published_digests import digests, stages

WORK = HOME / "jobs" / "target" / "foreign-inputs"
SAMPLE = HOME / "sample-data"
YESTERDAY = "2026-03-13"

NANOSECONDS = pa.timestamp("ns", "UTC")
MILLISECONDS = pa.timestamp("ms", "UTC")
CODES = pa.dictionary(pa.int32(), pa.string())

# Types that hold every value of the sample, and are not those that Spark writes.
ODD_TYPES = {
    "users": {
        "user_id": pa.int32(),
        "created_at": NANOSECONDS,
        "country": CODES,
        "language": pa.large_string(),
        "time_zone": CODES,
        "push_cap": pa.int64(),
        "last_visit_at": MILLISECONDS,
    },
    "devices": {
        "user_id": pa.uint32(),
        "device_id": pa.uint64(),
        "platform": CODES,
        "registered_at": MILLISECONDS,
    },
    "follows": {
        "user_id": pa.decimal128(9, 0),
        "followee_id": pa.decimal128(19, 0),
        "followed_at": NANOSECONDS,
    },
    "relations": {
        "user_id": pa.uint8(),
        "other_id": pa.decimal128(38, 0),
        "kind": CODES,
        "created_at": MILLISECONDS,
    },
    "topic_follows": {
        "user_id": pa.uint64(),
        "topic_id": pa.int16(),
        "followed_at": NANOSECONDS,
    },
    "posts": {
        "post_id": pa.uint64(),
        "author_id": pa.uint32(),
        "created_at": NANOSECONDS,
        "language": CODES,
        "media": pa.large_string(),
        "in_reply_to_post_id": pa.decimal128(19, 0),
        "text_length": pa.int64(),
    },
    "post_topics": {
        "post_id": pa.decimal128(19, 0),
        "topic_id": pa.uint32(),
        "annotated_at": NANOSECONDS,
    },
    "trends": {
        "trend_id": pa.int16(),
        "country": CODES,
        "language": pa.large_string(),
        "started_at": NANOSECONDS,
        "post_id": pa.uint64(),
    },
    "engagements": {
        "user_id": pa.int32(),
        "author_id": pa.uint64(),
        "post_id": pa.decimal128(19, 0),
        "kind": CODES,
        "engaged_at": MILLISECONDS,
    },
    "notifications": {
        "send_id": pa.large_string(),
        "user_id": pa.uint32(),
        "item_type": CODES,
        "item_id": pa.int32(),
        "author_id": pa.decimal128(19, 0),
        "notification_type": CODES,
        "sent_at": NANOSECONDS,
        "opened_at": MILLISECONDS,
        "ntab_clicked_at": NANOSECONDS,
        "engaged_at": MILLISECONDS,
        "disliked_at": NANOSECONDS,
        "arm": CODES,
    },
    "withheld": {
        "send_id": CODES,
        "user_id": pa.uint64(),
        "item_type": pa.large_string(),
        "item_id": pa.decimal128(19, 0),
        "author_id": pa.int32(),
        "notification_type": CODES,
        "withheld_at": MILLISECONDS,
    },
    "visits": {
        "user_id": pa.int16(),
        "visited_at": NANOSECONDS,
    },
}
# Columns of DOUBLE: each value is written in the narrowest type that holds it.
REAL_NUMBERS = {
    "posts": "nsfw_probability",
    "post_topics": "score",
    "notifications": "propensity",
    "withheld": "propensity",
}
# Columns whose pages are of encoding BYTE_STREAM_SPLIT.
SPLIT = {"post_topics": ["post_id", "annotated_at"], "notifications": ["item_id", "sent_at"]}

_wrong = []


def check(what, is_right, found=""):
    """Prints a verdict; what is wrong fails the script at its end."""
    if is_right:
        print(f"right: {what}", flush=True)
    else:
        print(f"WRONG: {what}; found {found}", flush=True)
        _wrong.append(what)


def check_equal(what, expected, found):
    check(what, found == expected, f"{found}, not {expected}")


class World:
    """A copy of the sample's inputs, to be changed; logs and output of what runs on it lie beside it."""

    def __init__(self, name, inputs="inputs"):
        self.work = WORK / name
        self.folder = self.work / inputs
        self.output = self.work / "output"
        shutil.copytree(SAMPLE / "0-inputs", self.folder)

    def day(self, table, day=DATE):
        return self.folder / table / f"ds={day}"

    def rows(self, table, day=DATE):
        files = sorted(self.day(table, day).glob("*.parquet"))
        return pa.concat_tables([pq.ParquetFile(file).read() for file in files])

    def write(self, table, rows, day=DATE, **options):
        """Puts one file in the place of a day; returns it."""
        folder = self.day(table, day)
        shutil.rmtree(folder)
        return write(folder / "part-0.parquet", rows, **options)

    def add(self, table, *rows):
        """Adds rows to the date's; of columns that are not named, values are as in FRESH."""
        before = self.rows(table)
        rows = [FRESH[table] | row for row in rows]
        added = pa.Table.from_pylist(rows, schema=before.schema)
        self.write(table, pa.concat_tables([before, added]))


def write(file, rows, **options):
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows, file, **options)
    return file


def cast(rows, column, to):
    values = rows[column]
    if pa.types.is_decimal(to):
        # pyarrow wants room for every BIGINT on the way.
        values = values.cast(pa.decimal128(19, 0))
    return put(rows, column, values.cast(to))


def put(rows, column, values):
    return rows.set_column(rows.schema.get_field_index(column), column, values)


def launch(world, verb, *options, environment=None):
    """A verb that has ended, and its exit code."""
    number = len(list(world.work.glob("*.log"))) + 1
    places = ["--input", world.folder, "--output", world.output, "--models", SAMPLE / "models"]
    log = world.work / f"{number}-{verb}.log"
    run = Launched(log, verb, "--date", DATE, *places, *options, environment=environment)
    return run, run.wait()


def check_succeeded(what, run, code):
    check(f"{what}: exit code 0", code == 0, f"exit code {code}, {run.complaint()} (see {run.log})")
    return code == 0


def validated(output):
    """(rows read, rows kept) by validation."""
    stage = next((stage for stage in stages(output, DATE) if stage["stage"] == "validate"), None)
    return stage and (stage["rows_in"], stage["kept"])


def query(sql):
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return connection.execute(sql).fetchall()


# ------------------------------------------------------------------------------------------------------- odd types
def odd_types(sample_output):
    world = World("odd-types")
    for table in ODD_TYPES:
        for day in sorted(folder.name[3:] for folder in (world.folder / table).iterdir()):
            rows = world.rows(table, day)
            shutil.rmtree(world.day(table, day))
            for name, part, types in parts(table, rows):
                write_oddly(world.day(table, day) / name, table, part, types)
    run, code = launch(world, "daily")
    if check_succeeded("a world of odd types", run, code):
        printed = dict(re.findall(r"^(\S+) +([0-9a-f]{16}) *$", run.text(), re.MULTILINE))
        expected = digests(sample_output, DATE)
        check_equal(f"a world of odd types: the digests of {len(expected)} tables are the sample's", expected, printed)


def parts(table, rows):
    """(file, rows, further types) of a day: a file an hour, or one for each type that a real number needs."""
    if table == "engagements":
        hours = pc.hour(rows["engaged_at"])
        for hour in pc.unique(hours).to_pylist():
            yield f"hour={hour:02d}/part-0.parquet", rows.filter(pc.equal(hours, hour)), {}
    elif table in REAL_NUMBERS:
        column = REAL_NUMBERS[table]
        values = rows[column]
        is_whole = pc.fill_null(pc.equal(pc.floor(values), values), False)
        is_single = pc.fill_null(pc.equal(values.cast(pa.float32()).cast(pa.float64()), values), False)
        yield "whole.parquet", rows.filter(is_whole), {column: pa.int32()}
        yield "single.parquet", rows.filter(pc.and_not(is_single, is_whole)), {column: pa.float32()}
        yield "double.parquet", rows.filter(pc.invert(is_single)), {column: pa.float64()}
    else:
        yield "part-0.parquet", rows, {}


def write_oddly(file, table, rows, types):
    if rows.num_rows == 0:
        return
    for column, to in (ODD_TYPES[table] | types).items():
        rows = cast(rows, column, to)
    # A column that may be NULL and has no value is left out.
    rows = rows.drop_columns([column for column in rows.schema.names if rows[column].null_count == rows.num_rows])
    unknown = {
        "unknown_instant": pa.repeat(pa.scalar(0, pa.timestamp("ns")), rows.num_rows),
        "unknown_identifier": pa.array([bytes(16)] * rows.num_rows, pa.uuid()),
        "unknown_half": pa.repeat(pa.scalar(0.5, pa.float32()), rows.num_rows).cast(pa.float16()),
        "unknown_group": pa.array([{"codes": [1, 2]}] * rows.num_rows),
    }
    for column, values in unknown.items():
        rows = rows.append_column(column, values)
    split = SPLIT.get(table, []) + [column for column in types if types[column] != pa.int32()]
    split = [column for column in split if column in rows.schema.names]
    options = {"use_dictionary": False, "use_byte_stream_split": split} if split else {}
    # What is DECIMAL of few digits is a whole number to some writers, bytes to others.
    write(file, rows, store_decimal_as_integer=table == "follows", **options)


# -------------------------------------------------------------------------------------------------------- refusals
def refusals(rows):
    """Types and folders that cannot be read; rows: what the sample has."""
    whole = (
        'whole numbers must be written as such, also where some are missing: in pandas by astype("Int64"), in SQL by'
        " CAST(… AS BIGINT)"
    )
    world = World("real-cap")
    caps = world.rows("users")["push_cap"].cast(pa.float64())
    refused_type("DOUBLE", world, "users", "push_cap", caps, f"must be INT, but is DOUBLE: {whole}")

    world = World("binary-identifier")
    numbers = range(world.rows("notifications").num_rows)
    identifiers = pa.array([number.to_bytes(16, "big") for number in numbers], pa.uuid())
    why = "must be STRING, but is FIXED_LEN_BYTE_ARRAY UUID: write it as text"
    refused_type("UUID", world, "notifications", "send_id", identifiers, why)

    world = World("half-score")
    scores = world.rows("post_topics")["score"].cast(pa.float32()).cast(pa.float16())
    why = "must be DOUBLE, but is FIXED_LEN_BYTE_ARRAY FLOAT16"
    refused_type("FLOAT16", world, "post_topics", "score", scores, why)

    world = World("no-files")
    folder = world.day("relations")
    shutil.rmtree(folder)
    folder.mkdir()
    refused(
        "a snapshot folder without files",
        world,
        f"input table relations, folder {folder} has no data files: its writer has not finished, or died; a day without"
        " rows is a file without rows",
    )

    world = World("delta")
    (world.folder / "follows" / "_delta_log").mkdir()
    refused(
        "a table with _delta_log",
        world,
        f"input table follows, folder {world.folder}/follows holds a table of Delta Lake, whose files keep rows that"
        " were deleted or replaced: write its current rows as plain Parquet to <table>/ds=YYYY-MM-DD, for example with"
        ' spark.read().format("delta")',
    )
    late_and_naive(rows)


def refused_type(type_name, world, table, column, values, why):
    file = world.write(table, put(world.rows(table), column, values))
    refused(f"{column} as {type_name}", world, f"input table {table}, file {file}: column {column} {why}")


def refused(what, world, message, *options, environment=None):
    run, code = launch(world, "validate", *options, environment=environment)
    check(
        f"{what} is refused with exit code 3 and the reason",
        code == 3 and run.complaint() == f"pushrank: input rejected: {message}",
        f"exit code {code}, {run.complaint()}\n  not {message}",
    )


def late_and_naive(sample_rows):
    """Engagements of today have not come, and the others' instants have no time zone: each alone stops the run."""
    world = World("late-and-naive")
    missing = world.rows("engagements").num_rows
    shutil.rmtree(world.day("engagements"))
    rows = world.rows("engagements", YESTERDAY)
    file = world.write("engagements", cast(rows, "engaged_at", pa.timestamp("us")), YESTERDAY)
    late = (
        f"input table engagements is late: its last partition is ds={YESTERDAY}, but other event tables have [{DATE}]"
    )
    accept_late = "--set=inputs.late_tables=warn"
    refused("a late table", world, f"{late}; wait for it, or go on without by --set inputs.late_tables=warn")
    refused(
        "a naive timestamp",
        world,
        f"input table engagements, file {file}: column engaged_at must be TIMESTAMP, but is INT64"
        " TIMESTAMP(MICROS,false): it has no time zone: write instants with one, or say by --set"
        " inputs.naive_timestamps=utc that they are of UTC",
        accept_late,
    )
    what = "a late table and naive timestamps that are accepted"
    run, code = launch(world, "validate", accept_late, "--set=inputs.naive_timestamps=utc")
    if check_succeeded(what, run, code):
        expected = sample_rows - missing
        check_equal(f"{what}: every row is used", (expected, expected), validated(world.output))
        check(f"{what}: the late table is named", late in run.text(), f"nothing of it in {run.log}")


# ---------------------------------------------------------------------------------------------------------- people
def instant(hour, minute=0, second=0, millisecond=0):
    """Of the date."""
    day = datetime.fromisoformat(DATE).replace(tzinfo=timezone.utc)
    return day.replace(hour=hour, minute=minute, second=second, microsecond=1000 * millisecond)


LONG_AGO = datetime(2025, 1, 1, tzinfo=timezone.utc)
# Country, language and topic that nobody and nothing of the sample has: what is proposed is known.
FRESH = {
    "users": {
        "created_at": LONG_AGO,
        "country": "QA",
        "language": "qa",
        "is_guest": False,
        "is_suspended": False,
        "is_protected": False,
        "is_unsuitable": False,
        "is_verified": False,
        "is_push_enabled": True,
        "has_recommendations": True,
        "has_topics": True,
        "is_in_network_only": False,
    },
    "devices": {"platform": "ios", "is_push_capable": True, "registered_at": LONG_AGO},
    "follows": {"followed_at": LONG_AGO, "is_device_follow": False},
    "relations": {"kind": "block"},
    "topic_follows": {"topic_id": 777, "followed_at": LONG_AGO},
    "posts": {
        "created_at": instant(9),
        "language": "qb",
        "media": "none",
        "has_link": False,
        "is_sensitive": False,
        "nsfw_probability": 0.0,
        "text_length": 80,
    },
    "post_topics": {"topic_id": 777, "score": 0.9, "annotated_at": instant(9)},
    "engagements": {"kind": "like", "engaged_at": instant(10)},
    "notifications": {"item_type": "post", "item_id": 1, "notification_type": "popular"},
}

AUTHOR, LIKER, SUSPENDED_LIKER, NEIGHBOR = range(900_001, 900_005)
OF_TOPIC, LIKED, POPULAR = range(990_000_001, 990_000_004)
(
    QUARANTINED,
    FOLLOWS_BOTH,
    FOLLOWS_SUSPENDED,
    TOPICS_ON,
    TOPICS_OFF,
    RECOMMENDATIONS_ON,
    RECOMMENDATIONS_OFF,
    SENT_AT_EIGHT,
    SENT_AFTER_EIGHT,
    CONTRADICTORY,
    BLOCKING,
) = recipients = range(910_001, 910_012)
# These are told by a post of their topic whether they get anything at all.
OF_TOPIC_READERS = (QUARANTINED, TOPICS_ON, TOPICS_OFF, SENT_AT_EIGHT, SENT_AFTER_EIGHT, CONTRADICTORY, BLOCKING)


def people():
    world = World("people")
    add_people(world)
    # Everybody would be sent what the sample's towers think best, whatever else is special about them.
    run, code = launch(world, "daily", "--set=candidates.sources.two_tower=null")
    if not check_succeeded("a world of special users", run, code):
        return
    sends, removed, quarantine = (
        f"read_parquet('{world.output}/{table}/ds={DATE}/**/*.parquet')" for table in ("sends", "removed", "quarantine")
    )

    def sent(*users):
        """{user: (post, as what, actors)}"""
        found = query(
            f"SELECT user_id, item_id, notification_type, actors FROM {sends} WHERE user_id IN {users} ORDER BY send_at"
        )
        return {user: tuple(send) for user, *send in found}

    check_equal(
        "of two likers the suspended one is not named, and alone it vouches for nothing",
        {FOLLOWS_BOTH: (LIKED, "social_proof", [LIKER])},
        sent(FOLLOWS_BOTH, FOLLOWS_SUSPENDED),
    )
    found = query(f"SELECT count(*) FROM {sends} WHERE list_contains(actors, {SUSPENDED_LIKER})")
    check_equal("no send names a suspended account", [(0,)], found)

    check_equal(
        "posts of a topic are sent to the one who has topics on, not to the one who has them off",
        {TOPICS_ON: (OF_TOPIC, "followed_topics", [])},
        sent(TOPICS_ON, TOPICS_OFF),
    )
    check_equal(
        "recommendations are sent to the one who has them on, not to the one who has them off",
        {RECOMMENDATIONS_ON: (POPULAR, "popular", [])},
        sent(RECOMMENDATIONS_ON, RECOMMENDATIONS_OFF),
    )
    settings = f"read_parquet('{world.day('users')}/*.parquet', hive_partitioning = false)"
    found = query(
        f"SELECT count(*) FROM {sends} JOIN {settings} USING (user_id)"
        " WHERE NOT has_topics AND notification_type = 'followed_topics' OR NOT has_recommendations"
        " AND notification_type IN ('social_proof', 'collaborative', 'popular')"
    )
    check_equal("no send of the whole world is of a kind that its recipient has off", [(0,)], found)

    found = query(
        f"SELECT user_id, min(send_at)::VARCHAR FROM {sends} WHERE user_id = {SENT_AT_EIGHT}"
        f" OR user_id = {SENT_AFTER_EIGHT} AND send_at < TIMESTAMPTZ '{DATE} 12:00:00.5+00' GROUP BY user_id"
    )
    check_equal(
        "four hours after a delivery at 08:00 there is a send, after one at 08:00:00.5 none before 12:00:00.5",
        [(SENT_AT_EIGHT, f"{DATE} 12:00:00+00")],
        found,
    )

    check_equal("nothing is sent to a user with contradicting rows", {}, sent(CONTRADICTORY))
    found = query(
        f"SELECT reasons, count(*) FROM {quarantine} WHERE \"table\" = 'users'"
        f" AND row_key = '{{\"user_id\":{CONTRADICTORY}}}' GROUP BY reasons"
    )
    check_equal("both rows are in quarantine as contradicting_key", [(["contradicting_key"], 2)], found)

    check_equal("a block of this morning in yesterday's snapshot is obeyed", {}, sent(BLOCKING))
    found = query(f"SELECT item_id, reasons FROM {removed} WHERE user_id = {BLOCKING}")
    check_equal("the blocked author's post is removed as blocked", [(OF_TOPIC, ["blocked"])], found)

    explain_quarantined(world)


def explain_quarantined(world):
    run, code = launch(world, "explain", "--user", QUARANTINED)
    long_ago = "2025-01-01T00:00:00.000Z"
    told = "; ".join(
        f"1 row of {table} in quarantine ({reason}), such as {json.dumps(row, separators=(',', ':'))}"
        for table, reason, row in (
            (
                "users",
                "out_of_range:push_cap",
                {"user_id": QUARANTINED} | FRESH["users"] | {"created_at": long_ago, "push_cap": 13},
            ),
            (
                "devices",
                "dangling:user_id",
                {"user_id": QUARANTINED, "device_id": QUARANTINED} | FRESH["devices"] | {"registered_at": long_ago},
            ),
            (
                "topic_follows",
                "dangling:user_id",
                {"user_id": QUARANTINED} | FRESH["topic_follows"] | {"followed_at": long_ago},
            ),
        )
    )
    expected = f"pushrank: input rejected: user {QUARANTINED} is not in table targets of ds={DATE}: {told}"
    check_equal("explain tells a quarantined user why", (3, expected), (code, run.complaint()))


def add_people(world):
    special = {
        QUARANTINED: {"push_cap": 13},
        TOPICS_OFF: {"has_topics": False},
        RECOMMENDATIONS_ON: {"country": "QC", "language": "qc"},
        RECOMMENDATIONS_OFF: {"country": "QC", "language": "qc", "has_recommendations": False},
    }
    world.add(
        "users",
        {"user_id": AUTHOR},
        {"user_id": LIKER},
        {"user_id": SUSPENDED_LIKER, "is_suspended": True},
        {"user_id": NEIGHBOR, "country": "QC"},
        *({"user_id": user} | special.get(user, {}) for user in recipients),
        {"user_id": CONTRADICTORY, "country": "QD"},
    )
    world.add("devices", *({"user_id": user, "device_id": user} for user in recipients))
    world.add(
        "follows",
        {"user_id": FOLLOWS_BOTH, "followee_id": LIKER},
        {"user_id": FOLLOWS_BOTH, "followee_id": SUSPENDED_LIKER},
        {"user_id": FOLLOWS_SUSPENDED, "followee_id": SUSPENDED_LIKER},
        {"user_id": RECOMMENDATIONS_OFF, "followee_id": LIKER},
    )
    world.add("topic_follows", *({"user_id": user} for user in OF_TOPIC_READERS))
    world.add(
        "posts",
        {"post_id": OF_TOPIC, "author_id": AUTHOR, "language": "qa"},
        {"post_id": LIKED, "author_id": AUTHOR},
        {"post_id": POPULAR, "author_id": AUTHOR, "language": "qc"},
    )
    world.add("post_topics", {"post_id": OF_TOPIC})
    world.add(
        "engagements",
        {"user_id": LIKER, "author_id": AUTHOR, "post_id": LIKED},
        {"user_id": SUSPENDED_LIKER, "author_id": AUTHOR, "post_id": LIKED},
        {"user_id": NEIGHBOR, "author_id": AUTHOR, "post_id": POPULAR},
    )
    world.add(
        "notifications",
        {"send_id": "at eight", "user_id": SENT_AT_EIGHT, "sent_at": instant(8)},
        {"send_id": "after eight", "user_id": SENT_AFTER_EIGHT, "sent_at": instant(8, millisecond=500)},
    )
    # Taken after midnight, called by the day that had ended.
    world.add("relations", {"user_id": BLOCKING, "other_id": AUTHOR, "created_at": instant(7)})
    world.day("relations").rename(world.day("relations", YESTERDAY))


# ---------------------------------------------------------------------------------------------------- surroundings
def broken_page():
    """A page that cannot be unpacked, in a file whose footer is whole."""
    world = World("broken-page")
    file = world.write("relations", world.rows("relations"), compression="zstd", use_dictionary=False)
    page = pq.ParquetFile(file).metadata.row_group(0).column(0)
    content = bytearray(file.read_bytes())
    end = page.data_page_offset + page.total_compressed_size
    for position in range(end - page.total_compressed_size // 2, end):
        content[position] ^= 0xFF
    file.write_bytes(content)
    refused(
        "a broken page where Spark is to ignore corrupt files",
        world,
        f"file file://{file} cannot be read as Parquet: ZstdIOException: Data corruption detected",
        environment={"PUSHRANK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -Dspark.sql.files.ignoreCorruptFiles=true"},
    )


def recipes(rows):
    """The dictionary's recipes as they stand. Validated without a locale, with an output folder beyond ASCII."""
    world = World("recipes", inputs="target")
    world.output = world.work / "outputs" / "Ausgänge-出力"
    world.output.parent.mkdir()
    (users,) = world.day("users").glob("*.parquet")
    users = pd.read_parquet(users)
    shutil.rmtree(world.day("users"))
    shutil.rmtree(world.folder / "engagements")
    with working_directory(world.work):
        try:
            exec(recipe("pandas"), {"users": users, "target": "target", "day": DATE})
            write_by_duckdb()
        except Exception as error:
            check("the recipes for pandas and DuckDB run as they stand", False, repr(error))
            return
    run, code = launch(world, "validate", environment={"LC_ALL": "C"})
    if check_succeeded("tables by the recipes for pandas and DuckDB, LC_ALL=C, a folder beyond ASCII", run, code):
        check_equal(
            "tables by the recipes for pandas and DuckDB: every row is used", (rows, rows), validated(world.output)
        )
        check_equal(
            "LC_ALL=C: the output folder is where it was asked for", [world.output], list(world.output.parent.iterdir())
        )


def write_by_duckdb():
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE VIEW engagements AS"
            f" FROM read_parquet('{SAMPLE}/0-inputs/engagements/*/*.parquet', hive_partitioning = false)"
        )
        connection.execute(recipe("DuckDB"))


def recipe(tool):
    """The block of code below a tool's name in the data dictionary."""
    text = (SAMPLE / "data-dictionary.md").read_text()
    return re.search(rf"^{tool}:\n\n```\w+\n(.*?)^```$", text, re.MULTILINE | re.DOTALL).group(1)


@contextlib.contextmanager
def working_directory(folder):
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def main(output):
    read = validated(output)
    if read is None:
        sys.exit(f"foreign-inputs: no run of {DATE} that is done in {output}: run jobs/bin/pushrank daily first")
    started = time.monotonic()
    shutil.rmtree(WORK, ignore_errors=True)
    try:
        odd_types(output)
        refusals(read[0])
        people()
        broken_page()
        recipes(read[0])
    finally:
        kill_all()
    print(f"foreign-inputs: {time.monotonic() - started:.0f} s")
    if _wrong:
        sys.exit(f"foreign-inputs: {len(_wrong)} wrong: " + "; ".join(_wrong))


if __name__ == "__main__":
    main(*sys.argv[1:])
