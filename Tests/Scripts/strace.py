"""Watches with strace which files `validate` touches, on samples tampered with in every way.

    python3 Tests/Scripts/strace.py TOOL FOLDER

TOOL is .build/release/cloudtrail-integrity, say; FOLDER is made for the samples, and removed again.
Besides those of `sample --tamper` there is one with links out of the archive and to a device.

Below the archive, besides the keys, the manifest and what the loader and the libraries need of the
system, no path may be touched; nothing may be opened to be written, made, changed or removed; and
there may be no socket. Above them, folders may be looked at, and nothing be read.

Then two runs with every output are watched, the first of which finds none of them there. What they
open to be written, make, rename and remove is shown as a table; whatever is not in WRITES is a
failure, and so is what lies in the archive.

What does not hold is a line `FAILED`, and the exit status is 1; 2 means that a sample could not be
watched.
"""

from __future__ import annotations

import codecs
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

# What takes a path and changes nothing. Whatever else strace counts among %file is a failure.
READING = frozenset(
    "access faccessat faccessat2 stat lstat newfstatat statx statfs readlink readlinkat getcwd "
    "getxattr lgetxattr listxattr llistxattr open openat openat2 execve".split()
)
# io_uring could do all of it unseen.
TRACED = "%network,%file,io_uring_setup"
WRITING = re.compile(r"\bO_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)\b")

# The loader, libcrypto and the C library.
SYSTEM = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib",
    "/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/ssl/openssl.cnf",
    "/proc/self/exe", "/proc/self/maps", "/sys/devices/system/cpu",
)  # fmt: skip

# What the mounts are, which decides whether a folder may lie in two places.
MOUNTS = "/proc/self/mountinfo"

# What tells of a file or folder without opening it, and what opens a folder to look up names alone.
ASKING = {"readlink", "readlinkat", "stat", "lstat", "newfstatat", "statx"}
LOOKING = re.compile(r"\bO_PATH\b")

# The outputs of `watch_outputs`, and what may be done to which name: each call with its flags, where
# a new file's unforeseeable name stands as TEMPORARY.
OUTPUTS = {
    **{
        f"{option}.{name}": [f"--{option}", f"{name}=@"]
        for option, names in [
            ("report", "jsonl json junit csv html sarif"),
            ("manifest", "jsonl sha256sum dfxml"),
        ]
        for name in names.split()
    },
    "metrics.prom": ["--metrics", "@"],
    "state": ["--state", "@"],
}
TEMPORARY = re.compile(r"\.cloudtrail-integrity-[0-9a-z]{10,}")
NEW = "O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC"
NEW_LOCK = "O_RDWR|O_CREAT|O_EXCL|O_NOCTTY|O_NONBLOCK|O_NOFOLLOW|O_CLOEXEC"
LOCK = "O_RDWR|O_NOCTTY|O_NONBLOCK|O_NOFOLLOW|O_CLOEXEC"
WRITES = {
    ("TEMPORARY", f"openat {NEW}, 0666"), ("TEMPORARY", f"openat {NEW}, 0600"),
    ("TEMPORARY", "unlinkat"),
    ("state.lock", f"openat {NEW_LOCK}, 0600"), ("state.lock", f"openat {LOCK}"),
    *((name, "renameat from TEMPORARY") for name in OUTPUTS),
}  # fmt: skip

CALL = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)\)\s+= (?P<result>.*)")
# A folder's descriptor, and the path below it. strace writes the folder's path behind its number.
PATH = re.compile(r'(?:(?:AT_FDCWD|\d+)<(?P<folder>[^>]*)>, )?"(?P<name>(?:[^"\\]|\\.)*)"')
OPENED = re.compile(r"\d+<(?P<path>/[^>]*)>")


class StraceError(Exception):
    """A sample could not be made or watched."""


@dataclass
class Watched:
    """What was seen of one run."""

    calls: int = 0
    opened: int = 0
    failures: list[str] = field(default_factory=list)


def unescape(text: str) -> str:
    """A string of strace's, with C's escapes, as a path."""
    raw, _ = codecs.escape_decode(text.encode("latin-1"))  # type: ignore[attr-defined]
    return os.fsdecode(raw)


def is_below(path: str, allowed: tuple[str, ...]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in allowed)


