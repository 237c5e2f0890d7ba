"""Installs the pinned AWS CLI, runs `aws cloudtrail validate-logs` and reads what it prints."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from endpoint import Endpoint
from sample import Chain

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
TIMEOUT_SECONDS = 1800

_FILE = re.compile(
    r"(?P<backfill>\(backfill\) )?(?P<type>Digest|Log) file\ts3://(?P<bucket>[^/\t]*)/(?P<key>.*)"
    r"\t(?:valid|INVALID: (?P<reason>.*))"
)
_TOTAL = re.compile(r"(\d+)/(\d+) (digest|backfill digest|log) files valid(?:, .*)?")
_GAP = re.compile(r"(?:\(backfill\) )?No log files were delivered by CloudTrail between .*")
_OTHER = re.compile(
    r"Validating log files for trail .*|Results (?:requested|found) for .*"
    r"|No (?:valid )?digests found.*|"
)


@dataclass(frozen=True)
class FileLine:
    """What the CLI says of one file; `reason` is None where it says valid."""

    is_digest: bool
    bucket: str
    key: str
    reason: str | None

    @property
    def is_valid(self) -> bool:
        return self.reason is None


@dataclass
class Run:
    """One run of the CLI, for one chain."""

    chain: Chain | None
    status: int
    files: list[FileLine] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    totals: dict[str, tuple[int, int]] = field(default_factory=dict)
    strays: list[str] = field(default_factory=list)

    @property
    def aborted(self) -> bool:
        """The CLI gave up: it exits with 0 or 1 whenever it has reached its summary."""
        return self.status not in (0, 1)

    @property
    def is_consistent(self) -> bool:
        """Whether the lines add up to the CLI's own totals."""
        digests = [file.is_valid for file in self.files if file.is_digest]
        logs = [file.is_valid for file in self.files if not file.is_digest]
        totals = self.totals
        regular, backfill = totals.get("digest", (0, 0)), totals.get("backfill digest", (0, 0))
        return (sum(digests), len(digests)) == (
            regular[0] + backfill[0],
            regular[1] + backfill[1],
        ) and (sum(logs), len(logs)) == totals.get("log", (0, 0))


def parse(chain: Chain | None, status: int, stdout: str, stderr: str) -> Run:
    run = Run(chain, status)
    for line in f"{stdout}\n{stderr}".split("\n"):
        if match := _FILE.fullmatch(line):
            is_digest = match["type"] == "Digest"
            run.files.append(FileLine(is_digest, match["bucket"], match["key"], match["reason"]))
        elif match := _TOTAL.fullmatch(line):
            run.totals[match[3]] = (int(match[1]), int(match[2]))
        elif _GAP.fullmatch(line):
            run.gaps.append(line)
        elif not _OTHER.fullmatch(line):
            run.strays.append(line)
    return run


def validate_logs(aws: Path, endpoint: Endpoint, chain: Chain) -> Run:
    command = [
        str(aws), "cloudtrail", "validate-logs", "--verbose",
        "--trail-arn", chain.trail_arn,
        "--region", chain.region,
        "--start-time", _timestamp(chain.start),
        "--end-time", _timestamp(chain.end),
    ]  # fmt: skip
    if chain.organization:
        command += ["--account-id", chain.account]
    with tempfile.TemporaryDirectory() as home:
        environment = {
            "PATH": os.defpath,
            "HOME": home,
            "LC_ALL": "C.UTF-8",
            "PYTHONIOENCODING": "utf-8:surrogateescape",
            "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE00",
            "AWS_SECRET_ACCESS_KEY": "an-example-and-no-secret",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "2",
            "AWS_ENDPOINT_URL": endpoint.url,
            "AWS_ENDPOINT_URL_ORGANIZATIONS": f"{endpoint.url}/organizations/{chain.organization}",
            "NO_PROXY": "*",
        }
        done = subprocess.run(
            command, env=environment, capture_output=True, timeout=TIMEOUT_SECONDS, check=False
        )
    stdout, stderr = (out.decode("utf-8", "surrogateescape") for out in (done.stdout, done.stderr))
    return parse(chain, done.returncode, stdout, stderr)


def validate_sample(
    aws: Path, endpoint: Endpoint, chains: list[Chain], known: dict[bytes, Run] | None = None
) -> list[Run]:
    """A run for each chain; `known` holds those of earlier samples, by what the CLI was given."""
    known = {} if known is None else known
    runs = []
    for chain in chains:
        given = endpoint.sample.fingerprint(chain)
        if given not in known:
            known[given] = validate_logs(aws, endpoint, chain)
        runs.append(known[given])
    return runs


def install(venv: Path) -> Path:
    """The `aws` of a virtual environment, which is made where it is not there yet."""
    aws, python = venv / "bin" / "aws", venv / "bin" / "python"
    pinned = REQUIREMENTS.read_text("utf-8").strip()
    if not aws.exists() or f"awscli=={_installed_version(python)}" != pinned:
        _require_venv_module()
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--requirement", str(REQUIREMENTS)], check=True)
    return aws


def _installed_version(python: Path) -> str:
    code = "from importlib.metadata import version; print(version('awscli'))"
    done = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _require_venv_module() -> None:
    if importlib.util.find_spec("ensurepip") is not None:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.exit("Python cannot make virtual environments here: install the package python3-venv.")
    subprocess.run(["apt-get", "install", "--yes", "--quiet", "python3-venv"], check=True)


def _timestamp(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
