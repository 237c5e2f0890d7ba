"""Compares the system calls of a run with those that a unit allows: UNIT SETS CALLS.

SETS is what `systemd-analyze syscall-filter` prints, CALLS what `strace -f` wrote.
"""

import re
import sys


def main():
    unit, sets_file, calls_file = sys.argv[1:]
    sets, name = {}, None
    for line in open(sets_file, encoding="utf-8"):
        word = line.strip()
        if line.startswith("@"):
            name = word
            sets[name] = set()
        elif name and word and not word.startswith("#"):
            sets[name].add(word)

    def members(word):
        if not word.startswith("@"):
            return {word}
        return set().union(*(members(inner) for inner in sets[word]))

    # Always allowed, because a process cannot be started or ended without them.
    allowed = members("@default") | {"execve", "exit", "exit_group", "rt_sigreturn"}
    for line in open(unit, encoding="utf-8"):
        if line.startswith("SystemCallFilter="):
            value = line.removeprefix("SystemCallFilter=").strip()
            for word in value.removeprefix("~").split():
                allowed = allowed - members(word) if value.startswith("~") else allowed | members(word)
    calls = set(re.findall(r"^\d+ +([a-z_0-9]+)\(", open(calls_file, encoding="utf-8", errors="replace").read(), re.M))
    refused = sorted(calls - allowed)
    print(f"{len(calls)} system calls, of which the unit refuses: {', '.join(refused) or 'none'}")
    return 1 if refused or len(calls) < 10 else 0


if __name__ == "__main__":
    sys.exit(main())
