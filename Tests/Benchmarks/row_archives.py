"""The rows small, lean, large, empty and tenfold: floor and product on one archive and on a tenth of it."""

from __future__ import annotations

from archives import Archive
from context import Context
from programs import Run, RunError
from results import RowResult, Table, Target, number
from rounds import Rounds

# All targets are for this many threads, except for what a second one gains.
THREADS = 2


class ArchiveRow:
    """Runs the rounds for one archive, and has the steps' names in one place."""

    def __init__(
        self,
        context: Context,
        name: str,
        tenth: str | None,
        jobs: tuple[int, ...] = (1, THREADS),
        verifies: bool = False,
    ) -> None:
        self._programs = context.programs
        self._verifies = verifies
        self._jobs = jobs
        self.archive = context.archives.get(name)
        self.tenth = context.archives.get(tenth) if tenth else None
        steps = {}
        for threads in jobs:
            steps[f"floor {threads}"] = lambda threads=threads: self._floor(self.archive, threads)
            steps[f"product {threads}"] = lambda threads=threads: self._product(self.archive, threads)
        steps["full manifest"] = lambda: self._product(self.archive, THREADS, is_full=True)
        archives, compared = [self.archive], [(f"product {THREADS}", f"floor {THREADS}")]
        if part := self.tenth:
            steps["floor, tenth"] = lambda: self._floor(part, THREADS)
            steps["product, tenth"] = lambda: self._product(part, THREADS)
            archives.append(part)
            compared.append(("product, tenth", "floor, tenth"))
        with self._programs.held(*archives):
            self.rounds = Rounds(steps, context.pairs)
        for ours, floor in compared:
            found, expected = self.rounds.content_bytes(ours), self.rounds.content_bytes(floor)
            if found != expected:
                raise RunError(f"{ours} saw {found} bytes of content, the floor {expected}")

    def _floor(self, archive: Archive, threads: int) -> Run:
        archive.walk()
        return self._programs.floor(archive, threads, verifies=self._verifies)

    def _product(self, archive: Archive, jobs: int, is_full: bool = False) -> Run:
        archive.walk()
        manifest = archive.full_manifest if is_full else archive.newest_manifest
        return self._programs.validate(archive, manifest, jobs)

    def wall(self) -> float:
        """The product's time as a multiple of the floor's."""
        return self.rounds.ratio(lambda took: took[f"product {THREADS}"] / took[f"floor {THREADS}"])

    def full_manifest(self) -> float:
        """The product's time with a manifest line for each digest file, as a multiple of the floor's."""
        return self.rounds.ratio(lambda took: took["full manifest"] / took[f"floor {THREADS}"])

    def gain(self) -> float:
        """How much faster the second job makes the product, as a multiple of the same for the floor."""
        last = self._jobs[-1]
        return self.rounds.ratio(
            lambda took: (took["product 1"] / took[f"product {last}"]) / (took["floor 1"] / took[f"floor {last}"])
        )

    def growth(self) -> float:
        """How much longer ten times the data takes, as a multiple of the same for the floor."""
        return self.rounds.ratio(
            lambda took: (took[f"product {THREADS}"] / took["product, tenth"])
            / (took[f"floor {THREADS}"] / took["floor, tenth"])
        )

    def peak_mib(self) -> float:
        return max(self.rounds.peak_mib(f"product {threads}") for threads in self._jobs)

    def table(self) -> Table:
        columns = ["run", "threads", "seconds", "× floor", "lowest to highest", "files/s", "MB/s", "CPU s", "peak MiB"]
        lines = []
        for threads in self._jobs:
            lines.append(self._line("floor", f"floor {threads}", f"floor {threads}", self.archive, threads))
            lines.append(self._line("product", f"product {threads}", f"floor {threads}", self.archive, threads))
        floor = f"floor {THREADS}"
        lines.append(self._line("product, full manifest", "full manifest", floor, self.archive, THREADS))
        if self.tenth:
            lines.append(self._line("floor, a tenth", "floor, tenth", "floor, tenth", self.tenth, THREADS))
            lines.append(self._line("product, a tenth", "product, tenth", "floor, tenth", self.tenth, THREADS))
        content = self.rounds.content_bytes(floor) / 1e6
        title = (
            f"{self.archive.name}: {self.archive.digest_files:,} digest files, {self.archive.log_files:,} log files, "
            f"{self.archive.chains} chains, {content:,.0f} MB of content"
        )
        return Table(title, columns, lines)

    def _line(self, label: str, step: str, floor: str, archive: Archive, threads: int) -> list[str]:
        seconds = self.rounds.seconds(step)
        ratios = self.rounds.ratios(lambda took: took[step] / took[floor])
        is_floor = step == floor
        return [
            label,
            str(threads),
            f"{seconds:.3f}",
            "" if is_floor else number(self.rounds.ratio(lambda took: took[step] / took[floor])),
            "" if is_floor else f"{number(min(ratios))} to {number(max(ratios))}",
            f"{archive.file_count / seconds:,.0f}",
            f"{self.rounds.content_bytes(floor) / 1e6 / seconds:,.0f}",
            f"{self.rounds.cpu_seconds(step):.3f}",
            f"{self.rounds.peak_mib(step):.1f}",
        ]


