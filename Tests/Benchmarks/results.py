"""What a row has measured: its targets, its tables, and how they are written."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Target:
    """A number that must not be passed, or must be reached."""

    what: str
    limit: float
    unit: str
    measured: float
    is_at_most: bool = True
    # Why the measurement says nothing; empty where it does.
    void: str = ""

    @property
    def is_met(self) -> bool:
        return self.measured <= self.limit if self.is_at_most else self.measured >= self.limit

    @property
    def verdict(self) -> str:
        if self.void:
            return f"void: {self.void}"
        if self.is_met:
            return "met"
        return f"missed by {abs(self.measured / self.limit - 1):.1%}"

    def cells(self) -> list[str]:
        sign = "≤" if self.is_at_most else "≥"
        return [self.what, f"{sign} {self.limit:g} {self.unit}", f"{number(self.measured)} {self.unit}", self.verdict]


@dataclass(frozen=True)
class Table:
    """A heading, the names of the columns, and the lines."""

    title: str
    columns: list[str]
    lines: list[list[str]]

    def text(self) -> str:
        """The table in Markdown, with its columns aligned."""
        rows = [self.columns, *self.lines]
        widths = [max(len(row[column]) for row in rows) for column in range(len(self.columns))]
        written = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
        written.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
        return "\n".join(written)


@dataclass(frozen=True)
class RowResult:
    """All that one row has to tell."""

    targets: list[Target] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> RowResult:
        return cls(
            [Target(**target) for target in fields["targets"]],
            [Table(**table) for table in fields["tables"]],
            fields["notes"],
        )


def number(value: float) -> str:
    """As many decimals as the number deserves."""
    if abs(value) < 10:
        return f"{value:.3f}"
    return f"{value:.1f}" if abs(value) < 1000 else f"{value:,.0f}"
