"""The verdicts on files of printed numbers, by the runs that there are of their protocols."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import pandas as pd

from pipeline.check import submissions
from pipeline.check.printout import Checked
from pipeline.check.rates import rates
from pipeline.check.submissions import DataAtHand, Runs, Submission
from pipeline.config.settings import Config, Configuration, Protocol, Split
from pipeline.data import dataset
from pipeline.errors import InputError
from pipeline.evidence import cells, readings
from pipeline.evidence.cells import JudgedCell
from pipeline.evidence.class_shares import ClassShares
from pipeline.evidence.readings import Samples
from pipeline.experiments import records
from pipeline.experiments.plan import Run
from pipeline.experiments.runs import runs_table
from pipeline.writeup.published import Published

DATA, RUNS, REPORT = map(Path, ("results/data", "results/runs", "report/results"))
MANIFEST = DATA / dataset.MANIFEST


@dataclass(frozen=True)
class Known:
    """What printed numbers are held against: the runs of each protocol, and the class shares of each split.

    `others` are further runs that tell how much runs differ.
    """

    config: Config
    data: str
    samples: Mapping[Protocol, Samples]
    shares: Mapping[Split, ClassShares]
    others: Samples

    @classmethod
    def read(cls, planned: Runs, config: Config, data: DataAtHand, complete: bool) -> Self:
        """What the runs on disk tell; unless they are complete, those that are there. Raises InputError."""
        samples = {}
        for protocol, runs in planned.items():
            there = runs if complete else tuple(filter(is_there, runs))
            samples[protocol] = readings.samples(runs_table(there, records.read_all(RUNS, there)))
        shares = {split: ClassShares.read(DATA, split) for split in {each.split for each, of in planned.items() if of}}
        return cls(config, data.name, samples, shares, spreads_of_report(data.fingerprint))

    def judged(self, submission: Submission) -> Checked:
        """A file by the runs that it asks for and by no others, so that its verdicts are the same in any company.

        Where one of its numbers is unusual, the further seeds that there are of that configuration count.
        """
        published = submission.published
        at_first = self.cells(published)
        doubtful = unusual(at_first)
        reason = submissions.foreign(published, self.config, self.data)
        judged = self.cells(published, doubtful)
        return Checked(
            path=submission.path,
            title=published.title,
            data=published.data,
            protocol=published.protocol,
            stated=published.stated,
            cells=tuple(replace(each, reason=reason) for each in judged) if reason else judged,
            rates=tuple(rates(published)),
            doubtful=doubtful,
            at_first=cells.tally(at_first).outside,
        )

    def verdicts(self, published: Published) -> tuple[JudgedCell, ...]:
        """The verdicts on a file as `judged` has them."""
        return self.cells(published, unusual(self.cells(published)))

    def cells(self, published: Published, more: Collection[Configuration] = ()) -> tuple[JudgedCell, ...]:
        """The verdicts on printed numbers by as many seeds as config.yaml says, of the configurations `more` by all."""
        of_protocol = self.samples.get(published.protocol, {}) if published.data == self.data else {}
        asked = {one: of_protocol[one] for one in published.configurations if one in of_protocol}
        counted = {one: of if one in more else of.to_seed(self.config.replicates) for one, of in asked.items()}
        printed = replace(published, rates_of_change=None)  # which its own table judges
        return cells.judge(printed, counted, self.shares.get(published.protocol.split), self.others)


def unusual(judged: Iterable[JudgedCell]) -> tuple[Configuration, ...]:
    """The configurations with a number outside the interval of its cell, each once."""
    outside = (each for each in judged if each.verdict in ("unusual", "not reproduced"))
    return tuple(dict.fromkeys(one for each in outside for one in each.configurations))


def is_there(run: Run) -> bool:
    """Whether a run is trained."""
    return (RUNS / run.key / "metrics.json").exists()


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
