"""Keeps the last result of each row, and writes them between the markers of docs/benchmarks.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from results import RowResult, Table

BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
_TARGET_COLUMNS = ["what", "target", "measured", "verdict"]


class Document:
    """The results of all runs on one machine; those of another machine are dropped."""

    def __init__(self, state: Path, document: Path, machine: dict[str, str]) -> None:
        self._state = state
        self._document = document
        self._machine = machine
        self._rows: dict[str, dict[str, dict[str, Any]]] = {}
        try:
            known = json.loads(state.read_text("utf-8"))
            if known["machine"] == machine:
                self._rows = known["rows"]
        except (FileNotFoundError, ValueError, KeyError):
            pass

    def add(self, traits: str, row: str, result: RowResult, command: str, commit: str, date: str) -> None:
        """Replaces what was known of this row with these package traits."""
        rows = self._rows.setdefault(traits, {})
        rows[row] = {"result": result.to_json(), "command": command, "commit": commit, "date": date}
        self._state.write_text(json.dumps({"machine": self._machine, "rows": self._rows}, indent=1), "utf-8")

    def write(self, order: list[str]) -> None:
        """Writes everything that is known, the rows in this order."""
        text = self._document.read_text("utf-8")
        before, begin, rest = text.partition(BEGIN)
        _, end, after = rest.partition(END)
        if not begin or not end:
            raise ValueError(f"{self._document} has no '{BEGIN}' and '{END}'")
        lines = [", ".join(f"{name} {value}" for name, value in self._machine.items()) + "."]
        for traits, rows in sorted(self._rows.items()):
            lines += self._section(traits, {row: rows[row] for row in order if row in rows})
        self._document.write_text(f"{before}{begin}\n\n" + "\n\n".join(lines) + f"\n\n{end}{after}", "utf-8")

    @staticmethod
    def _section(traits: str, rows: dict[str, dict[str, Any]]) -> list[str]:
        results = {row: RowResult.from_json(facts["result"]) for row, facts in rows.items()}
        lines = [f"### With the trait {traits}"] if traits else []
        targets = [target.cells() for result in results.values() for target in result.targets]
        if targets:
            lines.append(Table("", _TARGET_COLUMNS, targets).text())
        for row, result in results.items():
            for table in result.tables:
                lines += [f"**{table.title}**", table.text()]
            lines += result.notes
            facts = rows[row]
            lines.append(f"Measured on {facts['date']} at {facts['commit']} with `{facts['command']}`.")
        return lines


def spoken(result: RowResult) -> str:
    """What a row has to tell, for the terminal."""
    lines = []
    for table in result.tables:
        lines += [table.title, table.text()]
    if result.targets:
        lines.append(Table("", _TARGET_COLUMNS, [target.cells() for target in result.targets]).text())
    return "\n".join(lines + result.notes)
