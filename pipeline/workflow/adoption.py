"""What an earlier version trained and checked is kept: its checksums lay in hidden files, one beside each file."""

import shutil
import sys
from pathlib import Path

from pipeline.experiments.labels import counted
from pipeline.files import atomic
from pipeline.files.sealed import SUMS

HIDDEN = ".*.sha256"
FIRST = ".config.json.sha256"  # what those versions wrote before all else
KEPT = ("runs/*", "check", "check/**")  # folders


def adopt(results: Path, state: Path) -> None:
    """Give the runs and checks in `results` their SHA256SUMS, delete what else an earlier version made, and say so.

    So are Snakemake's notes in `state` on how they were made, by which it would train them again. To be called where no
    other build is at work.
    """
    if not (results / FIRST).exists():
        return
    shutil.rmtree(state / "metadata", ignore_errors=True)
    kept = {path for pattern in KEPT for path in results.glob(pattern) if path.is_dir()}
    for folder in kept:
        _adopt(folder)
    for path in results.rglob(HIDDEN):
        if path.name != FIRST:  # config.json is this version's by now
            _sealed(path).unlink(missing_ok=True)
            path.unlink()
    (results / FIRST).unlink()
    runs = counted(sum(folder.parent.name == "runs" for folder in kept), "run")
    print(f"results/: kept {runs} of an earlier version; the rest is made again.", file=sys.stderr)


def _adopt(folder: Path) -> None:
    hidden = sorted(folder.glob(HIDDEN))
    if hidden and not (folder / SUMS).exists():  # else it is whole: an adoption was killed
        atomic.write_text(folder / SUMS, "".join(path.read_text(encoding="utf-8") for path in hidden))
    for path in hidden:
        path.unlink()


def _sealed(hidden: Path) -> Path:
    return hidden.with_name(hidden.name[1 : -len(".sha256")])
