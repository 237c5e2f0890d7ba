"""One sample: an archive folder, the metadata of its digest files and the public keys.

SAMPLE/archive/    the bucket's content; a file's path below it is its S3 key
SAMPLE/meta.jsonl  one {"bucket", "key", "metadata": {...}} a line: the S3 user metadata
SAMPLE/keys.json   an answer of ListPublicKeys
SAMPLE/truth.json  optional: what was done to the archive, as a list under "truth"
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import zlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

_DIGEST_KEY = re.compile(
    r"(?:(?P<prefix>.+)/)?AWSLogs/(?:(?P<organization>o-[a-z0-9]+)/)?(?P<account>\d{12})"
    r"/CloudTrail-Digest/(?P<region>[^/]+)/\d{4}/\d\d/\d\d"
    r"/(?P=account)_CloudTrail-Digest_(?P=region)_(?P<trail>[^/]+)_(?P<home>[^/_]+)"
    r"_(?P<end>\d{8}T\d{6}Z)(?:_backfill)?\.json\.gz",
    re.DOTALL,
)


@dataclass(frozen=True)
class DigestName:
    """What the key of a digest file says."""

    prefix: str
    organization: str
    account: str
    region: str
    trail: str
    home_region: str
    end: datetime

    @classmethod
    def parse(cls, key: str) -> DigestName | None:
        match = _DIGEST_KEY.fullmatch(key)
        if match is None:
            return None
        try:
            end = datetime.strptime(match["end"], "%Y%m%dT%H%M%SZ")
        except ValueError:
            return None
        return cls(
            match["prefix"] or "",
            match["organization"] or "",
            match["account"],
            match["region"],
            match["trail"],
            match["home"],
            end.replace(tzinfo=UTC),
        )


@dataclass(frozen=True, order=True)
class Chain:
    """What one run of `aws cloudtrail validate-logs` is asked for."""

    account: str
    region: str
    trail: str
    home_region: str
    organization: str
    start: datetime
    end: datetime

    @property
    def trail_arn(self) -> str:
        return f"arn:aws:cloudtrail:{self.home_region}:{self.account}:trail/{self.trail}"

    def __str__(self) -> str:
        return f"{self.account}/{self.region}/{self.trail}"


@dataclass(frozen=True)
class Digest:
    """A digest file as it lies in the archive, trusted in nothing."""

    key: str
    sha256: str
    fields: dict[str, Any]

    @property
    def previous_key(self) -> str | None:
        previous = self.fields.get("previousDigestS3Object")
        return previous if isinstance(previous, str) else None

    @property
    def logs(self) -> list[dict[str, Any]]:
        logs = self.fields.get("logFiles")
        return [log for log in logs if isinstance(log, dict)] if isinstance(logs, list) else []


class Sample:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.archive = Path(os.path.realpath(folder / "archive"))
        if not self.archive.is_dir():
            raise FileNotFoundError(f"{folder} has no folder 'archive'")
        self.metadata: dict[str, dict[str, str]] = {}
        self.bucket_of: dict[str, str] = {}
        for line in (folder / "meta.jsonl").read_text("utf-8").splitlines():
            if line.strip():
                entry = json.loads(line)
                self.metadata[entry["key"]] = entry["metadata"]
                self.bucket_of[entry["key"]] = entry["bucket"]
        answer = json.loads((folder / "keys.json").read_text("utf-8"))
        self.public_keys: list[dict[str, Any]] = (
            answer.get("PublicKeyList") or answer.get("publicKeyList") or []
        )

    @cached_property
    def truth(self) -> list[Any] | None:
        """What was done to the archive; None where the sample does not say."""
        try:
            text = (self.folder / "truth.json").read_text("utf-8")
        except FileNotFoundError:
            return None
        truth: list[Any] | None = json.loads(text).get("truth")
        return truth

    @cached_property
    def object_keys(self) -> list[str]:
        """Every key that the archive holds, in S3's order (by UTF-8 bytes)."""
        keys = []
        for folder, _, files in os.walk(self.archive):
            relative = os.path.relpath(folder, self.archive)
            for name in files:
                key = name if relative == "." else f"{relative}/{name}"
                if self.path(key) is not None:
                    keys.append(key)
        return sorted(keys, key=os.fsencode)

    @cached_property
    def buckets(self) -> set[str]:
        return set(self.bucket_of.values())

    def path(self, key: str) -> str | None:
        """The regular file that holds the object, if there is one inside the archive."""
        parts = key.split("/")
        if "\0" in key or any(part in ("", ".", "..") for part in parts):
            return None
        path = os.path.realpath(os.path.join(self.archive, *parts))
        try:
            inside = path.startswith(f"{self.archive}{os.sep}")
            return path if inside and stat.S_ISREG(os.stat(path).st_mode) else None
        except PermissionError:
            return path
        except OSError:
            return None

    def open(self, key: str) -> BinaryIO:
        path = self.path(key)
        if path is None:
            raise FileNotFoundError(key)
        return open(path, "rb")

    def content(self, key: str) -> bytes | None:
        """The bytes of an object; None when it is absent or unreadable."""
        try:
            with self.open(key) as file:
                return file.read()
        except OSError:
            return None

    @cached_property
    def digests(self) -> dict[str, Digest]:
        """The digest files that can be read at all, by key."""
        found = {}
        for key in self.object_keys:
            if DigestName.parse(key) is None:
                continue
            raw = self.content(key) or b""
            try:
                text = zlib.decompressobj(31).decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
                fields = json.loads(text)
            except (zlib.error, ValueError, RecursionError):
                continue
            if isinstance(fields, dict):
                found[key] = Digest(key, hashlib.sha256(text).hexdigest(), fields)
        return found

    @cached_property
    def named_by(self) -> dict[str, set[str]]:
        """For each key, the digest files that list it or name it as their predecessor."""
        names: dict[str, set[str]] = defaultdict(set)
        for digest in self.digests.values():
            if digest.previous_key is not None:
                names[digest.previous_key].add(digest.key)
            for log in digest.logs:
                names[str(log.get("s3Object"))].add(digest.key)
        return names

    def chains(self) -> list[Chain]:
        """The chains that the digest files' names tell of.

        A chain's range runs from its oldest held digest to its newest, by name. The start lies
        half an hour before the oldest one's end: early enough for the AWS CLI to reach it, late
        enough to keep it from going on to a predecessor that the archive never held.
        """
        spans: dict[tuple[str, str, str, str, str], list[tuple[bool, datetime]]] = defaultdict(
            list
        )
        held = set(self.object_keys)
        for key in held | set(self.metadata):
            name = DigestName.parse(key)
            if name is not None:
                identity = (
                    name.account,
                    name.region,
                    name.trail,
                    name.home_region,
                    name.organization,
                )
                spans[identity].append((key in held, name.end))
        chains = []
        for identity, ends in spans.items():
            times = [end for is_held, end in ends if is_held] or [end for _, end in ends]
            chains.append(Chain(*identity, min(times) - timedelta(minutes=30), max(times)))
        return sorted(chains)

    def fingerprint(self, chain: Chain) -> bytes:
        """What a run of the CLI for this chain is given, as one value.

        That is all that the endpoint serves, less the objects whose names say that they are of
        another chain's account and region: a chain's digest files list none of those.
        """
        others = {(other.account, other.region) for other in self.chains()}
        others.discard((chain.account, chain.region))
        starts = tuple(
            f"{account}_{kind}_{region}_"
            for account, region in others
            for kind in ("CloudTrail", "CloudTrail-Digest")
        )
        served = [chain, self.public_keys, self.trails(), sorted(self.buckets)]
        held = set(self.object_keys)
        for key in sorted(held | set(self.metadata), key=os.fsencode):
            if not key.rpartition("/")[2].startswith(starts):
                content = hashlib.sha256(self.content(key) or b"").hexdigest()
                served.append((key, key in held, content, self.metadata.get(key)))
        return hashlib.sha256(ascii(served).encode()).digest()

    def trails(self) -> list[dict[str, Any]]:
        """The trails as DescribeTrails answers: bucket and prefix are the newest digest's."""
        newest: dict[str, tuple[datetime, DigestName, str]] = {}
        default_bucket = min(self.buckets, default="bucket")
        for key in set(self.object_keys) | set(self.metadata):
            name = DigestName.parse(key)
            if name is None:
                continue
            arn = f"arn:aws:cloudtrail:{name.home_region}:{name.account}:trail/{name.trail}"
            if arn not in newest or newest[arn][0] < name.end:
                bucket = self.bucket_of.get(key, default_bucket)
                newest[arn] = (name.end, name, bucket)
        trails = []
        for arn, (_, name, bucket) in sorted(newest.items()):
            trail = {
                "Name": name.trail,
                "TrailARN": arn,
                "HomeRegion": name.home_region,
                "S3BucketName": bucket,
                "IsMultiRegionTrail": True,
                "IsOrganizationTrail": bool(name.organization),
                "LogFileValidationEnabled": True,
            }
            if name.prefix:
                trail["S3KeyPrefix"] = name.prefix
            trails.append(trail)
        return trails