def check(
    line: str, allowed: tuple[str, ...], watched: Watched, above: frozenset[str] = frozenset()
) -> None:
    """Judges one line of strace.

    `above` are folders which may be looked at and not read: whether a key file lies in the archive
    shows there alone.
    """
    if line.startswith(("+++ ", "--- ")):
        return
    call = CALL.fullmatch(line)
    if call is None or call["name"] not in READING:
        watched.failures.append(line)
        return
    watched.calls += 1
    if call["name"].startswith("open") and WRITING.search(call["arguments"]):
        watched.failures.append(line)
    place = PATH.search(call["arguments"])
    paths = []
    if place is not None:
        # What does not exist has no resolved path: so the one that was asked for counts too.
        asked = os.path.join(unescape(place["folder"] or "/"), unescape(place["name"]))
        paths.append(os.path.normpath(asked))
    opened = OPENED.match(call["result"])
    if opened is not None:
        watched.opened += 1
        paths.append(unescape(opened["path"]))
    paths = [re.sub(r"^/proc/\d+/", "/proc/self/", path) for path in paths]
    is_looking = call["name"] in ASKING or LOOKING.search(call["arguments"]) is not None
    if is_looking and paths and all(path in above for path in paths):
        return
    if not paths or not all(is_below(path, allowed) for path in paths):
        watched.failures.append(line)


def loader_folders(tool: Path) -> tuple[str, ...]:
    """The folder of the tool, where the loader looks too, and Swift's own."""
    folders = [str(tool.parent)]
    libraries = subprocess.run(["ldd", tool], capture_output=True, text=True, check=True).stdout
    core = re.search(r"(/\S*)/lib/swift/linux/libswiftCore\.so", libraries)
    if core is not None:
        folders += [f"{core[1]}/lib/swift", f"{core[1]}/libexec/swift"]
    return tuple(folders)


def traced(command: list[str], calls: str = TRACED) -> list[str]:
    """The lines of strace, thread by thread."""
    with tempfile.TemporaryDirectory() as traces:
        # A file for each thread, so that no call is torn apart.
        strace = [
            "strace", "-ff", "-y", "-s", "4096", "-e", f"trace={calls}", "-o", f"{traces}/thread",
        ]  # fmt: skip
        done = subprocess.run(
            strace + command, capture_output=True, cwd="/", timeout=600, check=False
        )
        if done.returncode not in (0, 1, 2):
            raise StraceError(f"{command}: status {done.returncode}: {done.stderr!r:.500}")
        return [
            line
            for trace in sorted(Path(traces).iterdir())
            for line in trace.read_text("latin-1").splitlines()
        ]


def watch(
    command: list[str], allowed: tuple[str, ...], above: frozenset[str] = frozenset()
) -> Watched:
    watched = Watched()
    for line in traced(command):
        check(line, allowed, watched, above)
    if watched.opened == 0:
        raise StraceError(f"{command}: strace saw nothing being opened")
    return watched


def written(line: str, folder: str) -> tuple[str, str] | None:
    """What a line of strace makes, opens to write, renames or removes, and how; if anything."""
    call = CALL.fullmatch(line)
    if call is None or call["result"].startswith("-1 "):
        return None
    name, arguments = call["name"], call["arguments"]
    if name in READING and not (name.startswith("open") and WRITING.search(arguments)):
        return None
    paths = []
    for place in PATH.finditer(arguments):
        path = os.path.join(unescape(place["folder"] or "/"), unescape(place["name"]))
        path = os.path.normpath(path).removeprefix(f"{folder}/")
        paths.append("TEMPORARY" if TEMPORARY.fullmatch(path) else path)
    if name.startswith("rename") and len(paths) == 2:
        return paths[1], f"{name} from {paths[0]}"
    flags = re.search(r"\bO_[A-Z_|O]+(, 0\d+)?", arguments)
    return ", ".join(paths), f"{name} {flags[0]}" if flags else name


def watch_outputs(tool: Path, sample: Path) -> list[str]:
    """Shows what two runs with every output write, and returns what they must not."""
    outputs = sample / "outputs"
    outputs.mkdir()
    archive, keys, manifest = (
        str(sample / name) for name in ("archive", "keys.json", "meta.jsonl")
    )
    options = [
        option.replace("@", str(outputs / name))
        for name, pair in OUTPUTS.items()
        for option in pair
    ]
    command = [str(tool), "validate", archive, "--public-keys", keys, "--signatures", manifest]
    failures = []
    runs = [("every output is new", ["--new-state"]), ("every output is replaced", [])]
    for title, more in runs:
        lines = traced(command + options + more, "%file")
        seen: dict[tuple[str, str], int] = {}
        for line in lines:
            what = written(line, str(outputs))
            if what is not None:
                seen[what] = seen.get(what, 0) + 1
        print(f"What is written where {title}:")
        for (name, how), count in sorted(seen.items()):
            print(f"  {count:3} x  {name:20} {how}")
            if (name, how) not in WRITES:
                failures.append(f"{title}: {name}: {how}")
        placed = {name for name, how in seen if how == "renameat from TEMPORARY"}
        failures += [f"{title}: {name} is not put in its place" for name in set(OUTPUTS) - placed]
    return failures


