"""Runs several things in turns, again and again, and compares them round by round.

What disturbs a machine for a while disturbs everything in that round, so ratios are taken within a round, and of these
the median.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from programs import Run

Ratio = Callable[[dict[str, float]], float]


class Rounds:
    """The runs of all rounds, by the names of what ran."""

    def __init__(self, steps: dict[str, Callable[[], Run]], count: int) -> None:
        self.runs: dict[str, list[Run]] = {name: [] for name in steps}
        names = list(steps)
        for index in range(count):
            # Every other round the other way round, so that nobody always follows the same neighbour.
            for name in names if index % 2 == 0 else reversed(names):
                self.runs[name].append(steps[name]())

    def ratios(self, ratio: Ratio) -> list[float]:
        """Of each round, what `ratio` makes of its seconds."""
        names = list(self.runs)
        rounds = zip(*self.runs.values(), strict=True)
        return [ratio({name: run.seconds for name, run in zip(names, runs, strict=True)}) for runs in rounds]

    def ratio(self, ratio: Ratio) -> float:
        return median(self.ratios(ratio))

    def seconds(self, name: str) -> float:
        return median(run.seconds for run in self.runs[name])

    def cpu_seconds(self, name: str) -> float:
        return median(run.cpu_seconds for run in self.runs[name])

    def peak_mib(self, name: str) -> float:
        """The most that any of its runs took."""
        return max(run.peak_mib for run in self.runs[name])

    def content_bytes(self, name: str) -> int:
        return self.runs[name][0].content_bytes
