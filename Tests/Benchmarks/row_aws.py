"""The row aws: the AWS CLI's `validate-logs` on one chain, over loopback, for scale.

The CLI does one chain a run, so that its files a second are the same for one chain and for many runs behind each other.
The product does all chains of an archive in one run: it is measured on an archive of such chains, and on the one alone.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from archives import Archive
from context import Context
from programs import Run, RunError
from results import RowResult, Table, Target
from rounds import Rounds

_ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_ROOT / "Tests" / "Conformance"))

from endpoint import Endpoint  # noqa: E402
from sample import Sample  # noqa: E402
from validate_logs import install, validate_logs  # noqa: E402


def aws(context: Context) -> RowResult:
    archive = context.archives.get("chain")
    try:
        cli = install(_ROOT / ".build" / "conformance-venv")
    except subprocess.CalledProcessError as error:
        return RowResult(notes=[f"aws: not measured, the AWS CLI could not be installed: {error}"])
    sample = Sample(archive.folder)
    [chain] = sample.chains()
    expected = {
        "digest": (archive.digest_files, archive.digest_files),
        "log": (archive.log_files, archive.log_files),
    }
    whole = context.archives.get("small")

    def theirs() -> Run:
        started = time.monotonic()
        run = validate_logs(cli, endpoint, chain)
        seconds = time.monotonic() - started
        totals = {name: counts for name, counts in run.totals.items() if counts != (0, 0)}
        if run.status != 0 or totals != expected:
            raise RunError(f"the AWS CLI ended with {run.status} and counted {run.totals}: {run.strays[:3]}")
        return Run(seconds)

    def ours(validated: Archive) -> Run:
        validated.walk()
        return context.programs.validate(validated, validated.newest_manifest)

    steps = {"cli": theirs, "chain": lambda: ours(archive), "archive": lambda: ours(whole)}
    with Endpoint(sample) as endpoint, context.programs.held(archive, whole):
        rounds = Rounds(steps, context.pairs)

    def times_the_cli(step: str, validated: Archive) -> float:
        return rounds.ratio(lambda took: took["cli"] / took[step]) * validated.file_count / archive.file_count

    def line(label: str, step: str, validated: Archive) -> list[str]:
        seconds = rounds.seconds(step)
        times = "" if step == "cli" else f"{times_the_cli(step, validated):.1f}"
        return [label, str(validated.chains), f"{seconds:.3f}", f"{validated.file_count / seconds:,.0f}", times]

    lines = [
        line("aws cloudtrail validate-logs", "cli", archive),
        line("cloudtrail-integrity validate", "chain", archive),
        line("cloudtrail-integrity validate", "archive", whole),
    ]
    title = f"aws: chains of {archive.digest_files} digest files and {archive.log_files:,} log files"
    target = Target("files a second", 100, "× the AWS CLI's", times_the_cli("archive", whole), is_at_most=False)
    columns = ["run", "chains", "seconds", "files/s", "× the AWS CLI"]
    return RowResult([target], [Table(title, columns, lines)])
