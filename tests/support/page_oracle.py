"""What the page should show: the numbers of a results folder, read and rounded here, with none of the page's own code.

Words that the page uses for metrics, parameters and experiments are written down once more.
"""

import functools
import itertools
import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from configuration import ROOT
from scipy import stats

METRICS = {
    "training_accuracy": "Training accuracy",
    "validation_accuracy": "Validation accuracy, last epoch",
    "best_validation_accuracy": "Validation accuracy, best epoch",
    "testing_accuracy": "Testing accuracy",
    "last_testing_accuracy": "Testing accuracy, last epoch",
}
SHORT = {  # in the name of a printed cell
    "training_accuracy": "training accuracy",
    "validation_accuracy": "validation accuracy (last)",
    "best_validation_accuracy": "validation accuracy (best)",
    "testing_accuracy": "testing accuracy",
    "last_testing_accuracy": "testing accuracy (last)",
}
SYMBOLS = {"learning_rate": "η", "reg": "λ"}
WORDS = {
    "learning_rate": "learning rate",
    "reg": "regularization coefficient",
    "batch_size": "batch size",
    "hidden": "hidden units",
    "epochs": "epochs",
}
PARAMETERS = tuple(WORDS)
TUNED = ("learning_rate", "reg", "batch_size")
BEST = "best_validation_accuracy"


def number(text: Any) -> float:
    """0.6767 for 5e^-2."""
    if power := re.fullmatch(r"([\d.]*)e\^(-?[\d.]+)", str(text)):
        return float(power[1] or 1) * math.exp(float(power[2]))
    return float(text)


def written(value: Any) -> str:
    """As the configuration has it, a zero before the point."""
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    return f"0{text}" if text.startswith(".") else text


def setting(parameter: str, value: Any) -> str:
    """η = e^-1, or batch size 64."""
    if parameter in SYMBOLS:
        return f"{SYMBOLS[parameter]} = {written(value)}"
    return f"{WORDS[parameter]} {written(value)}"


def fixed(value: float, digits: int = 4) -> str:
    return f"{value:.{digits}f}"


def points(value: float) -> str:
    """A difference of accuracies, without its sign."""
    return f"{abs(value) * 100:.2f} percentage points"


def significant(value: float, digits: int = 3) -> str:
    """So many digits that count: 0.0123, 1.23, 12.3."""
    if value == 0:
        return "0"
    rounded = float(f"{value:.{digits}g}")
    return f"{rounded:.{max(digits - 1 - math.floor(math.log10(rounded)), 0)}f}"