def small(context: Context) -> RowResult:
    row = ArchiveRow(context, "small", "small-tenth")
    targets = [
        Target("small, wall", _limit(context, 1.30, 1.05), "× the floor", row.wall()),
        Target("small, full manifest", 1.38, "× the floor", row.full_manifest()),
        Target("small, 1 → 2 jobs", 0.95, "× the floor's gain", row.gain(), is_at_most=False),
        Target("small, ten times the data", 1.05, "× the floor's growth", row.growth()),
        Target("small, peak memory", 64, "MiB", row.peak_mib()),
    ]
    return RowResult(targets, [row.table()])


def lean(context: Context) -> RowResult:
    row = ArchiveRow(context, "lean", None, jobs=(THREADS,))
    targets = [
        Target("lean, wall", _limit(context, 1.40, 1.18), "× the floor", row.wall()),
        Target("lean, full manifest", 1.50, "× the floor", row.full_manifest()),
    ]
    return RowResult(targets, [row.table()])


def _limit(context: Context, usual: float, with_libdeflate: float) -> float:
    """The floor stays on zlib, whatever the product is built with."""
    return with_libdeflate if "Libdeflate" in context.traits.split(",") else usual


def large(context: Context) -> RowResult:
    row = ArchiveRow(context, "large", "large-tenth")
    targets = [
        Target("large, wall", 1.05, "× the floor", row.wall()),
        Target("large, 1 → 2 jobs", 0.95, "× the floor's gain", row.gain(), is_at_most=False),
        Target("large, ten times the data", 1.05, "× the floor's growth", row.growth()),
    ]
    return RowResult(targets, [row.table()])


def empty(context: Context) -> RowResult:
    row = ArchiveRow(context, "empty", "empty-tenth", jobs=(THREADS,), verifies=True)
    rate = row.archive.digest_files / row.rounds.seconds(f"product {THREADS}") / THREADS
    targets = [
        Target("empty, digests a second", 0.78, "× the bare sum's", 1 / row.wall(), is_at_most=False),
        Target("empty, ten times the data", 1.05, "× the bare sum's growth", row.growth()),
    ]
    notes = [f"empty: {rate:,.0f} digests a second a core; here the floor verifies one RSA signature a file too."]
    return RowResult(targets, [row.table()], notes)


def tenfold(context: Context) -> RowResult:
    row = ArchiveRow(context, "small-tenfold", "small", jobs=(THREADS,))
    targets = [
        Target("ten times small, wall", 1.35, "× the floor", row.wall()),
        Target("ten times small, growth from small", 1.05, "× the floor's growth", row.growth()),
        Target("ten times small, peak memory", 64, "MiB", row.peak_mib()),
    ]
    return RowResult(targets, [row.table()])
