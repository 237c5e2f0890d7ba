"""Compares cloudtrail-integrity with the AWS CLI on the same archives.

    python3 Tests/Conformance/conformance.py --tool TOOL SAMPLE_DIR...

TOOL is .build/release/cloudtrail-integrity, say. Needs Python 3.11 and, once, the package index:
the AWS CLI of requirements.txt goes into a virtual environment (`--venv`, by default
.build/conformance-venv). A SAMPLE_DIR holds what sample.py says: archive/, meta.jsonl, keys.json
and perhaps truth.json.

For each sample, endpoint.py serves the archive on 127.0.0.1 as S3, CloudTrail and Organizations;
the CLI's `validate-logs` runs over every chain that the digest files' names tell of, once where
samples agree in all that it is given for one; our tool validates the folder. Then:

  - every file that the CLI calls valid must be valid here;
  - every file that the CLI calls INVALID must have a violation or an unverified finding here;
  - whatever only our tool objects to must be something that the CLI cannot see;
  - where both speak of a file in `--format aws`, the lines must be the same to the letter;
  - where nothing was done to the archive, both must count the same valid files; a truth.json
    that says `"truth": []` promises a complete archive, in which nothing may be found at all.

Differences that are meant are the tables of blindspots.py, and those met are printed at the end.
Where both judge a file, one is excused only if its cause is found in the sample's bytes. Any other
difference is a line `FAILED` and the exit status 1; 2 means that one of the two programs could not
be run.

`--cli-only` prints what the CLI says and compares nothing. The harness's own tests:

    python3 -m unittest discover -s Tests/Conformance

A path below the archive folder is an S3 key as it stands: empty components of a key cannot be
served. Several buckets of one sample all hold the whole archive.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from comparison import Outcome, Report, compare, compare_words
from endpoint import Endpoint
from sample import Sample
from validate_logs import TIMEOUT_SECONDS, Run, install, parse, validate_sample

DEFAULT_VENV = Path(__file__).resolve().parents[2] / ".build" / "conformance-venv"


class ToolError(Exception):
    """Our tool gave no verdict."""


def run_tool(
    tool: Path, sample: Sample, output_format: str
) -> subprocess.CompletedProcess[bytes]:
    command = [
        str(tool), "validate", str(sample.archive),
        "--public-keys", str(sample.folder / "keys.json"),
        "--signatures", str(sample.folder / "meta.jsonl"),
        "--format", output_format, "--verbose",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
    if done.returncode not in (0, 1, 2):
        reason = done.stderr.decode("utf-8", "replace").strip()
        raise ToolError(f"{tool} ended with status {done.returncode}: {reason}")
    return done


def read_words(tool: Path, sample: Sample) -> Run:
    """Our report in the CLI's own words, read as the CLI's are."""
    done = run_tool(tool, sample, "aws")
    return parse(None, done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def read_report(tool: Path, sample: Sample) -> Report:
    done = run_tool(tool, sample, "jsonl")
    try:
        report = Report.parse(done.stdout.decode("utf-8"))
    except (ValueError, KeyError) as error:
        raise ToolError(f"{tool} printed something else than its JSON Lines: {error}") from error
    if report.summary and report.summary["exit"] != done.returncode:
        raise ToolError(f"{tool} ended with {done.returncode}, not as its summary says")
    return report


def print_run(run: Run, verbose: bool) -> None:
    chain = run.chain
    totals = ", ".join(f"{valid}/{total} {name}s" for name, (valid, total) in run.totals.items())
    print(f"  {chain}: exit {run.status}; valid: {totals or 'none, no digest files found'}")
    if not run.is_consistent:
        print("    the lines disagree with these totals")
    for file in run.files:
        if verbose or not file.is_valid:
            name = "digest" if file.is_digest else "log"
            verdict = "valid" if file.is_valid else f"INVALID: {file.reason}"
            print(f"    {name} {verdict!r:.200} {file.key!r}")
    for line in run.gaps + run.strays:
        print(f"    {line!r}")


def print_outcome(outcome: Outcome) -> None:
    if outcome.excused:
        print("Known differences met:")
        for (name, why), count in sorted(outcome.excused.items()):
            print(f"  {count:5} {name}: {why}")
    for failure in outcome.failures:
        print(f"FAILED {failure!r}")
    print(f"{outcome.passed} passed, {len(outcome.failures)} failed")


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Compares cloudtrail-integrity with the AWS CLI on the same archives."
    )
    parser.add_argument("samples", metavar="SAMPLE_DIR", nargs="+", type=Path)
    parser.add_argument(
        "--venv", type=Path, default=DEFAULT_VENV, help="where the AWS CLI is or goes"
    )
    parser.add_argument("--tool", type=Path, help="the cloudtrail-integrity to compare")
    parser.add_argument("--cli-only", action="store_true", help="print what the CLI says, no more")
    parser.add_argument("--verbose", action="store_true", help="print the CLI's valid files too")
    parser.add_argument(
        "--jobs", type=int, default=2, help="samples at a time (default: 2)"
    )
    parsed = parser.parse_args(arguments)
    if parsed.tool is None and not parsed.cli_only:
        parser.error("--tool is required, unless --cli-only is given")
    return parsed


def main(arguments: list[str] | None = None) -> int:
    options = parse_arguments(arguments)
    outcome = Outcome()
    known: dict[bytes, Run] = {}
    try:
        aws = install(options.venv.absolute())

        def run_cli(folder: Path) -> tuple[Sample, list[Run], float]:
            sample = Sample(folder)
            started = time.monotonic()
            with Endpoint(sample) as endpoint:
                runs = validate_sample(aws, endpoint, sample.chains(), known)
            return sample, runs, time.monotonic() - started

        with ThreadPoolExecutor(options.jobs) as pool:
            for sample, runs, seconds in pool.map(run_cli, options.samples):
                name = sample.folder.name
                print(f"{name}: the AWS CLI took {seconds:.1f} s")
                for run in runs:
                    print_run(run, options.verbose)
                if not runs:
                    outcome.failures.append(f"{name}: no digest file names in it")
                elif not options.cli_only:
                    outcome.add(compare(sample, runs, read_report(options.tool, sample)))
                    outcome.add(compare_words(sample, runs, read_words(options.tool, sample)))
    except (OSError, ToolError, subprocess.SubprocessError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    if options.cli_only:
        return 0
    print_outcome(outcome)
    return 1 if outcome.failures else 0


if __name__ == "__main__":
    sys.exit(main())
