"""Checks files of the repository that no compiler reads: see run.sh. What does not hold is a line `FAILED`, and the exit
status is 1."""

from __future__ import annotations

import configparser
import json
import re
import subprocess
import sys
from pathlib import Path

import ruamel.yaml

# What `.editorconfig` leaves as it is.
BYTES = re.compile(r"(TestVectors|Tests/CloudTrailIntegrityCommandTests/Golden|Tests/Fuzzing/(Corpus|Dictionaries))/")

failures = 0


def expect(condition: object, *what: object) -> None:
    global failures
    if not condition:
        failures += 1
        print("FAILED", *what, flush=True)


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout


def check_workflows(targets: set[str]) -> None:
    """Each step is a script or a target of make that is there."""
    yaml = ruamel.yaml.YAML(typ="safe")
    for path in sorted(Path(".github/workflows").glob("*.yml")):
        for job in yaml.load(path)["jobs"].values():
            for step in job["steps"]:
                words = step.get("run", "").split()
                if words[:1] == ["make"]:
                    expect(set(words[1:]) <= targets, path, words)
                elif words[:1] not in ([], ["git"]):
                    expect(Path(words[1] if words[0] == "sh" else words[0]).is_file(), path, words)


def make_targets() -> set[str]:
    text = "".join(path.read_text() for path in [Path("Makefile"), *Path("packaging").glob("*.mk")])
    return {name for names in re.findall(r"^([a-z][a-z -]*):(?!=)", text, re.MULTILINE) for name in names.split()}


def check_files() -> None:
    for line in git("ls-files", "--eol").splitlines():
        stored, _, rest = line.split(None, 2)
        attributes, path = rest.split("\t")
        if stored in ("i/crlf", "i/mixed"):
            expect("-text" in attributes, path, "is stored with carriage returns")
        if stored != "i/lf" or BYTES.match(path):
            continue
        content = Path(path).read_text()
        expect(content.endswith("\n") and not content.endswith("\n\n"), path, "does not end with one line end")
        if path != ".gitmessage":
            for number, text in enumerate(content.split("\n"), 1):
                expect(text == text.rstrip(), f"{path}:{number}", "has blanks at its end")
        if re.search(r"(^|/)Makefile$|\.mk$", path) is None:
            expect(re.search(r"^ *\t", content, re.M) is None, path, "is indented with tabs")


def check_settings() -> None:
    """Editors indent and break Swift as the formatter does."""
    formatter = json.loads(Path(".swift-format").read_text())
    editor = configparser.ConfigParser()
    editor.read_string("[top]\n" + Path(".editorconfig").read_text())
    expect(int(editor["*"]["indent_size"]) == formatter["indentation"]["spaces"], ".editorconfig", "indent_size")
    expect(int(editor["*.swift"]["max_line_length"]) == formatter["lineLength"], ".editorconfig", "max_line_length")


def anchors(page: Path) -> set[str]:
    """What GitHub calls the headings of a page."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S)
    titles = (re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title) for title in re.findall(r"^#+ (.*)", text, re.M))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def check_links() -> None:
    for name in git("ls-files", "*.md").splitlines():
        page = Path(name)
        text = re.sub(r"^```.*?^```|^    .*$|`[^`\n]*`", "", page.read_text(), flags=re.M | re.S)
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            path, _, anchor = link.partition("#")
            if re.match(r"[a-z]+:", link):
                continue
            target = page if not path else page.parent / path
            expect(target.exists(), name, link, "is not there")
            if anchor and target.suffix == ".md" and target.exists():
                expect(anchor in anchors(target), name, link, "has no such heading")


def main() -> int:
    check_workflows(make_targets())
    check_files()
    check_settings()
    check_links()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
