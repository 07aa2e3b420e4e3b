"""What is wrong on a machine, by what is on disk and what was printed: a line for each problem, none if all is well."""

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path

from fresh.machines import Machine
from fresh.roots import Line, Outcome

FORMATS = ("html", "pdf")


def of_any(outcome: Outcome) -> list[str]:
    """What no command may do."""
    problems = [f"expected exit status 0, found {outcome.status}"] if outcome.status else []
    return problems + _tracebacks("the output", (line.text for line in outcome.lines))


def of_build(machine: Machine, outcome: Outcome, clone: Path, committed: dict[str, str], changes: Path) -> list[str]:
    """What is wrong with the first build in a clone that had the files `committed` (name to sha256) in report/.

    `changes` is the folder of what differs on the machine from its base.
    """
    first = min((path.stat().st_mtime for path in (clone / "results/runs").glob("*/metrics.json")), default=0)
    return [
        *of_any(outcome),
        *_reports(clone / "report", machine.formats, committed),
        *_said(outcome.lines, machine.said, "somewhere"),
        *_said([line for line in outcome.lines if line.time < first], machine.said_first, "before the training"),
        *_unsaid(outcome.lines, machine.unsaid),
        *_installed(machine.installed, changes),
        *(problem for path in sorted((clone / "logs").rglob("*.log")) for problem in _of_log(clone, path)),
    ]


def of_nothing_to_do(outcome: Outcome, before: dict[str, int], after: dict[str, int]) -> list[str]:
    """What is wrong with a second build, by the files (with their times) before and after it."""
    changed = sorted({name for name, _ in before.items() ^ after.items()})
    return of_any(outcome) + ([f"expected nothing to do, found {', '.join(changed[:5])} changed"] if changed else [])


def of_tests(outcome: Outcome) -> list[str]:
    """What is wrong with the tests."""
    passed = any(re.search(r"\b[1-9]\d* passed\b", line.text) for line in outcome.lines)
    return of_any(outcome) + ([] if passed else ["expected tests that pass, found none"])


def of_status(outcome: Outcome) -> list[str]:
    """What is wrong with what git says of the clone in the end: only the report is to be another."""
    changed = [line.text for line in outcome.lines if not line.text[3:].strip('"').startswith("report/")]
    return of_any(outcome) + [f"expected changes in report/ alone, found {line}" for line in changed]


def digests(report: Path) -> dict[str, str]:
    """The sha256 of each file of a report's folder that a build writes anew."""
    paths = [report / f"report.{format}" for format in FORMATS]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.is_file()}


def times(clone: Path) -> dict[str, int]:
    """When each file of the results and of the report was changed last, in nanoseconds."""
    files = [path for name in ("results", "report") for path in (clone / name).rglob("*") if path.is_file()]
    return {str(path.relative_to(clone)): path.stat().st_mtime_ns for path in files}


def _reports(report: Path, formats: Iterable[str], committed: dict[str, str]) -> list[str]:
    found, record = digests(report), report / "build.json"
    expected = {f"report.{format}" for format in formats}
    files = json.loads(record.read_text(encoding="utf-8"))["files"] if record.is_file() else {}
    recorded = {Path(name).name: digest for name, digest in files.items()}
    problems = []
    if found.keys() != expected:
        problems.append(f"expected {_names(expected)} in report/, found {_names(found)}")
    if old := {name for name in found if found[name] == committed.get(name)}:
        problems.append(f"expected a report of this build, found {_names(old)} as committed")
    if recorded != found:
        problems.append("expected the sha256 of every report in report/build.json, found others")
    return problems


def _names(names: Iterable[str]) -> str:
    return " and ".join(sorted(names)) or "nothing"


def _said(lines: Iterable[Line], pattern: str | None, where: str) -> list[str]:
    if pattern is None or any(re.search(pattern, line.text) for line in lines):
        return []
    return [f"expected a line like '{pattern}' {where}, found none"]


def _unsaid(lines: Iterable[Line], pattern: str | None) -> list[str]:
    found = [line.text for line in lines if pattern and re.search(pattern, line.text)]
    return [f"expected no line like '{pattern}', found '{found[0]}'"] if found else []


def _installed(packages: Iterable[str], changes: Path) -> list[str]:
    missing = [name for name in packages if not list((changes / "var/lib/dpkg/info").glob(f"{name}*.list"))]
    return [f"expected that set-up installs {', '.join(missing)}, found it missing"] if missing else []


def _of_log(clone: Path, path: Path) -> list[str]:
    return _tracebacks(str(path.relative_to(clone)), path.read_text(encoding="utf-8", errors="replace").splitlines())


def _tracebacks(place: str, lines: Iterable[str]) -> list[str]:
    return [f"expected no traceback, found one in {place}"] if any("Traceback" in line for line in lines) else []