def watch_validation(tool: Path, sample: Path) -> Watched:
    archive, keys, manifest = (
        str(sample / name) for name in ("archive", "keys.json", "meta.jsonl")
    )
    command = [
        str(tool), "validate", archive,
        "--public-keys", keys, "--signatures", manifest, "--verbose",
    ]  # fmt: skip
    allowed = (*SYSTEM, MOUNTS, *loader_folders(tool), str(tool), archive, keys, manifest)
    return watch(command, allowed, frozenset(str(folder) for folder in Path(keys).parents))


def check_the_watch(folder: Path) -> None:
    """Sees that nothing forbidden goes unseen."""
    code = (
        "import os, socket, sys; open('/etc/passwd'); open(sys.argv[1], 'w');"
        "os.rename(sys.argv[1], sys.argv[1] + '~'); socket.socket()"
    )
    command = [sys.executable, "-c", code, str(folder / "file")]
    failures = watch(command, (str(folder),)).failures
    for sign in ['"/etc/passwd", O_RDONLY', "/file\", O_WRONLY", "rename(", "socket("]:
        if not any(sign in line for line in failures):
            raise StraceError(f"strace does not show {sign!r}")
    lines = traced(command, "%file")
    writes = [what for what in (written(line, str(folder)) for line in lines) if what is not None]
    if not any(name == "file" and "O_WRONLY" in how for name, how in writes):
        raise StraceError("what is opened to be written does not show")


def make_sample(tool: Path, folder: Path, *options: str) -> Path:
    command = [str(tool), "sample", str(folder), "--hours", "14", *options]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0:
        raise StraceError(f"{folder.name}: {done.stderr!r:.500}")
    return folder


def add_links(sample: Path) -> None:
    """Puts links in the place of a digest file, two log files and a folder."""
    archive = sample / "archive"
    digests = sorted(archive.rglob("*_CloudTrail-Digest_*"))
    logs = sorted(archive.rglob("*_CloudTrail_*"))
    outside = sample / "outside"
    shutil.copytree(logs[0].parent, outside)
    shutil.rmtree(logs[0].parent)
    logs[0].parent.symlink_to(outside)
    targets = [Path("/etc/passwd"), Path("/dev/zero"), outside]
    for path, target in zip([logs[-1], logs[-2], digests[0]], targets, strict=True):
        path.unlink()
        path.symlink_to(target)


def tampers(tool: Path) -> list[str]:
    wide = {**os.environ, "COLUMNS": "100000"}
    text = subprocess.run(
        [tool, "sample", "--help"], capture_output=True, text=True, check=True, env=wide
    ).stdout
    names = re.search(r"^  --tamper .*\(values: ([^);]*)", text, re.MULTILINE)
    if names is None:
        raise StraceError("'sample --help' does not say what '--tamper' knows")
    return names[1].split(", ")


def install_strace() -> None:
    if shutil.which("strace") is not None:
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise StraceError("strace is needed; install it: sudo apt-get install strace")
    print("Installing strace", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in ["update -qq", "install -y -qq --no-install-recommends strace"]:
        subprocess.run(
            ["apt-get", *arguments.split()], check=True, env=environment, stdout=subprocess.DEVNULL
        )


def run(tool: Path, folder: Path) -> int:
    install_strace()
    check_the_watch(folder)
    names = tampers(tool)
    failed = calls = opened = 0
    for name in ["untouched", "links", *names]:
        sample = make_sample(tool, folder / name, *(["--tamper", name] if name in names else []))
        if name == "links":
            add_links(sample)
        watched = watch_validation(tool, sample)
        failed += len(watched.failures)
        calls += watched.calls
        opened += watched.opened
        for line in watched.failures:
            print(f"FAILED {name}: {line}")
        shutil.rmtree(sample)
    for line in watch_outputs(tool, make_sample(tool, folder / "outputs")):
        print(f"FAILED outputs: {line}")
        failed += 1
    print(
        f"{len(names) + 2} archives, {calls} calls with a path, {opened} files and folders opened: "
        + (f"{failed} that must not be" if failed else "none that must not be")
    )
    return 1 if failed else 0


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("Usage: strace.py TOOL FOLDER", file=sys.stderr)
        return 2
    tool, folder = Path(arguments[0]).resolve(), Path(arguments[1]).resolve()
    try:
        folder.mkdir(parents=True)
        try:
            return run(tool, folder)
        finally:
            shutil.rmtree(folder)
    except (OSError, StraceError, subprocess.SubprocessError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
