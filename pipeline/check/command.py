"""make check: hold the numbers that others print against runs, training only what nobody has trained yet.

    python -m pipeline.check.command someone.yaml

Exit status: 0 if no number that could be judged fails to be reproduced (one that is unusual for its runs alone does not
count), 1 if one does, if none of a file could be judged or if a run failed, 2 for a mistake in a file.
"""

import argparse
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from pipeline.analysis import intervals
from pipeline.check import explanation, forecast, judging, pages, printout, progress, protocols, submissions
from pipeline.check.judging import MANIFEST, RUNS, Known
from pipeline.check.printout import Checked
from pipeline.check.submissions import WANTED, DataAtHand, Mistakes, Runs, Submission, Wanted
from pipeline.cli.console import logger, run_step
from pipeline.config import load as configuration_file
from pipeline.config import options, overrides
from pipeline.config.settings import Config, Configuration, Protocol
from pipeline.errors import InputError, RunError, shown
from pipeline.evidence import cells
from pipeline.experiments.tidy import to_csv
from pipeline.files import locks
from pipeline.files.sealed import write_json, write_text
from pipeline.writeup.published import Published

MEANING = {
    0: "Exit status 0: every file that could be judged may come from such runs.",
    1: "Exit status 1: a number is not reproduced, none of a file could be judged, or a run failed, as told above.",
    2: "Exit status 2: a file has mistakes, named above; the others are judged.",
}
CONFIG, STATE = Path("config.yaml"), Path("results/check")
INCOMPLETE = "make check: expected every run to be trained, found the problems above."


@dataclass(frozen=True)
class Options:
    """What a check is asked for: options for Snakemake, and which protocol files have that say none.

    `explain`: train what it takes to explain a file that fails. `dry`: only say what would be trained.
    """

    snakemake: Sequence[str] = ()
    protocol: str = protocols.DEFAULT
    explain: bool = False
    dry: bool = False


def check(name: str, options: Options) -> tuple[int, list[str]]:
    """Train what is missing and judge a file or a folder of files; (exit status, what to print).

    Mistakes in files are logged, a line each. Where runs fail, the others are judged by. Raises InputError or RunError
    if nothing can be judged.
    """
    given = overrides.arguments(["--cores", "all", *options.snakemake])
    config = configuration_file.load(CONFIG, overrides.of_options(options.snakemake))
    if config.replicates < intervals.FEWEST:
        raise InputError(
            f"config.yaml: replicates: expected at least {intervals.FEWEST}, from which a spread can be told, "
            f"found {config.replicates}."
        )
    found, mistakes = submissions.load(submissions.find(name), config, protocols.of(options.protocol, config))
    _log(mistakes)
    if options.dry or given.dryrun:
        runs = missing(submissions.wanted(each.published for each in found), config)
        return 2 if mistakes else 0, forecast.lines(runs, RUNS, given.cores) if found else []
    keep_others_out()
    judged, more, complete = _judged(found, config, options) if found else ((), {}, True)
    _log(more)
    mistakes = {**mistakes, **more}
    if not complete:
        logger.error(INCOMPLETE)
    write_text(STATE / "cells.csv", to_csv(to_frame(judged)))
    index = pages.write(judged, mistakes, Path(name))
    ended = printout.status(judged, mistakes) or int(not complete)
    told = [f"{index} has a page about each file and what they have in common."] if judged else []
    return ended, [*printout.report(judged, mistakes), *told, MEANING[ended]]


def _judged(
    found: Sequence[Submission], config: Config, options: Options
) -> tuple[tuple[Checked, ...], Mistakes, bool]:
    """(The files without mistakes, with verdicts; the mistakes of the others; whether every run was trained)."""
    files = {each.path: each.published for each in found}

    def by_runs(doubtful: Collection[tuple[Protocol, Configuration]]) -> tuple[tuple[Checked, ...], Mistakes, bool]:
        asked = submissions.wanted(files.values(), doubtful)
        complete = train(options.snakemake, asked, config)
        return *judge(found, asked, config, complete), complete

    judged, mistakes, complete = by_runs(())
    doubtful = {(each.protocol, one) for each in judged for one in each.doubtful}
    if doubtful:
        judged, mistakes, complete = by_runs(doubtful)
    needed = [one for each in judged for one in explanation.needed(files[each.path], each.cells, config)]
    if needed and options.explain:
        complete = train(options.snakemake, submissions.wanted([*files.values(), *needed], doubtful), config)
    return explained(judged, files, needed, config), mistakes, complete


def explained(
    judged: Iterable[Checked], files: Mapping[Path, Published], needed: Sequence[Published], config: Config
) -> tuple[Checked, ...]:
    """The files, each with the assumption that explains it, by the runs that there are."""
    every = [*files.values(), *needed]
    seeds = {(each.protocol, one) for each in every for one in each.configurations}
    data = DataAtHand.read(MANIFEST)
    known = Known.read(submissions.runs(submissions.wanted(every, seeds), config, data), config, data, complete=False)
    return tuple(
        replace(each, explanation=explanation.explain(files[each.path], each.cells, known.verdicts, config))
        for each in judged
    )


def _log(mistakes: Mistakes) -> None:
    for line in (line for lines in mistakes.values() for line in lines):
        logger.error(line)


def missing(asked: Iterable[Wanted], config: Config) -> Runs:
    """The runs that are asked for and not there; all of them before the data are."""
    data = DataAtHand.read(MANIFEST) if MANIFEST.exists() else DataAtHand.expected(config)
    planned = submissions.runs(asked, config, data)
    return {
        protocol: tuple({run.key: run for run in runs if not judging.is_there(run)}.values())
        for protocol, runs in planned.items()
    }


def judge(
    found: Iterable[Submission], asked: Iterable[Wanted], config: Config, complete: bool = True
) -> tuple[tuple[Checked, ...], Mistakes]:
    """(The files without mistakes, each with its verdicts; the mistakes of the others).

    Unless the runs are complete, those count that are there.
    """
    data = DataAtHand.read(MANIFEST)
    mistakes = {each.path: lines for each in found if (lines := tuple(submissions.unfit(each, data)))}
    known = Known.read(submissions.runs(asked, config, data), config, data, complete)
    return tuple(known.judged(each) for each in found if each.path not in mistakes), mistakes


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


def train(given: Sequence[str], asked: Sequence[Wanted], config: Config) -> bool:
    """Let Snakemake make the data and the runs that are missing, and tell whether all were made.

    Raises InputError, or RunError if not even the data are there; it has said why.
    """
    write_json(WANTED, asked)
    ended = progress.train(given, lambda: sum(map(len, missing(asked, config).values())) if MANIFEST.exists() else None)
    bad_input = ended == InputError.exit_status
    if bad_input or (ended and not MANIFEST.exists()):
        failure = InputError if bad_input else RunError
        raise failure(INCOMPLETE)
    return not ended


def main() -> None:
    """Command line of make check."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("published", help="a file of printed numbers, or a folder of them")
    parser.add_argument("--protocol", default=protocols.DEFAULT, help="that of files which say none: course or config")
    parser.add_argument("--explain", action="store_true", help="train what it takes to explain a file that fails")
    parser.add_argument("--dry", action="store_true", help="only say what would be trained, and for how long")
    parser.add_argument("--snakemake", default="", help="options for Snakemake, as one text")
    a = parser.parse_args()

    def step() -> None:
        ended, lines = check(a.published, Options(options.split(a.snakemake), a.protocol, a.explain, a.dry))
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()
        sys.exit(ended)

    run_step(step)


if __name__ == "__main__":
    main()