def times(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def title(name: str) -> str:
    return name.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Estimate:
    """A mean over finished seeds with the standard deviation of a sample."""

    mean: float
    sd: float
    n: int
    diverged: int

    @property
    def cell(self) -> str:
        if not self.n:
            return "diverged"
        text = fixed(self.mean) + (f" ± {fixed(self.sd)}" if self.n > 1 else "")
        return text + (f" ({self.diverged} of {self.n + self.diverged} diverged)" if self.diverged else "")


@dataclass(frozen=True)
class Configuration:
    """One point of an experiment: its parameters as they are written. `trained` are all runs, `runs` those shown."""

    experiment: str
    values: dict[str, Any]
    varied: tuple[str, ...]
    runs: pd.DataFrame
    history: pd.DataFrame
    trained: pd.DataFrame

    @property
    def label(self) -> str:
        return ", ".join(setting(name, self.values[name]) for name in self.varied)

    @property
    def caption(self) -> str:
        """The same, with the parameters that are tuned where the experiment varies nothing."""
        return ", ".join(setting(name, self.values[name]) for name in self.varied or TUNED)

    def __getitem__(self, metric: str) -> Estimate:
        finished = self.runs[self.runs["status"] == "ok"]
        found = finished[metric].astype(float)
        spread = float(found.std(ddof=1)) if found.nunique() > 1 else 0.0
        return Estimate(float(found.mean()), spread, len(found), len(self.runs) - len(found))

    def of_seeds_after(self, last: int) -> "Configuration":
        """The same, told by further seeds alone."""
        runs, history = (table[table["seed"] > last] for table in (self.runs, self.history))
        return replace(self, runs=runs, history=history)

    @property
    def finished(self) -> bool:
        return bool((self.runs["status"] == "ok").all())

    def course(self, column: str) -> pd.DataFrame:
        """What the finished seeds recorded: a row for each epoch, a column for each seed."""
        ended = set(self.runs.loc[self.runs["status"] == "ok", "key"])
        return self.history[self.history["key"].isin(ended)].pivot_table(index="epoch", columns="seed", values=column)


@dataclass(frozen=True)
class Experiment:
    name: str
    varied: tuple[str, ...]
    configurations: tuple[Configuration, ...]
    seeds: int
    best_of: str | None

    def values(self, parameter: str) -> list[Any]:
        """What is searched of a parameter, in the order of the file."""
        return list(dict.fromkeys(c.values[parameter] for c in self.configurations))

    @property
    def ranked(self) -> list[Configuration]:
        """Those of which every seed finished, the highest validation accuracy first."""
        return sorted((c for c in self.configurations if c.finished), key=lambda c: -c[BEST].mean)


class Results:
    """A results folder."""

    def __init__(
        self,
        folder: Path,
        config: Path | None = None,
        benchmark: Path | None = None,
        packages: Sequence[tuple[str, str, str, bool]] = (),  # name, version, locked one, asked for by the project
    ) -> None:
        self.folder, self.benchmark, self.packages = folder, benchmark, packages
        self.config: dict[str, Any] = json.loads((config or folder / "config.json").read_text())

    def json(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text())

    @functools.cache  # noqa: B019 - a folder lives as long as the tests
    def csv(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.folder / name)

    @functools.cached_property
    def runs(self) -> pd.DataFrame:
        return self.csv("runs.csv")

    @functools.cached_property
    def has_histories(self) -> bool:
        return (self.folder / "histories.csv").is_file()

    @functools.cached_property
    def histories(self) -> pd.DataFrame:
        if self.has_histories:
            return self.csv("histories.csv")
        return pd.DataFrame(columns=["experiment", *PARAMETERS, "key", "seed", "epoch"])

    @property
    def data(self) -> dict[str, Any]:
        return self.json("data/data.json")

    @property
    def sizes(self) -> tuple[int, int]:
        """How many images train and validate."""
        validation = round(self.data["training_images"] * self.config["split"]["validation_fraction"])
        return self.data["training_images"] - validation, validation

    @functools.cached_property
    def experiments(self) -> dict[str, Experiment]:
        return {name: self._experiment(name, tree) for name, tree in self.config["experiments"].items()}

    def _experiment(self, name: str, tree: dict[str, Any]) -> Experiment:
        kind = next(kind for kind in ("sweep", "grid", "single", "best_of") if kind in tree)
        default = {
            "hidden": self.config["network"]["hidden"],
            "epochs": tree.get("epochs", self.config["epochs"]),
            **self.config["defaults"],
        }
        if kind == "best_of":
            searched = self.config["experiments"][tree["best_of"]]["grid"]
            points = [
                {p: self._as_written(value, searched.get(p, ())) for p, value in point.items()}
                for point in self.json("selection/selection.json")[name]
            ]
            varied = tuple(searched)
        elif kind == "single":
            points, varied = [tree["single"]], ()
        else:
            varied = tuple(tree[kind])
            points = [dict(zip(varied, p, strict=True)) for p in itertools.product(*tree[kind].values())]
        seeds = tree.get("replicates", self.config["replicates"])
        found = tuple(self._configuration(name, default | point, varied) for point in points)
        if kind == "best_of":
            choosing = self.config["experiments"][tree["best_of"]].get("replicates", self.config["replicates"])
            if seeds - choosing >= 2:  # those that chose it would flatter it
                found = tuple(each.of_seeds_after(choosing) for each in found)
        return Experiment(name, varied, found, seeds, tree.get("best_of"))

    @staticmethod
    def _as_written(value: float, searched: Sequence[Any]) -> Any:
        return next((text for text in searched if math.isclose(number(text), value)), value)

    def _configuration(self, experiment: str, values: dict[str, Any], varied: tuple[str, ...]) -> Configuration:
        def own(table: pd.DataFrame) -> pd.DataFrame:
            chosen = table[table["experiment"] == experiment]
            for name in PARAMETERS:
                wanted = number(values[name])
                chosen = chosen[(chosen[name] - wanted).abs() <= 1e-12 + 1e-9 * abs(wanted)]
            return chosen

        runs = own(self.runs)
        return Configuration(experiment, values, varied, runs, own(self.histories), runs)

    @property
    def shown(self) -> dict[str, Any]:
        return {name: table for name, table in self.config["tables"].items() if table}

    @property
    def further(self) -> list[Experiment]:
        """The experiments that have no section or table of their own and are not there for the evidence."""
        shown = self.shown
        named = {*shown.get("evidence", ())}
        for table in ("learning_rates", "regularization"):
            if table in shown:
                named |= {shown[table]["experiment"], shown[table].get("critical")}
        if "tuning" in shown:
            named |= {shown["tuning"]["best"], shown["tuning"]["default"], *shown["tuning"].get("others", ())}
            named.add(self.grid.name)
        return [each for name, each in self.experiments.items() if name not in named]

    @property
    def grid(self) -> Experiment:
        best = self.experiments[self.shown["tuning"]["best"]]
        assert best.best_of is not None
        return self.experiments[best.best_of]

    @property
    def choosing_seeds(self) -> int:
        """How many seeds of the selected configuration chose it and are left out; 0 where they are shown."""
        best = self.experiments[self.shown["tuning"]["best"]]
        return int(best.configurations[0].runs["seed"].min()) - 1

    def keys(self, *chosen: Configuration) -> list[str]:
        """The keys of the runs of configurations, by seed, each once."""
        found = (key for each in chosen for key in each.runs.sort_values("seed")["key"])
        return list(dict.fromkeys(found))


# --- A grid by learning rate over batch size

RATIO = ("learning_rate", "batch_size")


@dataclass(frozen=True)
class RatioLine:
    """Accuracies by ratio, of combinations that are alike in all else; `searched` are all ratios, finished or not."""

    others: tuple[Any, ...]
    searched: tuple[float, ...]
    accuracies: dict[float, list[float]]

    @property
    def means(self) -> dict[float, float]:
        return {ratio: math.fsum(found) / len(found) for ratio, found in sorted(self.accuracies.items())}

    @property
    def best(self) -> float:
        return max(self.means, key=lambda ratio: self.means[ratio])

    @property
    def at_equal(self) -> float:
        return max(max(found) - min(found) for found in self.accuracies.values())

    @property
    def overall(self) -> float:
        every = [accuracy for found in self.accuracies.values() for accuracy in found]
        return max(every) - min(every)


def ratio_lines(grid: Experiment) -> list[RatioLine]:
    """A line for each combination of the other parameters; none where no ratio comes from two pairs."""
    if not set(RATIO) <= set(grid.varied):
        return []
    others = [name for name in grid.varied if name not in RATIO]

    def ratio(chosen: Configuration) -> float:
        return float(f"{number(chosen.values['learning_rate']) / number(chosen.values['batch_size']):.10g}")

    pairs = {tuple(number(c.values[name]) for name in RATIO): ratio(c) for c in grid.configurations}
    groups: dict[tuple[Any, ...], list[Configuration]] = {}
    for chosen in grid.configurations:
        groups.setdefault(tuple(chosen.values[name] for name in others), []).append(chosen)
    if len(set(pairs.values())) == len(pairs) or len(groups) > 6:
        return []
    lines = []
    for values, group in groups.items():
        accuracies: dict[float, list[float]] = {}
        for chosen in group:
            if chosen.finished:
                accuracies.setdefault(ratio(chosen), []).append(chosen[BEST].mean)
        lines.append(RatioLine(values, tuple(map(ratio, group)), accuracies))
    return [line for line in lines if line.accuracies]


def governing(grid: Experiment) -> list[RatioLine]:
    """The same where equal ratios differ by less than a tenth of what all do, on every line; else none."""
    lines = ratio_lines(grid)
    tell = all(max(map(len, line.accuracies.values())) > 1 and line.at_equal < line.overall / 10 for line in lines)
    return lines if tell else []


# --- What is clear, and how a curve goes


def clearly(first: Estimate, second: Estimate) -> bool | None:
    """Whether two means differ, by Welch's test at 5%; None where a single seed leaves it open."""
    if min(first.n, second.n) < 2:
        return None
    if first.sd == second.sd == 0:
        return first.mean != second.mean
    found = stats.ttest_ind_from_stats(first.mean, first.sd, first.n, second.mean, second.sd, second.n, equal_var=False)
    return bool(found.pvalue < 0.05)


def printed() -> dict[str, Any]:
    """The numbers of the write-up as the project has them."""
    path = ROOT / "pipeline/writeup/published.yaml"
    tree: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    return tree


def in_order(values: Sequence[Any], key: Callable[[Any], float]) -> Iterator[tuple[Any, Any]]:
    """Neighbours by falling key."""
    return itertools.pairwise(sorted(values, key=lambda value: -key(value)))
