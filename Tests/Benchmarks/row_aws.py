"""The row aws: the AWS CLI's `validate-logs` on one chain, over loopback, for scale."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from context import Context
from programs import RunError
from results import RowResult, Table, Target

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
    with Endpoint(sample) as endpoint:
        started = time.monotonic()
        run = validate_logs(cli, endpoint, chain)
        cli_seconds = time.monotonic() - started
    expected = {
        "digest": (archive.digest_files, archive.digest_files),
        "log": (archive.log_files, archive.log_files),
    }
    totals = {name: counts for name, counts in run.totals.items() if counts != (0, 0)}
    if run.status != 0 or totals != expected:
        raise RunError(f"the AWS CLI ended with {run.status} and counted {run.totals}: {run.strays[:3]}")
    ours = median(
        context.programs.validate(archive, archive.newest_manifest).seconds for _ in range(context.pairs)
    )
    cli_rate, our_rate = archive.file_count / cli_seconds, archive.file_count / ours
    lines = [
        ["aws cloudtrail validate-logs", f"{cli_seconds:.2f}", f"{cli_rate:,.0f}"],
        ["cloudtrail-integrity validate", f"{ours:.3f}", f"{our_rate:,.0f}"],
    ]
    title = f"aws: one chain, {archive.digest_files} digest files, {archive.log_files:,} log files"
    target = Target("files a second", 100, "× the AWS CLI's", our_rate / cli_rate, is_at_most=False)
    return RowResult([target], [Table(title, ["run", "seconds", "files/s"], lines)])
