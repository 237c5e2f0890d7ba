"""Looks for wording that CONTRIBUTING.md asks to avoid, in pages, in comments and in help texts.

    python3 words.py

It is run in the root of the repository. Each place is a line with what to write instead, and the exit status is 1 where
there is one. Code, literals in code, and what stands between backticks or in blocks of code are left alone: names, options
and the output of commands are what they are. Help texts are read where the tests keep them.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Iterator

# What to look for, and what to write.
PHRASES = [
    (r"behind each other", "one after another, consecutive"),
    (r"\banew\b", "again"),
    (r"(?<!there )\b(is|are|was|were) no (?!longer|more|less|fewer|later|earlier|better|worse|such|different|one\b)", "is not a"),
    (r"(?<!there )(?<!where )\b(is|are|was|were) none\b(?! of)(?!,? (at|in|on|with|there)\b)", "is not one"),
    (r"\bthat are none\b", "that are not"),
    (r"\bnobody's\b", "of no one that is known; belongs to nothing"),
    (r"\b(is|are|was|were|be|been) told(?! apart| from| to )", "is reported, is shown"),
    (r"\b(is|are|was|were|be|been) said\b(?! above| below| to be | to lie)", "is reported, is stated"),
    (r"\bcomplain(s|ed)?\b|\bno complaint\b", "reports"),
    (r"\bhears? of\b|\bhear from\b", "learns, gets"),
    (r"\bbelieved\b", "verified"),
    (r"\bas good as\b", "close to; counts as"),
    (r"\bof one mind\b", "agree"),
    (r"\bwithout a hole\b|\bwith holes\b", "without a gap, with gaps"),
    (r"\bhas a price\b", "costs time"),
    (r"\bshall\b", "must, is to"),
    (r"\btakes? the last word\b", "writes the final message"),
    (r"\bown hands\b", "its own thread"),
    (r"\blogfile|\bdigestfile|\blog-file\b|\bdigest-file\b", "log file, digest file"),
    (r"\bCloudtrail\b|\bCloud Trail\b", "CloudTrail"),
    (r"\bOpenssl\b", "OpenSSL"),
    (r"\bGithub\b", "GitHub"),
    (r"\b(a|an|and|are|as|at|be|by|for|from|in|is|it|not|of|on|or|the|to|was|with) \1\b", "one of the two words"),
]  # fmt: skip

PAGES = ["*.md", "NOTICE.txt", ".gitmessage", ".github/**/*.yml"]
SOURCES = ["Sources/**/*.swift", "Examples/Sources/**/*.swift", "CLibs/**/*.h", "CLibs/**/*.c"]
HELP = ["Tests/CloudTrailIntegrityCommandTests/Golden/help*.txt"]



def files(patterns: list[str]) -> list[Path]:
    run = subprocess.run(["git", "ls-files", "-z", "--", *(f":(glob)**/{p}" if p == "*.md" else f":(glob){p}" for p in patterns)],
                         check=True, capture_output=True, text=True)  # fmt: skip
    return [Path(name) for name in run.stdout.split("\0") if name]


def blank(match: re.Match) -> str:
    """As many lines as before, without the text; a name stays in the place of inline code."""
    return re.sub(r"[^\n]+", "", match[0]) if "\n" in match[0] else "x"


def prose_of_page(text: str) -> str:
    text = re.sub(r"^( *)```.*?^\1```$", blank, text, flags=re.M | re.S)
    text = re.sub(r"(?<=\n\n)((?:    .*\n|\n(?=    ))+)", lambda match: "\n" * match[0].count("\n"), text)
    # What is written from the code stands in it.
    text = re.sub(r"<!-- kinds:.*?<!-- /kinds -->", blank, text, flags=re.S)
    text = re.sub(r"\]\([^)\s]*\)", "]", text)
    return re.sub(r"``?[^`]*``?", blank, text)


def prose_of_code(text: str) -> str:
    """The comments alone, each on its line."""
    lines = []
    for line in text.split("\n"):
        match = re.match(r"\s*(?:///?|/?\*+/?|#)(?!\w)(.*)|(?:[^\"]|\"(?:[^\"\\]|\\.)*\")*?\s(//.*)", line)
        lines.append((match[1] or match[2] or "") if match else "")
    return re.sub(r"``?[^`]*``?", blank, "\n".join(lines))


def findings(text: str) -> Iterator[tuple[int, str, str]]:
    lines = "\n".join(line.strip() for line in text.split("\n"))
    # A phrase may go over the end of a line, and not over that of a paragraph.
    flat = re.sub(r"(?<=\S)\n(?=\S)", " ", lines)
    for pattern, better in PHRASES:
        # Where case is of no matter there is none in the pattern.
        for match in re.finditer(pattern, flat, re.IGNORECASE if pattern.islower() else 0):
            yield lines.count("\n", 0, match.start()) + 1, match[0], better


def main() -> int:
    count = 0
    for patterns, prose in ((PAGES, prose_of_page), (SOURCES, prose_of_code), (HELP, str)):
        for path in files(patterns):
            for line, found, better in sorted(findings(prose(path.read_text()))):
                count += 1
                print(f"{path}:{line}: '{found}': write {better}")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
