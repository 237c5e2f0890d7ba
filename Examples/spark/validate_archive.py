"""Judges the parts of a CloudTrail archive on a Spark cluster, one task a part, and merges them.

    spark-submit validate_archive.py --plan PLAN --partials FOLDER [option ...] [-- option of merge ...]

PLAN is what `cloudtrail-integrity split` printed. It, FOLDER, the command, the archive and the files that the plan
names have the same paths on all workers. The exit status is that of `cloudtrail-integrity merge`.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

# A wrong command line, and an input that is missing or another one: no retry mends these.
HOPELESS = {64, 66}


def parsed_arguments():
    parser = argparse.ArgumentParser(description="Judge the parts of an archive on a Spark cluster, and merge them.")
    parser.add_argument("--plan", required=True, help="what 'split' printed")
    parser.add_argument("--partials", required=True, type=Path, help="a folder that all workers can write to")
    parser.add_argument("--command", default="cloudtrail-integrity", help="where the command is on the workers")
    parser.add_argument("--partial-key", help="the secret that plan and partials are sealed with")
    parser.add_argument(
        "--root", action="append", default=[], metavar="NAME=PATH", help="where a root is on the workers; repeatable"
    )
    parser.add_argument("merge", nargs="*", help="options of 'merge', after --")
    return parser.parse_args()


def judge(number, partial, command):
    """Runs the command for one part; returns what is wrong if no retry mends it, and raises if one may."""
    run = subprocess.run([*command, "--part", str(number), "--partial", partial], capture_output=True)
    if run.returncode == 0:
        return []
    ending = f"status {run.returncode}" if run.returncode > 0 else f"signal {-run.returncode}"
    line = run.stderr.decode(errors="replace").split("\n")[0]
    fault = f"part {number}: {ending}" + (f": {line}" if line else "")
    if run.returncode in HOPELESS:
        return [fault]
    raise RuntimeError(fault)


def faults_of(parts, command):
    """Runs the parts on the cluster. Spark retries a task that raises as often as spark.task.maxFailures says."""
    spark = SparkSession.builder.appName("cloudtrail-integrity").getOrCreate()
    try:
        tasks = spark.sparkContext.parallelize(parts, len(parts))
        return tasks.mapPartitions(lambda parts: [fault for part in parts for fault in judge(*part, command)]).collect()
    except (Py4JJavaError, PySparkException) as error:
        fault = re.search(r"part \d+: (status|signal) .*", str(error))
        return [fault[0] if fault else str(error)]
    finally:
        spark.stop()


def main():
    arguments = parsed_arguments()
    with open(arguments.plan, "rb") as plan:
        count = json.loads(plan.readline())["parts"]
    shared = ["--plan", arguments.plan]
    if arguments.partial_key:
        shared += ["--partial-key", arguments.partial_key]
    roots = [word for root in arguments.root for word in ("--root", root)]
    parts = [(number, str(arguments.partials / f"part-{number}.partial")) for number in range(count)]
    for fault in faults_of(parts, [arguments.command, "validate", *shared, *roots, "--quiet"]):
        print(fault, file=sys.stderr)
    # Also after a fault: 'merge' gives no verdict unless every part is there.
    partials = [partial for _, partial in parts]
    return subprocess.run([arguments.command, "merge", *shared, *arguments.merge, *partials]).returncode


if __name__ == "__main__":
    sys.exit(main())
