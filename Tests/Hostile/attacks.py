"""Ways to make an archive cost more than it is worth, each of a size n."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from forged import (
    BEGIN,
    HOUR,
    Digest,
    Forged,
    digest,
    digest_folder,
    digest_key,
    digest_name,
    listing,
    log_folder,
    log_name,
    packed,
)

LONG_AGO = datetime(1990, 1, 1, 0, 10, 35)


@dataclass(frozen=True)
class Attack:
    """What is done, and what it may cost."""

    make: Callable[[Forged, int], None]
    # The smallest of the three sizes that are measured.
    size: int
    # The most memory that one more unit may take, in bytes.
    unit_bytes: int

    @property
    def name(self) -> str:
        return self.make.__name__.replace("_", "-")

    @property
    def meaning(self) -> str:
        return (self.make.__doc__ or "").rstrip(".")


ATTACKS: list[Attack] = []


def attack(size: int, unit_bytes: int) -> Callable[[Callable[[Forged, int], None]], Callable[[Forged, int], None]]:
    def register(make: Callable[[Forged, int], None]) -> Callable[[Forged, int], None]:
        ATTACKS.append(Attack(make, size, unit_bytes))
        return make

    return register


def _unlisted(archive: Forged, count: int, folder: str) -> None:
    for number in range(count):
        archive.put(folder + log_name(BEGIN + timedelta(minutes=number % 1000), f"{number:016d}"), b"")


def _forged(
    archive: Forged, count: int, path: Callable[[int], str], made: Callable[[int], Digest]
) -> None:
    for number in range(count):
        archive.put(path(number), made(number).stored)


# MARK: Names


@attack(100_000, 300)
def unlisted_in_one_folder(archive: Forged, n: int) -> None:
    """n files in one folder that no digest file lists."""
    archive.genuine()
    _unlisted(archive, n, log_folder(BEGIN))


@attack(20_000, 2000)
def unlisted_in_folders(archive: Forged, n: int) -> None:
    """n files in a folder each that no digest file lists."""
    archive.genuine()
    for number in range(n):
        archive.put(log_folder(BEGIN) + f"{number:07d}/x.json.gz", b"")


@attack(30_000, 3500)
def links(archive: Forged, n: int) -> None:
    """n links, and n log files missing that they might lead to."""
    folder = log_folder(BEGIN)
    archive.genuine([listing(f"{folder}{number:07d}/x.json.gz") for number in range(n)])
    for number in range(n):
        archive.link(f"{folder}{number + n:07d}", "/nowhere")


@attack(60_000, 2000)
def sidecars(archive: Forged, n: int) -> None:
    """n signatures beside digest files that are not there."""
    archive.genuine()
    for number in range(n):
        end = LONG_AGO + number * HOUR
        archive.put(f"{digest_folder(BEGIN)}{digest_name(end)}.metadata.json", b"{}")


@attack(60_000, 2000)
def sidecars_of_one(archive: Forged, n: int) -> None:
    """n signatures beside one digest file, in a tar file."""
    last = archive.genuine()
    archive.pack([(f"{last.key}.metadata.json", b"{}")] * n)


@attack(20_000, 4000)
def copies_in_tar(archive: Forged, n: int) -> None:
    """A genuine digest file n times in a tar file."""
    last = archive.genuine()
    archive.pack([(last.key, last.stored)] * n)


@attack(20_000, 2000)
def log_copies_in_tar(archive: Forged, n: int) -> None:
    """A log file n times in a tar file."""
    name = log_folder(BEGIN) + log_name(BEGIN, "x" * 16)
    archive.genuine([listing(name)])
    archive.pack([(name, packed(b"{}"))] * n)


# MARK: Digest files that nobody signed


@attack(10_000, 4000)
def one_key_and_predecessor(archive: Forged, n: int) -> None:
    """n forged digest files that say they have one key, and name it as their predecessor, in no order."""
    archive.genuine()
    key = digest_key(BEGIN)
    made = digest(None, key, BEGIN, BEGIN, [], Digest(key, b"", "ab" * 256)).stored
    order = list(range(n))
    random.Random(1).shuffle(order)
    folder = digest_folder(LONG_AGO)
    for number in order:
        trail = f"t{order[number]:07d}"
        archive.put(f"{folder}{number // 1000}/{digest_name(LONG_AGO + number * HOUR, trail)}", made)


@attack(10_000, 4000)
def one_key_and_predecessor_under_a_known_key(archive: Forged, n: int) -> None:
    """n forged digest files that say they have one key and predecessor, under a fingerprint that is given."""
    archive.genuine()
    key = digest_key(BEGIN)
    previous = Digest(key, b"", "ab" * 256)
    made = digest(None, key, BEGIN, BEGIN, [], previous, digestPublicKeyFingerprint=archive.key.fingerprint)
    _forged(archive, n, lambda number: digest_key(LONG_AGO + number * HOUR), lambda _: made)


@attack(10_000, 4000)
def successors(archive: Forged, n: int) -> None:
    """n forged successors of one digest file, each with another signature for it."""
    last = archive.genuine()

    def made(number: int) -> Digest:
        end = LONG_AGO + number * HOUR
        previous = Digest(last.key, last.content, f"{number:0512x}")
        return digest(None, digest_key(end), end - HOUR, end, [], previous)

    _forged(archive, n, lambda number: digest_key(LONG_AGO + number * HOUR), made)


@attack(20_000, 4000)
def empty_names_with_holes(archive: Forged, n: int) -> None:
    """n empty files with names of digest files, two hours apart."""
    archive.genuine()
    for number in range(n):
        archive.put(digest_key(LONG_AGO + 2 * number * HOUR), b"")


@attack(10_000, 4000)
def trails(archive: Forged, n: int) -> None:
    """n empty files with names of digest files, each of another trail."""
    archive.genuine()
    for number in range(n):
        archive.put(digest_key(BEGIN, f"t{number:07d}"), b"")


@attack(10_000, 4000)
def unsigned_head_copies(archive: Forged, n: int) -> None:
    """An unsigned head that lists n log files, n times in a tar file."""
    last = archive.genuine()
    begin = BEGIN + 3 * HOUR
    logs = [listing(log_folder(begin) + log_name(begin, f"{number:016d}")) for number in range(n)]
    head = digest(None, digest_key(begin + HOUR), begin, begin + HOUR, logs, last)
    small = digest(None, head.key, begin, begin + HOUR, [], last)
    archive.pack([(head.key, head.stored)] + [(small.key, small.stored)] * n)


# MARK: Signed digest files


@attack(5_000, 6000)
def signed_without_predecessor(archive: Forged, n: int) -> None:
    """n signed digest files of one chain without a predecessor."""
    for number in range(n):
        end = LONG_AGO + number * HOUR
        made = digest(archive.key, digest_key(end), end - HOUR, end, [])
        archive.put_digest(made, keeps_signature=True)


@attack(5_000, 6000)
def signed_forks(archive: Forged, n: int) -> None:
    """n signed digest files that name the first as their predecessor."""
    first = digest(archive.key, digest_key(LONG_AGO), LONG_AGO - HOUR, LONG_AGO, [])
    archive.put_digest(first)
    for number in range(1, n + 1):
        end = LONG_AGO + number * HOUR
        made = digest(archive.key, digest_key(end), end - HOUR, end, [], first)
        archive.put_digest(made, keeps_signature=True)


@attack(2_000, 20000)
def signed_before_many_unsigned(archive: Forged, n: int) -> None:
    """n signed digest files within two days, each behind one that is missing, and n unsigned ones there."""
    first = digest(archive.key, digest_key(BEGIN), BEGIN - HOUR, BEGIN, [])
    archive.put_digest(first, keeps_signature=True)
    day = BEGIN + 24 * HOUR
    for number in range(n):
        end = day + timedelta(seconds=number)
        before = end - timedelta(hours=1, seconds=1)
        gone = Digest(f"{digest_folder(before)}{number}/{digest_name(before)}", b"", "ab" * 256)
        made = digest(archive.key, digest_key(end + HOUR), end, end + HOUR, [], gone)
        archive.put_digest(made, keeps_signature=True)
    for number in range(n):
        archive.put(digest_key(BEGIN + timedelta(seconds=60 + number)), b"")


@attack(4_000, 6000)
def signed_elsewhere(archive: Forged, n: int) -> None:
    """n signed digest files, each in a folder of its own that is not its place."""
    archive.genuine()
    for number in range(n):
        end = LONG_AGO + number * HOUR
        made = digest(archive.key, digest_key(end), end - HOUR, end, [])
        archive.put_digest(made, keeps_signature=True, path=f"{number:07d}/{made.key}")


@attack(4_000, 6000)
def signed_relocated(archive: Forged, n: int) -> None:
    """n signed digest files under the names of others before a chain whose first lists n log files that are missing."""
    archive.genuine([listing(log_folder(BEGIN) + log_name(BEGIN, f"{number:016d}")) for number in range(n)])
    for number in range(n):
        end = LONG_AGO + number * HOUR
        made = digest(archive.key, digest_key(end), end - HOUR, end, [])
        archive.put_digest(made, keeps_signature=True, path=digest_key(end - timedelta(seconds=1)))


@attack(10_000, 6000)
def chain_copies_in_tar(archive: Forged, n: int) -> None:
    """A genuine digest file and its successor n times each in a tar file."""
    first = digest(archive.key, digest_key(BEGIN), BEGIN - HOUR, BEGIN, [])
    second = digest(archive.key, digest_key(BEGIN + HOUR), BEGIN, BEGIN + HOUR, [], first)
    archive.keep(second)
    archive.pack([(first.key, first.stored), (second.key, second.stored)] * n)


# MARK: What digest files list


def _list(archive: Forged, logs: list[dict[str, str]]) -> None:
    archive.genuine()
    archive.put_digest(digest(None, digest_key(LONG_AGO), LONG_AGO - HOUR, LONG_AGO, logs))


@attack(100_000, 700)
def listed_in_one_folder(archive: Forged, n: int) -> None:
    """A digest file that lists n log files in one folder."""
    _list(archive, [listing(f"f/x{number}") for number in range(n)])


@attack(30_000, 2000)
def listed_in_folders(archive: Forged, n: int) -> None:
    """A digest file that lists n log files in a folder each."""
    _list(archive, [listing(f"f{number}/x") for number in range(n)])


@attack(30_000, 2000)
def listed_in_buckets(archive: Forged, n: int) -> None:
    """A digest file that lists n log files of one folder in a bucket each."""
    _list(archive, [listing(f"AWSLogs/x{number}", bucket=f"b{number}") for number in range(n)])


@attack(60_000, 3000)
def one_name_in_folders_flat(archive: Forged, n: int) -> None:
    """In a flat folder, a digest file that lists one name in n folders."""
    name = digest_name(LONG_AGO)
    archive.put(name, digest(None, digest_key(LONG_AGO), LONG_AGO - HOUR, LONG_AGO, []).stored)
    logs = [listing(f"f{number}/x.json.gz") for number in range(n)]
    archive.put(digest_name(BEGIN), digest(None, digest_key(BEGIN), BEGIN - HOUR, BEGIN, logs).stored)


@attack(20_000, 4000)
def folders_and_listed_folders_flat(archive: Forged, n: int) -> None:
    """In a flat root with n folders, a digest file that lists n log files in a folder each."""
    logs = [listing(f"f{number}/x{number}.json.gz") for number in range(n)]
    archive.put(digest_name(BEGIN), digest(None, digest_key(BEGIN), BEGIN - HOUR, BEGIN, logs).stored)
    for number in range(n):
        archive.put(f"{number:07d}/y.json.gz", b"")


@attack(800, 60000)
def one_name_and_folders_flat(archive: Forged, n: int) -> None:
    """In a flat root with n folders that hold one name, a digest file that lists it in n folders."""
    logs = [listing(f"f{number}/x.json.gz") for number in range(n)]
    archive.put(digest_name(BEGIN), digest(None, digest_key(BEGIN), BEGIN - HOUR, BEGIN, logs).stored)
    for number in range(n):
        archive.put(f"{number:07d}/x.json.gz", b"")


@attack(4_000, 6000)
def missing_and_elsewhere(archive: Forged, n: int) -> None:
    """n log files of one name that are missing, and n files of that name in another root."""
    name = log_name(BEGIN, "x" * 16)
    archive.genuine([listing(f"{log_folder(BEGIN)}{number:07d}/{name}") for number in range(n)])
    for number in range(n):
        archive.put(f"z{number:07d}/{name}", b"", root="other")
    archive.roots.append("other")


@attack(5_000, 4000)
def proven_in_two_roots(archive: Forged, n: int) -> None:
    """n proven log files of one digest file, in a folder and in a root each by turns, with a state."""
    content = packed(b"{}")
    sha256 = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    keys = [f"{log_folder(BEGIN)}{number % (n // 4):07d}/{log_name(BEGIN, f'{number:016d}')}" for number in range(n)]
    archive.genuine([listing(key, sha256) for key in keys])
    for number, key in enumerate(keys):
        archive.put(key if number % 2 else f"deep/down/{key}", content, root="archive" if number % 2 else "other")
    archive.roots.append("other")
    archive.has_state = True
