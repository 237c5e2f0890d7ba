"""Type-checks the Swift code of documentation pages against the library as it is built.

    python3 Tests/Documentation/snippets.py FOLDER MODULES PAGE...

The ```swift blocks of a page are one program, in their order: what one declares the next may use. A block that begins
with `// Package.swift` is part of a manifest, and left out. FOLDER takes the programs, MODULES is the build's folder of
modules. What does not compile is named by page and line; the exit status is then 1.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

BLOCK = re.compile(r"^```swift\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SYSTEM_MODULES = ("CLibs/CBuild/include", "CLibs/COpenSSL", "CLibs/CZlib", "CLibs/CPlatform")


def program(page: Path) -> str:
    """The Swift code of a page, with the places it stands at."""
    text = page.read_text(encoding="utf-8")
    parts = []
    for block in BLOCK.finditer(text):
        if block[1].startswith("// Package.swift"):
            continue
        line = text.count("\n", 0, block.start(1)) + 1
        parts.append(f'#sourceLocation(file: "{page}", line: {line})\n{block[1]}')
    return "".join(parts)


def compiles(code: Path, modules: Path) -> bool:
    """Whether the compiler takes it without a warning, as it does the code of a client."""
    command = ["swiftc", "-typecheck", "-module-name", "Client", "-swift-version", "6", "-warnings-as-errors", "-I", str(modules)]
    for folder in SYSTEM_MODULES:
        command += ["-I", folder]
    return subprocess.run([*command, str(code)], check=False).returncode == 0


def main(arguments: list[str]) -> int:
    if len(arguments) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    folder, modules = Path(arguments[0]), Path(arguments[1])
    folder.mkdir(parents=True, exist_ok=True)
    checked = failed = 0
    for page in map(Path, arguments[2:]):
        text = program(page)
        if not text:
            continue
        code = folder / f"{page.stem}.swift"
        code.write_text(text, encoding="utf-8")
        checked += 1
        if not compiles(code, modules):
            print(f"FAILED the code of {page} does not compile")
            failed += 1
    if not checked:
        print("FAILED no page has Swift code")
    elif not failed:
        print(f"the Swift code of {checked} pages compiles")
    return 1 if failed or not checked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
