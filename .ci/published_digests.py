"""Prints table and digest of what the runs of a date published, by their manifests: OUTPUT DATE."""

import json
import sys
from pathlib import Path


def digests(output, date):
    """{table: digest}; of a table that several runs published, the last one's."""
    found = {}
    manifests = sorted(Path(output, "_runs", f"ds={date}").glob("[!.]*.json"))
    if not manifests:
        sys.exit(f"no manifest of {date} in {output}/_runs")
    for manifest in manifests:
        run = json.loads(manifest.read_text())
        if run["status"] == "done":
            for stage in run["stages"]:
                found.update(stage["digests"])
    return found


if __name__ == "__main__":
    for table, digest in sorted(digests(*sys.argv[1:]).items()):
        print(f"{table:<34} {digest}")
