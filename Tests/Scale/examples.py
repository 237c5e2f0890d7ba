"""The ways of docs/scale.md that need more than this command: ssh, Kubernetes' schema, and Spark."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import kubernetes_validate
import yaml
from support import ROOT, Case, Make, expect, page_runs, records, skip

MANIFEST = ROOT / "Examples/kubernetes/validate-archive.yaml"
# Spark looks for a name of this machine on the network otherwise.
LOCAL = {"SPARK_LOCAL_IP": "127.0.0.1"}
SPARK = ROOT / "Examples/spark/validate_archive.py"


def parallel_over_ssh(make: Make, full: bool) -> None:
    if not shutil.which("parallel") or not shutil.which("ssh"):
        return skip("GNU parallel over ssh: one of them is not here")
    program = Path(__file__).with_name("ssh_server.py")
    server = subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True)
    try:
        options = {"HostName": "127.0.0.1", "Port": server.stdout.readline().strip(), "LogLevel": "ERROR"}
        options |= {"StrictHostKeyChecking": "no", "UserKnownHostsFile": "/dev/null"}
        ssh = " ".join(["ssh -F none", *(f"-o {name}={value}" for name, value in options.items())])
        page_runs(make, "ssh", lambda block: "worker-1" in block, {"PARALLEL_SSH": ssh})
    finally:
        server.terminate()
        server.wait()


def kubernetes(make: Make, full: bool) -> None:
    job = yaml.safe_load(MANIFEST.read_text())
    for version in ("1.29", "1.33", kubernetes_validate.latest_version()):
        kubernetes_validate.validate(job, version, strict=True)
    spec, pod = job["spec"], job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    # What the schema does not know: what only works together, and what is named elsewhere.
    expect(spec["completionMode"] == "Indexed" and pod["restartPolicy"] == "Never" and "backoffLimitPerIndex" in spec)
    rules = {rule["action"]: rule for rule in spec["podFailurePolicy"]["rules"]}
    expect(rules["FailIndex"]["onExitCodes"]["containerName"] == container["name"], rules)
    expect(rules["FailIndex"]["onExitCodes"]["values"] == [64, 66], rules)
    mounts = {mount["name"]: mount for mount in container["volumeMounts"]}
    expect(sorted(mounts) == sorted(volume["name"] for volume in pod["volumes"]), mounts)
    expect([name for name, mount in mounts.items() if not mount.get("readOnly")] == ["partials"], mounts)
    rights = container["securityContext"]
    expect(rights["readOnlyRootFilesystem"] and rights["allowPrivilegeEscalation"] is False, rights)
    expect(rights["capabilities"] == {"drop": ["ALL"]} and pod["securityContext"]["runAsNonRoot"], rights)
    # Its command line, with what is mounted.
    case = make("kubernetes", spec["completions"], key=True)
    places = {"archive": case.archive, "case": case.folder, "secret": case.folder, "partials": case.partials}
    for part in range(spec["completions"]):
        words = [word.replace("$(JOB_COMPLETION_INDEX)", str(part)) for word in container["args"]]
        for name, place in places.items():
            words = [word.replace(f"={mounts[name]['mountPath']}/", f"={place}/") for word in words]
        command = [case.tool, *container["command"][1:], *words]
        run = subprocess.run(
            command, capture_output=True, text=True, env=os.environ | {"JOB_COMPLETION_INDEX": str(part)}
        )
        expect(run.returncode == 0, command, run.stderr)
    expect(case.expect_same() == 0, case.folder)


def spark_run(case: Case, command: Path, *options: str) -> subprocess.CompletedProcess:
    """Without spark-submit, which makes one stream of two."""
    return subprocess.run(
        [sys.executable, SPARK, "--plan", case.plan, "--partials", case.partials, "--command", command, *case.key,
         *options],
        capture_output=True, text=True, timeout=300,
        env=os.environ | LOCAL | {"PYSPARK_SUBMIT_ARGS": "--master local[2,3] pyspark-shell"},
    )  # fmt: skip


def spark(make: Make, full: bool) -> None:
    if not shutil.which("java"):
        return skip("Spark: Java is not here")
    page_runs(make, "spark-page", lambda block: "spark-submit" in block, LOCAL)

    # A command that is killed the first time, in one part.
    case = make("spark-killed", key=True)
    command = case.folder / "command"
    killed = case.folder / "killed"
    command.write_text(f'#!/bin/sh\ncase "$*" in *"--part 2 "*) mkdir {killed} 2>/dev/null && kill -9 $$ ;; esac\n'
                       f'exec {case.tool} "$@"\n')  # fmt: skip
    command.chmod(0o755)
    run = spark_run(case, command, "--", "--format", "jsonl")
    expect(run.returncode == 0 and killed.exists(), run.stderr[-2000:])
    expect(records(run.stdout) == records(case.validate().stdout), run.stdout)

    # One that is killed whenever it is tried.
    case.partial(2).unlink()
    command.write_text(command.read_text().replace("mkdir", "true"))
    run = spark_run(case, command)
    case.expect_refused(run, "\npart 2: signal 9\n", f"'{case.partial(2)}'")

    # What no retry mends.
    case.partial(1).unlink()
    empty = case.folder / "empty"
    empty.mkdir()
    run = spark_run(case, Path(case.tool), "--root", f"{case.archive}={empty}")
    case.expect_refused(run, f"\npart 1: status 66: Error: '{empty}'", f"\npart 2: status 66: Error: '{empty}'")


CHECKS = [parallel_over_ssh, kubernetes, spark]
