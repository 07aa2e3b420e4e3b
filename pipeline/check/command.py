"""make check: hold the numbers that others print against runs, training only what nobody has trained yet.

    python -m pipeline.check.command someone.yaml

Exit status: 0 if every number that could be judged is reproduced, 1 if one is not, if none of a file could be judged
or if a run failed, 2 for a mistake in a file.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from pipeline.analysis import intervals
from pipeline.check import printout, submissions
from pipeline.check.printout import Checked
from pipeline.check.rates import rates
from pipeline.check.submissions import WANTED, Submission
from pipeline.cli.console import logger, run_step
from pipeline.config import launch, options, overrides
from pipeline.config import load as configuration_file
from pipeline.config.settings import Config
from pipeline.data import dataset
from pipeline.errors import InputError, RunError, shown
from pipeline.evidence import cells
from pipeline.evidence.cells import JudgedCell
from pipeline.experiments import records
from pipeline.experiments.runs import runs_table
from pipeline.experiments.tidy import to_csv
from pipeline.files import locks
from pipeline.files.sealed import write_text
from pipeline.writeup.published import Published

MEANING = {
    0: "Exit status 0: every number that could be judged is reproduced.",
    1: "Exit status 1: a number is not reproduced, none of a file could be judged, or a run failed, as told above.",
    2: "Exit status 2: a file has mistakes, named above; the others are judged.",
}
RESULTS, CONFIG, STATE = Path("results"), Path("config.yaml"), Path("results/check")


def check(published: str, given: Sequence[str]) -> tuple[int, list[str]]:
    """Train what is missing and judge a file or a folder of files; (exit status, what to print).

    `given` are options for Snakemake. Mistakes in files are logged, a line each. Where runs fail, the others are judged
    by. Raises InputError or RunError if nothing can be judged.
    """
    config = configuration_file.load(CONFIG, overrides.of_options(given))
    if config.replicates < intervals.FEWEST:
        raise InputError(
            f"config.yaml: replicates: expected at least {intervals.FEWEST}, from which a spread can be told, "
            f"found {config.replicates}."
        )
    paths = submissions.find(published)
    found, problems = submissions.load(paths, config)
    judged: tuple[Checked, ...] = ()
    complete = True
    if found:
        keep_others_out()
        submissions.write_wanted(WANTED, found)
        complete = train(given)
        judged, more = judge(found, config, complete)
        problems += more
        if not complete:
            problems += ("make check: expected every run to be trained, found the problems above.",)
    for problem in problems:
        logger.error(problem)
    bad = set(paths) - {each.path for each in judged}
    write_text(STATE / "cells.csv", to_csv(to_frame(judged)))
    return status(judged, bad) or int(not complete), report(judged, bad)


def status(judged: Iterable[Checked], bad: Iterable[Path]) -> int:
    """The exit status: 2 if a file has mistakes, else 1 if one has a number that is not reproduced, or none that could
    be judged, else 0.
    """
    if list(bad):
        return 2
    return int(any(each.tally.failed or each.open for each in judged))


def report(judged: Sequence[Checked], bad: Iterable[Path]) -> list[str]:
    """The lines to print."""
    unread = list(bad)
    shown = [line for each in judged for line in (*printout.lines(each), "")]
    if len(judged) + len(unread) > 1:
        shown += [*printout.overview(judged, unread), ""]
    return [*shown, printout.legend()] if judged else shown


def judge(
    found: Sequence[Submission], config: Config, complete: bool = True
) -> tuple[tuple[Checked, ...], tuple[str, ...]]:
    """(the files that fit the data set at hand, each with its verdicts; the problems of the others).

    Unless the runs are complete, those count that are there.
    """
    manifest = dataset.read_manifest(RESULTS / "data")
    fit: list[Submission] = []
    problems: list[str] = []
    for each in found:
        unfit = list(submissions.unfit(each, config, manifest.name, manifest.training_images))
        problems += unfit
        if not unfit:
            fit.append(each)
    runs = submissions.wanted_runs(WANTED, config, RESULTS / "data" / dataset.MANIFEST)
    if not complete:
        runs = tuple(run for run in runs if (RESULTS / "runs" / run.key / "metrics.json").exists())
    table = runs_table(runs, records.read_all(RESULTS / "runs", runs))
    return tuple(_checked(fit, table)), tuple(problems)


def _checked(found: Sequence[Submission], runs: pd.DataFrame) -> Iterable[Checked]:
    """All files are judged at once, so that runs which many of them need are read once."""
    every = Published("", "", {}, tuple(cell for each in found for cell in each.published.cells), None, {})
    verdicts: list[JudgedCell] = list(cells.judge(every, runs))
    for each in found:
        count = len(each.published.cells)
        own, verdicts = tuple(verdicts[:count]), verdicts[count:]
        yield Checked(each.path, each.published.title, own, tuple(rates(each.published)))


def to_frame(judged: Iterable[Checked]) -> pd.DataFrame:
    """cells.csv with the file of each cell before it."""
    frames = [cells.to_frame(each.cells).assign(file=shown(each.path)) for each in judged]
    return pd.concat(frames)[["file", *cells.COLUMNS]] if frames else pd.DataFrame(columns=["file", *cells.COLUMNS])


def keep_others_out() -> None:
    """Take the folder of checks until this process ends. Raises RunError if another check has it."""
    STATE.mkdir(parents=True, exist_ok=True)
    with locks.joining(STATE) as alone:
        if not alone:
            raise RunError("make check: expected no other check in this folder, found one. Hint: wait until it ends.")


def train(given: Sequence[str]) -> bool:
    """Let Snakemake make the data and the runs that are missing, and tell whether all were made.

    What it says goes to stderr. Raises InputError, or RunError if not even the data are there; it has said why.
    """
    command = [*launch.COMMAND, "check", "--cores", "all", "--keep-going", *given]
    ended = subprocess.run(command, env=os.environ | {"SUMMARY_FOLLOWS": "1"}, stdout=sys.stderr, check=False)  # noqa: S603 - no shell
    bad_input = ended.returncode == InputError.exit_status
    if bad_input or (ended.returncode and not (RESULTS / "data" / dataset.MANIFEST).exists()):
        failure = InputError if bad_input else RunError
        raise failure("make check: expected every run to be trained, found the problems above.")
    return not ended.returncode


def main() -> None:
    """Command line of make check."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("published", help="a file of printed numbers, or a folder of them")
    parser.add_argument("--snakemake", default="", help="options for Snakemake, as one text")
    a = parser.parse_args()

    def step() -> None:
        ended, lines = check(a.published, options.split(a.snakemake))
        sys.stdout.write("".join(f"{line}\n" for line in [*lines, MEANING[ended]]))
        sys.stdout.flush()
        sys.exit(ended)

    run_step(step)


if __name__ == "__main__":
    main()
