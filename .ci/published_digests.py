"""Prints table and digest of what the runs of a date published, by their manifests: OUTPUT DATE."""

import json
import sys
from pathlib import Path


def stages(output, date):
    """What the manifests of a date's runs that are done say of each stage, the first run first."""
    for manifest in sorted(Path(output, "_runs", f"ds={date}").glob("[!.]*.json")):
        run = json.loads(manifest.read_text())
        if run["status"] == "done":
            yield from run["stages"]


def digests(output, date):
    """{table: digest}; of a table that several runs published, the last one's."""
    return {table: digest for stage in stages(output, date) for table, digest in stage["digests"].items()}


if __name__ == "__main__":
    found = digests(*sys.argv[1:])
    if not found:
        sys.exit(f"no run of {sys.argv[2]} that is done in {sys.argv[1]}/_runs")
    for table, digest in sorted(found.items()):
        print(f"{table:<34} {digest}")
