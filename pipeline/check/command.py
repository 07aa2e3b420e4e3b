"""make check: hold the numbers that others print against runs, training only what nobody has trained yet.

    python -m pipeline.check.command someone.yaml

Exit status: 0 if no number that could be judged fails to be reproduced (one that is unusual for its runs alone does not
count), 1 if one does, if none of a file could be judged or if a run failed, 2 for a mistake in a file.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
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
from pipeline.config.settings import Config, Configuration
from pipeline.data import dataset
from pipeline.errors import InputError, RunError, shown
from pipeline.evidence import cells, readings
from pipeline.evidence.cells import JudgedCell
from pipeline.evidence.class_shares import ClassShares
from pipeline.evidence.readings import Samples
from pipeline.experiments import records
from pipeline.experiments.runs import runs_table
from pipeline.experiments.tidy import to_csv
from pipeline.files import locks
from pipeline.files.sealed import write_text

MEANING = {
    0: "Exit status 0: every file that could be judged may come from such runs.",
    1: "Exit status 1: a number is not reproduced, none of a file could be judged, or a run failed, as told above.",
    2: "Exit status 2: a file has mistakes, named above; the others are judged.",
}
RESULTS, REPORT, CONFIG, STATE = map(Path, ("results", "report/results", "config.yaml", "results/check"))


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
        if doubtful := {one for each in judged for one in each.doubtful}:
            submissions.write_wanted(WANTED, found, doubtful)
            complete = train(given)
            judged, _ = judge(found, config, complete)
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
    shares, others = ClassShares.read(RESULTS / "data", config.split), spreads_of_report(manifest.fingerprint)
    return tuple(_checked(fit, config, table, shares, others)), tuple(problems)


def _checked(
    found: Iterable[Submission], config: Config, runs: pd.DataFrame, shares: ClassShares, others: Samples
) -> Iterator[Checked]:
    """Each file by the runs that it asks for and by no others, so that its verdicts are the same in any company.

    Where one of its numbers is unusual, the further seeds that there are of that configuration count.
    """
    samples = readings.samples(runs)
    for each in found:
        asked = {one: samples[one] for one in each.published.configurations if one in samples}
        first = {one: sample.to_seed(config.replicates) for one, sample in asked.items()}
        printed = replace(each.published, rates_of_change=None)  # which its own table judges
        at_first = cells.judge(printed, first, shares, others)
        doubtful = unusual(at_first)
        judged = cells.judge(printed, first | {one: asked[one] for one in doubtful}, shares, others)
        counted = cells.tally(at_first)
        yield Checked(each.path, each.published.title, judged, tuple(rates(each.published)), doubtful, counted.outside)


def unusual(judged: Iterable[JudgedCell]) -> tuple[Configuration, ...]:
    """The configurations with a number outside the interval of its cell, each once."""
    outside = (each for each in judged if each.verdict in ("unusual", "not reproduced"))
    return tuple(dict.fromkeys(one for each in outside for one in each.configurations))


def spreads_of_report(fingerprint: str) -> Samples:
    """The runs of the published report, which tell how much runs differ; none if it is of other data or not there.

    Raises InputError if its files are not what the build writes.
    """
    manifest, runs = REPORT / "data" / dataset.MANIFEST, REPORT / "runs.csv"
    if not (manifest.exists() and runs.exists()):
        return {}
    try:
        if json.loads(manifest.read_text(encoding="utf-8"))["fingerprint"] != fingerprint:
            return {}
        return readings.samples(pd.read_csv(runs))
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{REPORT}: expected runs.csv and data/data.json of a build, found: {error!r}. Hint: `git checkout report`"
        ) from error


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
