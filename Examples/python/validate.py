"""Is this folder what AWS delivered? validate.py ARCHIVE KEYS [SIGNATURES]

Exit status 0: everything is proven; 1: something is not as AWS delivered it; 2: something is not proven; 64, 66:
there is no verdict.
"""

import sys

import cloudtrail_integrity as ct


def end(message: str, status: int) -> None:
    print(message, file=sys.stderr)
    sys.exit(status)


if len(sys.argv) not in (3, 4):
    end("Usage: validate.py ARCHIVE KEYS [SIGNATURES]", 64)
archive, keys, *signatures = sys.argv[1:]
try:
    report = ct.Validator(keys=[keys], signatures=signatures, jobs=2).validate(archive)
except (ct.Error, OSError) as error:
    end(f"Error: no verdict: {error}", 66)
for finding in report.findings:
    # Text in a finding may come from whoever wrote the archive: ascii() leaves nothing in it that steers a terminal.
    print(finding["severity"], finding["kind"], ascii(finding["key"] or finding["path"]), ascii(finding["message"]))
print("verdict:", report.verdict)
sys.exit({ct.Verdict.VALID: 0, ct.Verdict.NOT_VALID: 1}.get(report.verdict, 2))
