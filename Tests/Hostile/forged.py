"""Archives of any content, signed with a throwaway key."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import shutil
import tarfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ACCOUNT, REGION, TRAIL, BUCKET = "111122223333", "us-east-1", "management", "example-bucket"
# The start of the first digest file's window.
BEGIN = datetime(2026, 3, 1, 0, 10, 35)
HOUR = timedelta(hours=1)
NO_HASH = "0" * 64


def digest_name(end: datetime, trail: str = TRAIL) -> str:
    return f"{ACCOUNT}_CloudTrail-Digest_{REGION}_{trail}_{REGION}_{end:%Y%m%dT%H%M%SZ}.json.gz"


def digest_folder(end: datetime) -> str:
    return f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}/{end:%Y/%m/%d}/"


def digest_key(end: datetime, trail: str = TRAIL) -> str:
    return digest_folder(end) + digest_name(end, trail)


def log_name(time: datetime, unique: str) -> str:
    return f"{ACCOUNT}_CloudTrail_{REGION}_{time:%Y%m%dT%H%MZ}_{unique}.json.gz"


def log_folder(day: datetime) -> str:
    return f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/{day:%Y/%m/%d}/"


def listing(key: str, sha256: str = NO_HASH, bucket: str = BUCKET) -> dict[str, Any]:
    return {"s3Bucket": bucket, "s3Object": key, "hashValue": sha256, "hashAlgorithm": "SHA-256"}


def packed(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=1, mtime=0)


@dataclass(frozen=True)
class Digest:
    """A digest file, and what its successor says of it."""

    key: str
    content: bytes
    signature: str

    @property
    def stored(self) -> bytes:
        return packed(self.content)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


class Key:
    """An RSA key, as CloudTrail would have one."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(65537, 2048)
        self.der = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.PKCS1
        )
        self.fingerprint = hashlib.md5(self.der).hexdigest()

    def sign(self, text: str) -> str:
        return self._key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()).hex()

    @property
    def entry(self) -> dict[str, Any]:
        """As `aws cloudtrail list-public-keys` prints it."""
        return {
            "Value": base64.b64encode(self.der).decode(),
            "Fingerprint": self.fingerprint,
            "ValidityStartTime": 1_500_000_000,
            "ValidityEndTime": 2_000_000_000,
        }


def digest(
    key: Key | None,
    location: str,
    start: datetime,
    end: datetime,
    logs: list[dict[str, Any]],
    previous: Digest | None = None,
    **fields: Any,
) -> Digest:
    """A digest file; without a key, one that names a key nobody has. `fields` replace its own."""
    content = {
        "awsAccountId": ACCOUNT,
        "digestStartTime": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "digestEndTime": f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "digestS3Bucket": BUCKET,
        "digestS3Object": location,
        "digestPublicKeyFingerprint": key.fingerprint if key else "0" * 32,
        "digestSignatureAlgorithm": "SHA256withRSA",
        "newestEventTime": None,
        "oldestEventTime": None,
        "previousDigestS3Bucket": BUCKET if previous else None,
        "previousDigestS3Object": previous.key if previous else None,
        "previousDigestHashValue": previous.sha256 if previous else None,
        "previousDigestHashAlgorithm": "SHA-256" if previous else None,
        "previousDigestSignature": previous.signature if previous else None,
        "logFiles": logs,
        **fields,
    }
    raw = json.dumps(content, separators=(",", ":")).encode()
    text = (
        f"{content['digestEndTime']}\n{content['digestS3Bucket']}/{location}\n"
        f"{hashlib.sha256(raw).hexdigest()}\n{content['previousDigestSignature'] or 'null'}"
    )
    return Digest(location, raw, key.sign(text) if key else "ab" * 256)


@dataclass
class Forged:
    """An archive in a folder: archive/, or archive.tar, and keys.json and signatures.jsonl beside it."""

    folder: Path
    key: Key
    # Whether a run builds on earlier ones; each that is measured is the first.
    has_state: bool = False
    roots: list[str] = field(default_factory=lambda: ["archive"])
    _signatures: list[dict[str, Any]] = field(default_factory=list)
    _made: set[Path] = field(default_factory=set)

    def clear(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def put(self, path: str, content: bytes, root: str = "archive") -> None:
        file = self.folder / root / path
        if file.parent not in self._made:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(file.parent)
        file.write_bytes(content)

    def link(self, path: str, target: str) -> None:
        file = self.folder / "archive" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.symlink_to(target)

    def keep(self, signed: Digest) -> None:
        """Keeps a signature in the manifest."""
        metadata = {"signature": signed.signature, "signature-algorithm": "SHA256withRSA"}
        self._signatures.append({"bucket": BUCKET, "key": signed.key, "metadata": metadata})

    def put_digest(self, made: Digest, *, keeps_signature: bool = False, path: str | None = None) -> Digest:
        self.put(path or made.key, made.stored)
        if keeps_signature:
            self.keep(made)
        return made

    def genuine(self, logs: list[dict[str, Any]] | None = None, hours: int = 3) -> Digest:
        """A chain that is proven, of which the first digest file lists `logs`; returns its newest digest file."""
        last: Digest | None = None
        for hour in range(hours):
            start = BEGIN + hour * HOUR
            end = start + HOUR
            last = digest(self.key, digest_key(end), start, end, (logs or []) if hour == 0 else [], last)
            self.put_digest(last, keeps_signature=hour == hours - 1)
        assert last is not None
        return last

    def pack(self, names: list[tuple[str, bytes]]) -> None:
        """Makes a tar file the archive: of what lies in the folder, and then of these members."""
        root = self.folder / "archive"
        with tarfile.open(self.folder / "archive.tar", "w") as tar:
            if root.exists():
                tar.add(root, ".")
            for name, content in names:
                member = tarfile.TarInfo(name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        self.roots = ["archive.tar"]

    def finish(self) -> list[str]:
        """Writes what lies beside the archive, for a first run; returns the arguments of `validate`."""
        if self.has_state:
            (self.folder / "state").unlink(missing_ok=True)
        (self.folder / "keys.json").write_text(json.dumps({"PublicKeyList": [self.key.entry]}))
        with (self.folder / "signatures.jsonl").open("w") as manifest:
            for entry in self._signatures:
                manifest.write(json.dumps(entry) + "\n")
        return [
            *(str(self.folder / root) for root in self.roots),
            "--public-keys",
            str(self.folder / "keys.json"),
            "--signatures",
            str(self.folder / "signatures.jsonl"),
            *(["--state", str(self.folder / "state"), "--new-state"] if self.has_state else []),
        ]
