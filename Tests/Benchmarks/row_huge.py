"""The row huge: one log file of 5 GiB of content, made in seconds and signed with a key of its own."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
import zlib
from base64 import b64encode
from pathlib import Path

from archives import ArchiveError
from context import Context
from results import RowResult, Table, Target
from row_archives import THREADS
from rounds import Rounds

CONTENT_BYTES = 5 << 30
ROUNDS = 3
_RECORDS_IN_BLOCK = 1600
_BEFORE, _AFTER = b'{"Records":[', b"]}"


def huge(context: Context) -> RowResult:
    if shutil.which("openssl") is None:
        return RowResult(notes=["huge: not measured, it is signed with the command openssl."])
    tool = context.programs.tool
    recipe = f"one log file, {CONTENT_BYTES} bytes"
    archive = context.archives.get_or_make("huge", recipe, lambda folder: _make(tool, folder))
    steps = {
        "floor": lambda: context.programs.floor(archive, 1),
        "product": lambda: context.programs.validate(archive, archive.newest_manifest, THREADS),
    }
    rounds = Rounds(steps, min(context.pairs, ROUNDS))
    lines = [
        [
            name,
            f"{rounds.seconds(name):.2f}",
            f"{rounds.content_bytes(name) / 1e6 / rounds.seconds(name):,.0f}",
            f"{rounds.peak_mib(name):.1f}",
        ]
        for name in steps
    ]
    target = Target("one 5 GiB log file, peak memory", 64, "MiB", rounds.peak_mib("product"))
    return RowResult(
        [target], [Table("huge: one log file of 5 GiB", ["run", "seconds", "MB/s", "peak MiB"], lines)]
    )


def _make(tool: Path, folder: Path) -> None:
    """Takes a sample of one log file, makes that file large, and signs the digest file that lists it anew."""
    options = {"accounts": 1, "regions": 1, "hours": 1, "logs": 1, "records": _RECORDS_IN_BLOCK}
    command = [str(tool), "sample", str(folder)]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    entry = json.loads((folder / "meta.jsonl").read_text("utf-8"))
    digest_path = folder / "archive" / entry["key"]
    digest = json.loads(gzip.decompress(digest_path.read_bytes()))
    [log] = digest["logFiles"]
    log["hashValue"] = _enlarge(folder / "archive" / log["s3Object"])

    key = folder / "key.pem"
    subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], capture_output=True, check=True)
    der = _openssl(["rsa", "-in", str(key), "-RSAPublicKey_out", "-outform", "DER"])
    digest["digestPublicKeyFingerprint"] = hashlib.md5(der, usedforsecurity=False).hexdigest()
    content = json.dumps(digest, separators=(",", ":")).encode("utf-8")
    digest_path.write_bytes(gzip.compress(content))
    signed = "\n".join([
        digest["digestEndTime"],
        f"{digest['digestS3Bucket']}/{digest['digestS3Object']}",
        hashlib.sha256(content).hexdigest(),
        "null",
    ])  # fmt: skip
    entry["metadata"]["signature"] = _openssl(["dgst", "-sha256", "-sign", str(key)], signed.encode("utf-8")).hex()
    key.unlink()
    (folder / "meta.jsonl").write_text(json.dumps(entry) + "\n", "utf-8")
    keys = json.loads((folder / "keys.json").read_text("utf-8"))
    keys["PublicKeyList"][0]["Value"] = b64encode(der).decode("ascii")
    keys["PublicKeyList"][0]["Fingerprint"] = digest["digestPublicKeyFingerprint"]
    (folder / "keys.json").write_text(json.dumps(keys), "utf-8")


def _enlarge(path: Path) -> str:
    """Repeats a log file's records until it has the size; returns the hash of its content.

    The records are deflated once: after a full flush the same block may follow itself as often as one likes, so the
    ratio stays that of real records.
    """
    content = gzip.decompress(path.read_bytes())
    if not content.startswith(_BEFORE) or not content.endswith(_AFTER):
        raise ArchiveError(f"{path} is no log file")
    records = content[len(_BEFORE) : -len(_AFTER)]
    block = records + b","
    deflater = zlib.compressobj(6, zlib.DEFLATED, -15)
    deflated = [deflater.compress(part) + deflater.flush(zlib.Z_FULL_FLUSH) for part in (_BEFORE, block)]
    deflated.append(deflater.compress(records + _AFTER) + deflater.flush())
    repeats = CONTENT_BYTES // len(block)
    hasher, checksum, size = hashlib.sha256(), 0, 0
    with open(path, "wb") as file:
        file.write(b"\x1f\x8b\x08\0\0\0\0\0\0\xff")
        for part, stored, count in zip((_BEFORE, block, records + _AFTER), deflated, (1, repeats, 1), strict=True):
            for _ in range(count):
                file.write(stored)
                hasher.update(part)
                checksum = zlib.crc32(part, checksum)
                size += len(part)
        file.write(checksum.to_bytes(4, "little") + (size % (1 << 32)).to_bytes(4, "little"))
    return hasher.hexdigest()


def _openssl(arguments: list[str], content: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *arguments], input=content, capture_output=True, check=True).stdout
