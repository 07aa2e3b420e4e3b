"""Try the tests on spoilt code: what `make mutants` runs.

    python -m mutation                 the planted faults of every area, then mutmut's
    python -m mutation page mutmut     those of these

Ends with exit status 1 if fewer than 95 of 100 are noticed, or one that is not has no reason written down.
"""

import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from mutation import mutants, planted

ENOUGH = 0.95
MUTMUT = "mutmut"
NO_REASON = "no reason is written down"


@dataclass(frozen=True)
class Tried:
    """A fault, and whether a test noticed it. `reason`: why none does, if somebody has said so."""

    area: str
    name: str
    noticed: bool
    reason: str | None
    change: str = ""


def main() -> None:
    """Command line."""
    known = [path.stem for path in sorted(planted.FOLDER.glob("*.yaml"))]
    areas = sys.argv[1:] or [*known, MUTMUT]
    if unknown := sorted(set(areas) - {*known, MUTMUT}):
        sys.exit(f"make mutants: expected areas among {', '.join([*known, MUTMUT])}, found {', '.join(unknown)}.")
    started = time.monotonic()
    workers = len(os.sched_getaffinity(0))
    try:
        tried = [*_planted([area for area in areas if area != MUTMUT], workers)]
        if MUTMUT in areas:
            tried += _mutants(workers)
    except (ValueError, RuntimeError) as error:
        sys.exit(f"make mutants: {error}")
    status = tell(tried)
    print(f"{(time.monotonic() - started) / 60:.0f} minutes on {workers} cores.")
    sys.exit(status)


def _planted(areas: list[str], workers: int) -> Iterator[Tried]:
    faults = planted.load(areas) if areas else []
    for number, (fault, noticed) in enumerate(planted.noticed(faults, workers), start=1):
        print(f"{number} of {len(faults)} {'noticed' if noticed else 'LIVES'} {fault.area}: {fault.name}", flush=True)
        yield Tried(fault.area, fault.name, noticed, fault.lives)


def _mutants(workers: int) -> Iterator[Tried]:
    reasons = mutants.reasons()
    for each in mutants.run(workers):
        why = None if each.noticed else next((reason.text for reason in reasons if reason.holds(each)), None)
        if not each.noticed:
            print(f"LIVES mutmut: {each.name}: {why or NO_REASON}", flush=True)
        if not (each.noticed or why):
            print(each.change, flush=True)
        yield Tried(f"mutmut: {each.module}", each.name, each.noticed, why, each.change)


def tell(tried: list[Tried]) -> int:
    """Print what was noticed by area, and what was not; returns the exit status."""
    by_area = defaultdict(list)
    for each in tried:
        by_area[each.area].append(each.noticed)
    table = Table("Area", "Faults", "Noticed")
    for area, noticed in [*by_area.items(), ("All", [each.noticed for each in tried])]:
        table.add_row(area, str(len(noticed)), str(sum(noticed)))
    living = [each for each in tried if not each.noticed]
    for each in living:
        print(f"lives: {each.name}: {each.reason or NO_REASON}")
    for each in tried:
        if each.noticed and each.reason:
            print(f"noticed, though it is listed as living: {each.name}")
    Console().print(table)
    enough = bool(tried) and len(living) <= (1 - ENOUGH) * len(tried)
    return 0 if enough and all(each.reason for each in living) else 1


if __name__ == "__main__":
    main()
