"""Checks of the sentences of a finished page: every number in them is accounted for by the results.

A Fact is a number as it reads, with its unit, and what has to stand near it. Each number of a section has to be one of
the section's facts, in words that fit it, and facts that are wanted have to be told. A sentence may be put otherwise as
long as its number, the name of what it is of and its direction are there.
"""

import functools
import itertools
import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import page_pictures
import pandas as pd
from page_checks import (
    RATE,
    SYMBOLS,
    Case,
    Check,
    adds_to,
    broad,
    cell_name,
    cells_of,
    fail,
    neighbours,
    over_seeds,
    randomisation,
    statements,
    together,
)
from page_oracle import (
    BEST,
    METRICS,
    RATIO,
    TUNED,
    Configuration,
    RatioLine,
    Results,
    clearly,
    fixed,
    governing,
    number,
    points,
    setting,
    significant,
    title,
    written,
)
from page_oracle import times as counted
from scipy import stats

CHECKS: list[Check] = []
check = adds_to(CHECKS)

SETTING = r"(?:[ηλp] = |batch size |hidden units )(?:\d*\.?\d*e\^-?\d+|\d+(?:\.\d+)?)"
UNITS = r" percentage points| points|%| epochs?\b| runs?\b| images?\b| times as many| times\b"
NUMBER = re.compile(
    rf"{SETTING}|\d*\.?\d*e\^-?\d+"
    rf"|(?<![\w.^_/])-?\d+(?:,\d{{3}})*(?:\.\d+)?(?: ± \d+\.\d+)?(?: \(\d+ of \d+ diverged\))?(?:{UNITS})?"
)
STRUCTURE = re.compile(  # numbers of the page's own parts, which are checked where they are links
    r"(?:Tables?|Figures?|Sections?|Appendix) [A-Z]?\.?\d+(?:\.\d+)*|\(\d{1,2}\)|\[[^\]]*\]|http\S+|\b\w+_\d\b|arXiv\S+"
    r"|(?:LeCun et al\.|Georgia Institute of Technology|Zhang et al\.), \d{4}(?:, section \d\.\d)?|Burki \(\d{4}\)"
    r"|[\w‖]\^\d|\w+/\d\b|1 - ηλ"
)
END = re.compile(r"(?<=[.?;:]) ")


@dataclass(frozen=True)
class Fact:
    """A number as it reads; `near` is what its clause has to hold, `never` what it must not, with # for the number."""

    text: str
    near: str = ""
    never: str = ""
    wanted: bool = True


@dataclass(frozen=True)
class Told:
    """A number where it stands: its clause, with # in its place."""

    text: str
    clause: str


def numbers(text: str) -> Iterator[Told]:
    """The numbers of a text, each with its clause."""
    bare = STRUCTURE.sub(lambda found: "§" * 2, text)
    for clause in END.split(bare):
        for found in NUMBER.finditer(clause):
            yield Told(found[0].strip(), f"{clause[: found.start()]}#{clause[found.end() :]}")


def explained(where: str, text: str, facts: Sequence[Fact]) -> None:
    """Every number is one of the facts, in words that fit, and every fact that is wanted is told."""
    told = list(numbers(text))
    for each in told:
        alike = [fact for fact in facts if fact.text == each.text]
        clause = each.clause.replace("#", f"[{each.text}]", 1)
        if not alike:
            fail(f"{where}: nothing in the results explains {each.text!r} in {clause!r}")
        if not any(_fits(fact, each) for fact in alike):
            wanted = " or ".join(sorted({f"{f.near!r}, not {f.never!r}" for f in alike}))
            fail(f"{where}: {each.text!r} is told of something else, wanted near {wanted}: {clause!r}")
    for fact in facts:
        if fact.wanted and not any(fact.text == each.text and _fits(fact, each) for each in told):
            fail(f"{where}: the results have {fact.text!r} (near {fact.near!r}), which the page does not say: {text!r}")


def _fits(fact: Fact, told: Told) -> bool:
    near = not fact.near or re.search(fact.near, told.clause)
    return bool(near) and not (fact.never and re.search(fact.never, told.clause))


def loose(*texts: object, near: str = "") -> list[Fact]:
    """Facts that may be told."""
    return [Fact(str(text), near, wanted=False) for text in texts]


def place(value: float) -> str:
    """What a difference has to be called after its number."""
    return "# above" if value >= 0 else "# below"


# --- What the curves show


@dataclass(frozen=True)
class Course:
    """The last epochs of a configuration, as means over the seeds."""

    chosen: Configuration

    def mean(self, column: str) -> "pd.Series[float]":
        return self.chosen.course(column).mean(axis=1)

    @property
    def epochs(self) -> int:
        return int(number(self.chosen.values["epochs"]))

    @property
    def late(self) -> int:
        return min(3, self.epochs - 1)

    @property
    def gain(self) -> float:
        curve = self.mean("validation_accuracy")
        return float(curve.iloc[-1] - curve.iloc[-1 - self.late])

    @property
    def loss_fall(self) -> float:
        losses = self.chosen.course("training_loss")
        return float((1 - losses.iloc[-1] / losses.iloc[-2]).mean())

    @property
    def falls(self) -> float:
        steps = self.chosen.course("validation_accuracy").diff().iloc[1:]
        return float((steps < 0).sum().mean())

    @property
    def settled(self) -> int:
        curve = self.mean("validation_accuracy")
        return int(curve.index[curve >= curve.max() - 0.01][0])

    @property
    def gap(self) -> float:
        return float(self.mean("training_accuracy").iloc[-1] - self.mean("validation_accuracy").iloc[-1])

    @property
    def crossings(self) -> float:
        ahead = self.chosen.course("training_accuracy") > self.chosen.course("validation_accuracy")
        return float((ahead != ahead.shift()).iloc[1:].sum().mean())

    @property
    def near(self) -> float:
        """The epoch in which a run comes near its best, on average."""
        curves = self.chosen.course("validation_accuracy")
        return float((curves >= 0.95 * curves.max()).idxmax().mean())

    @property
    def lowest_loss(self) -> int:
        return int(self.mean("validation_loss").idxmin())

    @property
    def loss_rises(self) -> bool | None:
        loss = self.chosen.course("validation_loss")
        differences = (loss.iloc[-1] - loss.loc[self.lowest_loss]).to_numpy()
        if len(differences) < 2:
            return None
        low = stats.t.interval(0.95, len(differences) - 1, differences.mean(), stats.sem(differences))[0]
        return bool(low > 0)


def _decimals(values: Sequence[object], text: str) -> list[Fact]:
    """The values of a sweep in decimals, in their order, where some are powers of e."""
    if not any("e^" in str(value) for value in values):
        return []
    decimals = [f"{number(value):.4g}" for value in values]
    _says("the values in decimals", text, re.escape(f"{', '.join(decimals[:-1])} and {decimals[-1]}"))
    return [Fact(decimal, "(?i)in decimals") for decimal in decimals]


# --- Section 3.1


@check
def section_3_1_tells_of_the_rates_what_their_runs_show(case: Case) -> None:
    if not case.results.has_histories or "learning_rates" not in case.results.shown:
        return
    experiment = case.results.experiments[case.results.shown["learning_rates"]["experiment"]]
    ranked = experiment.ranked
    rates = experiment.values("learning_rate")
    facts = _decimals(rates, case.page.text("learning-rates"))
    best, worst = ranked[0], ranked[-1]
    by_rate = sorted(ranked, key=lambda c: number(c.values["learning_rate"]))
    small, large = by_rate[0], by_rate[-1]
    short, long = Course(small), Course(large)
    if best[BEST].mean == worst[BEST].mean:
        facts.append(Fact(best[BEST].cell, "same validation accuracy.*#", wanted=len(ranked) > 1))
    else:
        facts += [
            Fact(best.label, r"# (?:does|is|do) best"),
            Fact(best[BEST].cell, r"best \(#\)"),
            Fact(worst.label, r"# (?:does |is )?worst"),
            Fact(worst[BEST].cell, r"worst \(#\)"),
        ]
    facts += [Fact(c.label, "diverged with.*#") for c in experiment.configurations if not c.finished]
    verdicts = {c.label: clearly(best[BEST], c[BEST]) for c in ranked[1:]}
    close = [c for c in ranked[1:] if verdicts[c.label] is False]
    apart = [c for c in ranked[1:] if verdicts[c.label]]
    if close and apart and None not in verdicts.values():
        facts += [Fact(c.label, "#.*cannot be told apart from the best") for c in close]
        facts += [Fact(c.label, "#.* clearly below", "cannot be told") for c in apart]
        testing = [c["testing_accuracy"].mean for c in (best, *close)]
        facts.append(Fact(points(max(testing) - min(testing)), "testing.*within #"))
    facts += _smallest(case, small, best)
    facts += [
        Fact(f"{long.falls:.1f} times", rf"validation accuracy falls # in .* with {re.escape(large.label)}"),
        Fact(f"{short.falls:.1f} times", rf"# with {re.escape(small.label)}"),
        Fact(counted(long.epochs, "epoch"), rf"in # with {re.escape(large.label)}"),
        Fact(large.label, rf"falls {long.falls:.1f} times in .* with #"),
        Fact(small.label, rf"{short.falls:.1f} times with #"),
        Fact("1.00 percentage points", "(?i)comes within # of its best validation accuracy"),
        Fact(str(long.settled), "largest rate.*in epoch #, the smallest"),
        Fact(str(short.settled), "smallest in epoch #"),
    ]
    facts += _times_each(ranked, "change sides", "crossings")
    if apart and None not in verdicts.values():
        facts += [Fact(c.label, r"^(?:.* or |.*, )?#(?:, .*| or .*)?:$") for c in (best, *close)]
    text = case.page.text("learning-rates")
    facts += _common_noise(ranked, text)
    explained("Section 3.1", text, facts)
    _roughness(text, long.falls - short.falls)
    _says("Section 3.1", text, "Which rate to take")


def _smallest(case: Case, small: Configuration, best: Configuration) -> list[Fact]:
    """How far the smallest rate is below the best, and how its curve ends."""
    short = Course(small)
    against = clearly(small[BEST], best[BEST])
    if small is best or not against:
        return []
    lack = small[BEST].mean - best[BEST].mean
    facts = [
        Fact(small.label, "(?i)with #.*best validation accuracy"),
        Fact(points(lack), rf"{re.escape(small.label)} the best validation accuracy is {place(lack)} that of"),
        Fact(best.label, "below that of #"),
    ]
    if small[BEST].mean >= case.results.data["largest_class"] + 0.05:
        direction = "risen" if short.gain > 0.002 else "falls" if short.gain < -0.002 else None
        if direction:
            facts.append(Fact(points(short.gain), rf"validation accuracy (?:has )?{direction}.*#"))
            facts.append(Fact(counted(short.late, "epoch"), f"{direction}.*over the last #"))
            if direction == "risen" and short.gain > Course(best).gain:
                facts.append(Fact(best.label, "more than that of #"))
        if direction != "falls" and short.loss_fall > 0:
            wanted = direction == "risen" or short.loss_fall > 0.01
            facts.append(Fact(f"{short.loss_fall:.1%}", "training loss still falls.*#", wanted=wanted))
    return facts


def _roughness(text: str, more: float) -> None:
    """Whether the curve of the largest rate falls more often than that of the smallest."""
    words = ("largest rate gives a rougher curve", "largest rate gives a smoother curve", "equally smooth")
    wanted = words[0] if more >= 1 else words[1] if more <= -1 else words[2]
    _says("Section 3.1", text, wanted, never="|".join(each for each in words if each != wanted))


def _times_each(shown: Sequence[Configuration], what: str, number_of: str) -> list[Fact]:
    """A number of times, as a mean over the seeds, told of each configuration."""
    facts = []
    for chosen in shown:
        count = f"{getattr(Course(chosen), number_of):.1f} times"
        facts.append(Fact(count, rf"{what} .*# with {re.escape(chosen.label)}"))
        facts.append(Fact(chosen.label, rf"{what} .*{re.escape(count)} with #"))
    return facts


def _common_noise(ranked: Sequence[Configuration], text: str) -> list[Fact]:
    """The rates whose changes of accuracy, less their mean over the seeds, go together most and least."""
    moves = []
    for chosen in ranked:
        changes = chosen.course("validation_accuracy").diff().dropna()
        moves.append(changes.sub(changes.mean(axis=1), axis=0).to_numpy())
    if min(min(each.shape) for each in moves) < 3:
        return []
    pairs = sorted(
        (float(stats.pearsonr(moves[a].ravel(), moves[b].ravel()).statistic), ranked[a].label, ranked[b].label)
        for a, b in itertools.combinations(range(len(ranked)), 2)
    )
    facts = [Fact(str(ranked[0][BEST].n), "mean over the # seeds")]
    for (correlation, *rates), rank in ((pairs[-1], "highest"), (pairs[0], "lowest")):
        facts.append(Fact(f"{correlation:.2f}", f"# between .*the {rank}"))
        facts += [Fact(rate, f"(?:between #|and #).*the {rank}") for rate in rates]
    alike = "order of the images moves accuracy alike"
    _says("Section 3.1", text, alike if pairs[-1][0] > 0.5 else "", never="" if pairs[-1][0] > 0.5 else alike)
    return facts


@check
def what_diverged_is_left_out_in_the_right_number(case: Case) -> None:
    for section in case.page.sections:
        for found in re.finditer(r"Training diverged with (.*?)\. (This|These) (\w+) (is|are) left out", section.text):
            many = len(re.findall(SETTING, found[1])) > 1 or "," in found[1]
            if (found[2] == "These", found[4] == "are", found[3].endswith("s")) != (many,) * 3:
                fail(f"{section.title}: {found[0]!r} is of {'several' if many else 'one'}")


@check
def a_sample_is_said_to_be_one(case: Case) -> None:
    told = "Built on a sample" in case.page.sections[0].text
    if told != case.results.data["fallback"]:
        fail(f"the first page says that the data are a sample: {told}")


def _says(where: str, text: str, wanted: str, never: str = "") -> None:
    if not re.search(wanted, text):
        fail(f"{where} does not say {wanted!r}: {text!r}")
    if never and re.search(never, text):
        fail(f"{where} should not say {never!r}: {text!r}")


# --- Section 3.2


@check
def section_3_2_tells_of_the_coefficients_what_their_runs_show(case: Case) -> None:
    if not case.results.has_histories or "regularization" not in case.results.shown:
        return
    results = case.results
    experiment = results.experiments[results.shown["regularization"]["experiment"]]
    falling = sorted(experiment.ranked, key=lambda c: -number(c.values["reg"]))
    if not falling:
        return
    coefficients = experiment.values("reg")
    facts = _decimals(coefficients, case.page.text("regularization"))
    facts += [Fact(c.label, "diverged with.*#") for c in experiment.configurations if not c.finished]
    steps = list(itertools.pairwise(falling))
    rises = [smaller[BEST].mean - larger[BEST].mean for larger, smaller in steps]
    text = case.page.text("regularization")
    analysis = text.split("Near zero weights")[0]
    if steps:
        largest = max(range(len(steps)), key=lambda n: abs(rises[n]))
        (larger, smaller), rise = steps[largest], rises[largest]
        facts += [
            Fact(larger.label, "largest change lies between #"),
            Fact(larger[BEST].cell, rf"between {re.escape(larger.label)} \(#\)"),
            Fact(smaller.label, r"largest change.* and # \("),
            Fact(smaller[BEST].cell, rf"and {re.escape(smaller.label)} \(#\)"),
            Fact(points(rise), "rise of #" if rise >= 0 else "fall of #"),
        ]
        clear_falls = [clearly(a[BEST], b[BEST]) for (a, b), r in zip(steps, rises, strict=True) if r < 0]
        if min(rises) >= 0:
            _says("Section 3.2", analysis, "No step to a smaller coefficient lowers", never="does not always help")
        elif any(clear_falls):
            _says("Section 3.2", analysis, "does not always help", never="No step")
        else:
            _says("Section 3.2", analysis, "not do so clearly", never="No step|does not always help")
    limit = results.data["largest_class"] + 0.05
    collapsed = [c for c in falling if c[BEST].mean < limit]
    facts += [Fact(c.label, "(?i)with .*#.* learns nothing|with # the network learns nothing") for c in collapsed]
    small = falling[-1]
    course = Course(small)
    widest = max(falling, key=lambda c: Course(c).gap)
    facts.append(
        Fact(points(course.gap), rf"smallest coefficient, training accuracy is {place(course.gap)} validation")
    )
    if widest is not small and Course(widest).gap > 0:
        facts += [
            Fact(widest.label, "with # it is"),
            Fact(points(Course(widest).gap), rf"with {re.escape(widest.label)} it is {place(1)}"),
        ]
    facts += [
        *loose(course.lowest_loss, course.epochs, near="loss is lowest in epoch"),
    ]
    if len(falling) > 1:
        facts += _times_each(falling, "validation accuracy falls", "falls")
    facts += _convergence(case, [c for c in falling if c not in collapsed], analysis)
    facts += _default(case, experiment.ranked[0], small, analysis)
    explained("Section 3.2", analysis, facts)
    told = [*_collapse(case), *(Fact(*each) for each in page_pictures.of_weights(case))]
    explained("Section 3.2, why coefficients collapse", text.split("Near zero weights")[1], told)
    if collapsed and collapsed == falling[: len(collapsed)] and len(collapsed) < len(falling):
        _says("Section 3.2", analysis, "penalty shrinks the weights", never="need not be the reason")
    elif not collapsed:
        _says("Section 3.2", analysis, "able to learn", never="learns nothing")


def _default(case: Case, best: Configuration, small: Configuration, analysis: str) -> list[Fact]:
    """Whether the default coefficient does better than all those of the sweep."""
    default = _default_below(case.results, small)
    if default is None:
        return []
    gain = default[BEST].mean - best[BEST].mean
    facts = [
        Fact(written(default.values["reg"]), "#,? the default|default, #"),
        Fact(default[BEST].cell, "default,.*(?:reaches|does) #", wanted=gain > 0),
    ]
    if clearly(default[BEST], best[BEST]) and gain > 0:
        facts.append(Fact(points(gain), "reaches.*# more"))
        _says("Section 3.2", analysis, "too large for this network")
    elif clearly(default[BEST], best[BEST]):
        _says("Section 3.2", analysis, "default.* clearly worse", never="too large for this network")
    return facts


def _convergence(case: Case, learned: Sequence[Configuration], text: str) -> list[Fact]:
    """When runs come near their best, with the coefficients that learn something and the default one."""
    results = case.results
    default = _default_below(results, learned[-1]) if learned else None
    named = [(c, c.label) for c in learned]
    facts = []
    if default:
        named.append((default, written(default.values["reg"])))
        free = _free_of_penalty(results, default)
        own = default.course("validation_accuracy").max()
        if min(len(own), len(free)) > 1:
            low, high = stats.ttest_ind(free, own, equal_var=False).confidence_interval()
            verb = "gains" if low > 0 else "loses" if high < 0 else "no clear difference"
            facts += [
                Fact(points(free.mean() - own.mean()), f"Without any penalty the default .*{verb}.*#"),
                Fact("95%", "# interval"),
                Fact(f"{low * 100:.2f}", "# to"),
                Fact(f"{high * 100:.2f}", "to #"),
            ]
    if len(named) < 2:
        return facts
    epochs = [Course(chosen).near for chosen, _ in named]
    facts.append(Fact("95%", "comes to # of its best"))
    for epoch, (_, name) in zip(epochs, named, strict=True):
        facts.append(Fact(f"{epoch:.1f}", rf"in epoch .*# with {re.escape(name)}"))
        facts.append(Fact(name, rf"in epoch .*{epoch:.1f} with #"))
    wanted = "not at every step" if epochs[-1] < epochs[0] else "does not make training converge faster"
    if all(b < a for a, b in itertools.pairwise(epochs)):
        wanted = "The smaller the coefficient, the faster"
    _says("Section 3.2", text, wanted)
    return facts


def _free_of_penalty(results: Results, chosen: Configuration) -> "pd.Series[float]":
    """The best validation accuracy of each seed that was trained alike, but without a penalty."""
    histories, epochs = results.histories, int(chosen.values["epochs"])
    alike = histories[(histories["epochs"] >= epochs) & (histories["epoch"] <= epochs) & (histories["reg"] == 0)]
    for parameter in ("learning_rate", "batch_size", "hidden"):
        alike = alike[(alike[parameter] - number(chosen.values[parameter])).abs() < 1e-12]
    return alike.groupby("seed")["validation_accuracy"].max()


def _default_below(results: Results, small: Configuration) -> Configuration | None:
    """The default configuration where it is the smallest coefficient's but for a still smaller coefficient."""
    if "tuning" not in results.shown:
        return None
    (default,) = results.experiments[results.shown["tuning"]["default"]].configurations
    alike = all(number(default.values[p]) == number(small.values[p]) for p in default.values if p != "reg")
    lower = number(default.values["reg"]) < number(small.values["reg"])
    return default if alike and lower and default.finished else None


def _undecided(table: pd.DataFrame, linear: dict[str, Any]) -> list[Fact]:
    """The rule by which a coefficient is left undecided, where one is."""
    if table["verdict"].dropna().str.contains("predicted").all():
        return []
    return [Fact("3%", r"within # of λ\*"), Fact(f"{math.sqrt(2 * linear['pixels']):.0f}", "factor of #")]


def _collapse(case: Case) -> list[Fact]:
    results = case.results
    linear, table = results.json("collapse/collapse.json"), results.csv("collapse/collapse.csv")
    critical = linear["critical"]
    experiment = results.experiments[results.shown["regularization"]["experiment"]]
    facts = [
        Fact(f"{linear['pixels']}", "# pixels"),
        Fact(f"{linear['classes']}", "# classes"),
        Fact(f"{linear['images']:,}", "# training images"),
        Fact(significant(critical, 4), r"λ\* is #"),
    ]
    facts += _undecided(table, linear)
    falling = sorted(experiment.configurations, key=lambda c: -number(c.values["reg"]))
    above = [c for c in falling if number(c.values["reg"]) >= critical]
    below = [c for c in falling if number(c.values["reg"]) < critical]
    if above and below:
        facts += [Fact(c.label, "#.* above it") for c in above]
        facts += [Fact(c.label, "above it and .*#.* below") for c in below]
    if below:
        nearest, *smaller = below
        epochs = [_growing(c, linear) for c in below[:2]]
        share = number(nearest.values["reg"]) / critical
        facts += [
            Fact(nearest.label, "nearest below is #"),
            Fact(f"{share:.0%}", "at # of it"),
            Fact(f"{epochs[0]} epochs", "factor e in #"),
        ]
        if smaller:
            facts += [
                Fact(smaller[0].label, "epochs, with # in"),
                Fact(epochs[1], rf"with {re.escape(smaller[0].label)} in #"),
            ]
            if share >= 0.8 and nearest.finished and smaller[0].finished:
                gain = smaller[0][BEST].mean - nearest[BEST].mean
                if gain > 0 and clearly(smaller[0][BEST], nearest[BEST]):
                    facts.append(Fact(points(gain), "validation accuracy # below that of"))
                    facts.append(Fact(smaller[0].label, "below that of #"))
    alike = ["reg", "learning_rate", "batch_size", "hidden", "epochs"]
    distinct = table.drop_duplicates(alike)
    starts = {significant(start) for start in distinct["w1_start"]}
    if len(starts) == 1:
        facts.append(Fact(starts.pop(), "value at the start, #"))
    decided = distinct[distinct["verdict"].isin(["as predicted", "not as predicted"])]
    runs, confirming = int(decided["n"].sum()), int(decided["as_predicted"].sum())
    if confirming == runs and runs > 1:
        facts.append(Fact(f"{runs} runs", "All # that can tell"))
        texts = _written_coefficients(case.results)
        for _, row in decided.iterrows():
            grew = row["reg"] < critical
            near, never = ("#.*norm grew", "") if grew else ("#.* it shrank", "#.*norm grew")
            facts.append(Fact(setting("reg", texts[row["reg"]]), near, never))
        for grew, words in ((True, "the norm grew"), (False, "it shrank")):
            own = decided[(decided["reg"] < critical) == grew].sort_values("reg", ascending=False)
            _listed(case, [setting("reg", texts[reg]) for reg in own["reg"]], words)
    elif runs:
        facts += [Fact(f"{runs} runs", "Of # that can tell"), Fact(str(confirming), "can tell, # behave")]
        facts += loose(*(setting("reg", text) for text in _written_coefficients(results).values()))
    open_ = distinct[distinct["verdict"] == "undecided"]
    texts = _written_coefficients(results)
    facts += [Fact(setting("reg", texts[reg]), "Undecided: .*#|#") for reg in open_["reg"]]
    told = re.search(r"Undecided: ([^.]*(?:\.\d[^.]*)*)\. ", case.page.text("regularization"))
    shown = re.findall(SETTING, told[1]) if told else []
    expected = [setting("reg", texts[reg]) for reg in open_.sort_values("reg", ascending=False)["reg"]]
    if shown != expected:
        fail(f"Section 3.2: undecided are {expected}; the page says {shown}")
    return facts


def _listed(case: Case, settings: Sequence[str], words: str) -> None:
    """Coefficients are listed from the largest to the smallest."""
    if settings:
        listed = f"{', '.join(settings[:-1])} and {settings[-1]}" if len(settings) > 1 else settings[0]
        _says("Section 3.2", case.page.text("regularization"), f"with {re.escape(listed)} {words}")


def _growing(chosen: Configuration, linear: dict[str, float]) -> str:
    """In how many epochs weights near zero grow by the factor e: 1 / (rate · learning rate · updates)."""
    rate = linear["critical"] - number(chosen.values["reg"])
    updates = math.ceil(linear["images"] / number(chosen.values["batch_size"]))
    return significant(1 / (rate * number(chosen.values["learning_rate"]) * updates), 2)


def _written_coefficients(results: Results) -> dict[float, str]:
    table = results.shown["regularization"]
    names = [name for name in (table["experiment"], table.get("critical")) if name]
    texts = {
        number(c.values["reg"]): written(c.values["reg"])
        for name in reversed(names)
        for c in results.experiments[name].configurations
    }
    values = results.csv("collapse/collapse.csv")["reg"]
    return {v: next(t for n, t in texts.items() if math.isclose(n, v, abs_tol=1e-12)) for v in values}


# --- Section 3.3


@check
def section_3_3_tells_what_tuning_gains_in_validation_and_in_testing(case: Case) -> None:
    if not case.results.has_histories or "tuning" not in case.results.shown:
        return
    results, tuning = case.results, case.results.shown["tuning"]
    (best,) = results.experiments[tuning["best"]].configurations
    (default,) = results.experiments[tuning["default"]].configurations
    grid = results.grid
    if not (best.finished and default.finished and grid.ranked):
        return
    gained = best[BEST].mean - default[BEST].mean
    tested = best["testing_accuracy"].mean - default["testing_accuracy"].mean
    clear, clear_tested = (
        clearly(best[BEST], default[BEST]),
        clearly(best["testing_accuracy"], default["testing_accuracy"]),
    )
    facts = [Fact(setting(p, best.values[p]), "selects .*#") for p in grid.varied or TUNED]
    facts += [
        Fact(best[BEST].cell, "validation accuracy of #"),
        Fact(best["testing_accuracy"].cell, "testing accuracy of #"),
    ]
    if len(grid.configurations) > 1:
        facts.append(Fact(f"{len(grid.configurations):,}", "Each of the # combinations"))
    text = case.page.text("tuning")
    if clear and gained > 0:
        facts.append(Fact(points(gained), "better than the default in validation, by #"))
        facts.append(Fact(points(tested), rf"in testing it is {place(tested)}"))
        if clear_tested and tested > 0:
            facts.append(Fact(points(gained), "better than the default, by # in validation"))
            facts.append(Fact(points(tested), "by # in testing"))
            _says("Section 3.3", text, "Tuning pays", never="do not show that tuning pays")
        else:
            facts.append(Fact(points(tested), rf"there the selected configuration is {place(tested)}"))
    elif clear:
        facts.append(Fact(points(gained), "worse than the default in validation, by #"))
        _says("Section 3.3", text, "do not show that tuning pays", never="Tuning pays")
    else:
        facts += loose(points(gained), near="in validation")
    chosen = [setting(p, best.values[p]) for p in grid.varied or TUNED]
    listed = f"{', '.join(chosen[:-1])} and {chosen[-1]}" if len(chosen) > 1 else chosen[0]
    _says("Section 3.3", text, f"selects {re.escape(listed)}")
    default_reg, searched = number(default.values["reg"]), [number(v) for v in grid.values("reg")]
    goes_down = "reg" in grid.varied and max(searched) <= default_reg and min(searched) < default_reg
    if goes_down != ("goes down from the default" in text):
        fail(f"Section 3.3: whether the search goes down from the default is {goes_down}; the page says otherwise")
    facts += _choice(case, best)
    lines = governing(grid)
    facts += _ratio(case, lines)
    for parameter in grid.varied:
        if not (lines and parameter in RATIO):
            facts += _marginal(case, parameter)
    facts += _unpenalized(case)
    facts += _trained_on(case)
    facts += _steps(case, best)
    facts += _learning(case, best, default)
    facts += [Fact(*each) for each in page_pictures.of_mistakes(case)]
    explained("Section 3.3", text, facts)


def _choice(case: Case, best: Configuration) -> list[Fact]:
    """How many others of the grid could have been chosen."""
    grid = case.results.grid
    in_grid = next(c for c in grid.configurations if all(number(c.values[p]) == number(best.values[p]) for p in TUNED))
    rivals = _rivals(best, grid.ranked)
    facts: list[Fact] = []
    if rivals:
        facts = [
            Fact(f"{rivals:,}", "# other combinations? comes? so near"),
            Fact(in_grid[BEST].cell, "In the grid the selected one reached #"),
        ]
        lucky = in_grid[BEST].mean > best[BEST].mean
        told = bool(re.search("more than its mean over the (?:other )?seeds", case.page.text("tuning")))
        if lucky != told:
            fail(f"Section 3.3: in the grid {in_grid[BEST].mean}, over the seeds {best[BEST].mean}, told lucky: {told}")
    return facts


def _ratio(case: Case, lines: Sequence[RatioLine]) -> list[Fact]:
    """What is said of learning rate over batch size, and whether a wider search goes there; nothing without lines."""
    text = case.page.text("tuning")
    if not lines:
        if "Learning rate over batch size:" in text:
            fail("Section 3.3: accuracy does not follow learning rate over batch size; the page says it does")
        return []
    item = next(p for s in case.page.sections for p in s.paragraphs if p.startswith("Learning rate over batch size:"))
    pattern = r"differ by at most ([^;]*?) percentage points.*?, all by (.*?)\."
    pattern += r" The highest accuracy is that of the ratio ([^;]*);"
    found = re.search(pattern, item)
    equal, overall, best = found.groups() if found else ("", "", "")
    numbers_of = functools.partial(re.findall, r"[\d.]*\d")
    where = "Section 3.3, learning rate over batch size"
    for told, values in ((equal, [n.at_equal for n in lines]), (overall, [n.overall for n in lines])):
        if numbers_of(told) != [f"{value * 100:.2f}" for value in values]:
            fail(f"{where}: {values} are told as {told!r}")
    ends = sorted({float(significant(n.best, 2)) for n in lines})
    if [float(n) for n in numbers_of(best)] != sorted({ends[0], ends[-1]}):
        fail(f"{where}: the best ratios are {ends}; the page says {best!r}")
    inside = all(min(n.searched) < n.best < max(n.searched) for n in lines)
    if inside != ("inside the range searched" in item) or inside == ("ratios of learning rate to" in text):
        fail(f"{where}: the best ratios lie inside the range searched: {inside}; the page says {item!r}")
    lost = [f"{(n.means[n.best] - list(n.means.values())[-1]) * 100:.2f}" for n in lines]
    facts = loose(*lost, near="at the largest ratio accuracy is lower by") if inside else []
    facts += loose(*(f"{n.at_equal * 100:.2f}" for n in lines), *(f"{n.overall * 100:.2f}" for n in lines))
    facts += loose(*(f"{text} percentage points" for text in (*numbers_of(equal), *lost)), *numbers_of(best))
    names = [setting(p, v) for n in lines for p, v in zip(_others(case), n.others, strict=True)]
    return [*facts, *loose(*names)]


def _others(case: Case) -> list[str]:
    return [name for name in case.results.grid.varied if name not in RATIO]


def _unpenalized(case: Case) -> list[Fact]:
    """What the first row of Table 7, but for the default, gains without its penalty in as many epochs."""
    results = case.results
    for chosen in _tuned_rows(case):
        epochs = int(chosen.values["epochs"])
        with_it, without = chosen.course("validation_accuracy").max(), _free_of_penalty(results, chosen)
        if number(chosen.values["reg"]) == 0 or min(len(with_it), len(without)) < 2:
            continue
        low, high = stats.ttest_ind(without, with_it, equal_var=False).confidence_interval()
        gain = without.mean() - with_it.mean()
        verb = "gains" if low > 0 else "loses" if high < 0 else "no clear difference"
        _says("Section 3.3", case.page.text("tuning"), rf"Without its penalty, [^.]*(?:\.\d[^.]*)*{verb}")
        return [
            Fact(points(gain), f"{verb}.*#.* in validation"),
            Fact(f"{low * 100:.2f}", "# to"),
            Fact(f"{high * 100:.2f}", "to #"),
            *loose("95%", f"{epochs} epochs", len(without), len(with_it)),
            *loose(*(setting(p, chosen.values[p]) for p in results.grid.varied or TUNED), near="Without its penalty"),
        ]
    return []


def _tuned_rows(case: Case) -> Iterator[Configuration]:
    """The rows of Table 7 but for the default one."""
    tuning = case.results.shown["tuning"]
    for name in (tuning["best"], *tuning.get("others", ())):
        yield from case.results.experiments[name].configurations


def _trained_on(case: Case) -> list[Fact]:
    """How the first such row fares that was trained for more epochs, too: the means of three epochs, seed by seed."""
    text, histories = case.page.text("tuning"), case.results.histories
    for chosen in _tuned_rows(case):
        epochs = int(chosen.values["epochs"])
        alike = histories[histories["epochs"] > epochs]
        for parameter in ("learning_rate", "reg", "batch_size", "hidden"):
            alike = alike[(alike[parameter] - number(chosen.values[parameter])).abs() < 1e-12]
        last = int(alike["epochs"].max()) if len(alike) else 0
        late = min(3, epochs)
        if last < epochs + late or alike["seed"].nunique() < 2:
            continue
        alike = alike[alike["epochs"] == last].drop_duplicates(["seed", "epoch"])
        gap = alike["training_accuracy"] - alike["validation_accuracy"]
        before, after = (alike["epoch"].between(end - late + 1, end) for end in (epochs, last))
        of_seed = [alike[part].groupby("seed")["validation_accuracy"].mean() for part in (before, after)]
        change = of_seed[1] - of_seed[0]
        low, high = stats.t.interval(0.95, len(change) - 1, change.mean(), stats.sem(change))
        verb = "gains" if low > 0 else "loses" if high < 0 else "no clear difference"
        verdict = {"gains": "Not for its accuracy", "loses": "Yes"}.get(verb, "do not show it")
        _says("Section 3.3", text, f"early stopping\\? {verdict}")
        gaps = [float(gap[part].groupby(alike["seed"]).mean().mean()) for part in (before, after)]
        loss = int(alike.groupby("epoch")["validation_loss"].mean().idxmin())
        if verb == "gains":
            _says("Section 3.3", text, "the curves part" if gaps[1] > gaps[0] else "do not part")
        return [
            Fact(f"{last} epochs", "Trained on to #"),
            Fact(points(change.mean()), f"{verb}.* # of validation accuracy"),
            Fact(str(epochs), "against epoch #"),
            Fact(f"{low * 100:.2f}", "# to"),
            Fact(f"{high * 100:.2f}", "to #"),
            Fact(points(gaps[0]), f"Training accuracy, {place(gaps[0])} validation accuracy then"),
            Fact(points(gaps[1]), f"is {place(gaps[1])} it in the end"),
            Fact(str(loss), "validation loss is lowest in epoch #"),
            *loose("95%", len(change), f"{late} epochs", near="Trained on|interval|seeds"),
        ]
    if "early stopping?" in text:
        fail("Section 3.3 speaks of training on, and nothing was trained on")
    return []


def _steps(case: Case, best: Configuration) -> list[Fact]:
    """What the steps from the selected configuration change in the grid."""
    near, text = neighbours(case.results.grid, best), case.page.text("tuning")
    change = {changed: chosen[BEST].mean - near[()][BEST].mean for changed, chosen in near.items() if changed}
    gap = {k: c["training_accuracy"].mean - c["validation_accuracy"].mean for k, c in near.items()}
    names = {"learning_rate": "smaller rate", "batch_size": "larger batch"}
    facts = []
    if ("reg",) in change:
        lowers = change["reg",] < 0
        facts += [
            Fact(points(gap["reg",]), f"leaves training accuracy {place(gap['reg',])} validation accuracy"),
            Fact(points(gap[()]), f"where in the grid it was {place(gap[()])}"),
            Fact(points(change["reg",]), ("lowers" if lowers else "raises") + " validation accuracy by #"),
        ]
        restrains = "does restrain" if gap["reg",] < gap[()] else "only costs accuracy"
        _says("Section 3.3", text, f"A larger coefficient {restrains if lowers else 'costs nothing'}")
        remedies = [change["reg", name] > change["reg",] for name in names if ("reg", name) in change]
        if remedies:
            told = "win[s]? some of it back" if any(remedies) else "(?:Neither|not win it).*back"
            _says("Section 3.3", text, told, never="" if any(remedies) else "wins? some of it")
    for changed, value in change.items():
        name = names.get(changed[-1], "")
        verb = "gains" if value >= 0 else "loses"
        if name:
            facts.append(Fact(points(value), f"{name}{' as well it' if len(changed) > 1 else ''} {verb} #"))
    if any(len(changed) == 1 and changed[0] in names for changed in change):
        facts.append(Fact(str(case.results.grid.seeds), "With # seeds? each, on its own"))
    return facts


def _learning(case: Case, best: Configuration, default: Configuration) -> list[Fact]:
    """How the selected network learns, beside the default one."""
    course, usual = Course(best), Course(default)
    facts = [
        Fact(
            points(course.gap),
            rf"In its last epoch[^.;]*,? training accuracy is {place(course.gap)} validation accuracy",
        ),
        Fact(points(usual.gap), rf"with the default configuration it is {place(usual.gap)}"),
    ]
    shown = best.runs["seed"]
    if len(shown) < len(best.trained):
        facts.append(Fact(str(shown.min()), f"average over seeds # to {shown.max()}"))
        facts.append(Fact(str(shown.max()), f"average over seeds {shown.min()} to #"))
    if course.lowest_loss == course.epochs:
        _says("Section 3.3", case.page.text("tuning"), "validation loss is lowest in the last epoch")
    else:
        facts.append(Fact(str(course.lowest_loss), f"lowest in epoch # of {course.epochs}"))
        facts.append(Fact(str(course.epochs), f"lowest in epoch {course.lowest_loss} of #"))
        rises = "clearly higher in the end" if course.loss_rises else "not clearly lower than in the end"
        _says("Section 3.3", case.page.text("tuning"), f"epoch {course.lowest_loss} of {course.epochs}[^.]*{rises}")
    return facts


def _rivals(best: Configuration, ranked: Sequence[Configuration]) -> int:
    """How many come nearer to the first of the grid than two means differ by chance."""
    spread, top = best[BEST], ranked[0][BEST]
    reach = top.mean - stats.t.ppf(0.975, spread.n - 1) * math.sqrt(2 / top.n) * spread.sd
    return sum(c[BEST].mean >= reach for c in ranked) - 1


def _marginal(case: Case, parameter: str) -> list[Fact]:
    """The item of the list on one parameter: its best value, how far it is ahead, and where accuracy rises to."""
    grid, text = case.results.grid, case.page.text("tuning")
    values = sorted(grid.values(parameter), key=number)
    of = {value: [c[BEST].mean for c in grid.ranked if c.values[parameter] == value] for value in values}
    means = {value: sum(found) / len(found) for value, found in of.items() if found}
    ordered = list(means.values())
    best, effect = max(means, key=lambda value: means[value]), max(ordered) - min(ordered)
    words = {"learning_rate": "Learning rate", "reg": "Regularization coefficient", "batch_size": "Batch size"}
    name = words.get(parameter, parameter)
    if len(means) == 1 or effect < 0.0005:
        return loose(written(best))
    item = next((p for s in case.page.sections for p in s.paragraphs if p.startswith(f"{name}: averaged")), "")
    if f"{written(best)} does best, {points(effect)} above the worst" not in item:
        fail(
            f"Section 3.3: of the {name.lower()}, {written(best)} does best by {points(effect)}; the page says {item!r}"
        )
    steady = len(means) >= 3
    rising = all(b > a for a, b in itertools.pairwise(ordered))
    dropping = all(b < a for a, b in itertools.pairwise(ordered))
    direction = "larger" if rising and steady else "smaller" if dropping and steady else None
    told = re.search(r"steadily towards (\w+) values", item)
    if (told[1] if told else None) != direction:
        fail(f"Section 3.3: accuracy rises towards {direction} values of the {name.lower()}; the page says {item!r}")
    least = 0 if parameter in ("learning_rate", "reg") else 1
    edge = number(best) in {number(values[0]), number(values[-1])} - {least}
    if edge != ("at the edge" in item):
        fail(f"Section 3.3: {written(best)} at the edge: {edge}; the page says {item!r}")
    conclusion = text[text.index("A wider search") :] if "A wider search" in text else ""
    if edge != (name.lower() in conclusion):
        fail(f"Section 3.3: a wider search in the {name.lower()}: {edge}; the page says {conclusion!r}")
    return [Fact(written(best), "# does best"), Fact(points(effect), "does best, # above the worst value")]


# --- Sections 3.4 to 3.6


@check
def section_3_4_counts_the_printed_numbers_and_names_those_that_are_outside(case: Case) -> None:
    cells = cells_of(case)
    count = cells["verdict"].value_counts()
    verdicts = ("reproduced", "unusual", "not reproduced", "not judged")
    right, unusual, wrong, open_ = (int(count.get(verdict, 0)) for verdict in verdicts)
    judged = right + unusual + wrong
    if not judged:
        return
    section = case.page.section("evidence")
    intervals = int(cells[cells["verdict"] != "not judged"]["spread"].notna().sum())
    facts = [
        Fact("95%", "narrow interval with a probability of #"),
        Fact(str(judged), "Of # numbers"),
        Fact(str(right), "# (?:is|are) reproduced"),
        Fact(str(unusual), "# (?:is|are) unusual"),
        Fact(str(wrong), "# (?:is|are) not reproduced"),
    ]
    if intervals:
        facts += [Fact(f"{intervals * 0.05:.1f}", "alone, # of the"), Fact(str(intervals), "of the # numbers with an")]
    if intervals and unusual + wrong:
        luck = float(stats.binom.sf(unusual + wrong - 1, intervals, 0.05))
        shown = f"{luck:.2f}" if luck >= 0.01 else "0.01"
        near = "probability of #" if luck >= 0.01 else "probability of less than #"
        facts.append(Fact(shown, near, "95%|less than" if luck >= 0.01 else ""))
    if open_:
        facts.append(Fact(str(open_), "# more cannot be judged"))
    wide = int(((2 * cells["refused"] < cells["others"]) & (cells["verdict"] != "not judged")).sum())
    if wide:
        facts.append(Fact(str(wide), "# of the numbers ha(?:s|ve)"))
    told_of = cells[cells["verdict"] != "not reproduced"]
    if said := sum(broad(row) is not None for _, row in told_of.iterrows()):
        facts.append(Fact(str(said), "Of # numbers? the intervals are so wide"))
    facts += _shift(case, cells[cells["spread"].notna() & cells["row"].str.endswith("accuracy")])
    paragraphs = [p for p in section.paragraphs if ": the printed " not in p]
    explained("Section 3.4", " ".join(paragraphs), facts)
    outside = cells[cells["verdict"].isin(["unusual", "not reproduced"])]
    items = [p for p in section.paragraphs if ": the printed " in p]
    luck = float(stats.binom.sf(unusual + wrong - 1, intervals, 0.05)) if unusual + wrong else 1.0
    finding = "printed numbers hold" if luck >= 0.05 else "No printed number fails, but more are unusual"
    if wrong:
        finding = "None of the printed numbers holds" if wrong == judged else "Not every printed number holds"
    _says("Section 3.4", section.text, finding)
    if len(items) != len(outside):
        fail(f"Section 3.4 names {len(items)} numbers that are outside, cells.csv has {len(outside)}")
    for item, (_, row) in zip(items, outside.iterrows(), strict=True):
        _outside(case, item, row)


def _shift(case: Case, cells: pd.DataFrame) -> list[Fact]:
    """On which side of the runs the accuracies lie that are held against an interval."""
    cells = cells[cells["verdict"] != "not judged"]
    if cells.empty:
        return []
    away = cells["published"].astype(float) - cells["mean"]
    unit = 10.0 ** -cells["published"].str.partition(".")[2].str.len()
    t = away / np.sqrt(cells["spread"] ** 2 * (1 + 1 / cells["n"]) + unit**2 / 12)
    z = pd.Series(np.sign(t) * stats.norm.isf(stats.t.sf(t.abs(), cells["freedom"])), cells.index).clip(-8, 8)
    total = float(z.sum())
    runs = [_values_behind(case, row) for _, row in cells.iterrows()]
    columns = list(zip(cells["table"], cells["column"], strict=True))
    pairs: dict[bool, list[float]] = {True: [], False: []}
    of_one = 0
    for one, other in itertools.combinations(range(len(cells)), 2):
        of_one += columns[one] == columns[other]
        if len(runs[one]) == len(runs[other]) and min(len(set(runs[one])), len(set(runs[other]))) > 1:
            pairs[columns[one] == columns[other]].append(float(np.corrcoef(runs[one], runs[other])[0, 1]))
    within, between = (max(0.0, float(np.mean(pairs[same]))) if pairs[same] else 0.0 for same in (True, False))
    variance = len(cells) + 2 * of_one * within + (len(cells) * (len(cells) - 1) - 2 * of_one) * between
    p = float(2 * stats.norm.sf(abs(total) / math.sqrt(variance)))
    facts = [
        Fact(str(int((away > 0).sum())), f"# of {len(cells)} are above"),
        Fact(str(len(cells)), "of # are above"),
        Fact(f"{abs(total) / len(cells):.2f}", f"# standard deviations {'above' if total > 0 else 'below'}"),
        Fact(f"{p:.2f}" if p >= 0.01 else "0.01", "with a probability of" if p >= 0.01 else "of less than #"),
    ]
    text = case.page.section("evidence").text
    _says("Section 3.4", text, "no sign of a shift" if p >= 0.05 else "accuracies are shifted")
    return facts + loose(*(f"{runs} runs" for runs in range(2, 6)), near="best of #")


def _outside(case: Case, item: str, row: "pd.Series[float]") -> None:
    name = f"The write-up’s {cell_name(row)} ({row['verdict']})"
    away = float(row["published"]) - row["mean"]
    if not item.startswith(f"{name}: "):
        fail(f"Section 3.4 names {item.split(': ', maxsplit=1)[0]!r} where cells.csv has {name!r}")
    of_rate = str(row["row"]).endswith(RATE)
    facts = [
        Fact(str(row["published"]), "the printed # is"),
        Fact(f"{abs(away):.3f}" if of_rate else points(away), rf"is {place(away)} the mean of"),
        Fact(f"{int(row['n'])} runs", "the mean of #"),
    ]
    explained(f"Section 3.4, {name}", item.split(": ", 1)[1], facts)
    values = _values_behind(case, row)
    beyond = not min(values) <= float(row["published"]) <= max(values)
    side = "above" if away > 0 else "below"
    if bool(re.search(rf"and {side} every one of them", item)) != beyond:
        fail(f"Section 3.4, {name}: it is {'' if beyond else 'not '}{side} all of {values}; the page says {item!r}")
    instead = OTHER_EPOCH.get(str(row["row"]))
    if "another measure" in item:
        if not instead or abs(float(row["published"]) - np.mean(_values_behind(case, row, instead))) >= abs(away):
            fail(f"Section 3.4, {name}: it is not nearer to another epoch; the page says {item!r}")
        wanted = f"fits another measure of the same runs, {METRICS[instead].lower()}, which"
    elif of_rate:
        wanted = "computes it again"
    elif row["verdict"] == "unusual":
        wanted = "Chance makes such numbers"
    else:
        wanted = "Nothing that these runs vary explains it" if beyond else "Some of the runs lie beyond it"
    reasons = "another measure|computes it again|Chance makes|Nothing that|Some of the runs"
    if wanted not in item or len(re.findall(reasons, item)) != 1:
        fail(f"Section 3.4, {name}: it should say {wanted!r}; the page says {item!r}")


OTHER_EPOCH = {
    "validation_accuracy": "best_validation_accuracy",
    "best_validation_accuracy": "validation_accuracy",
    "testing_accuracy": "last_testing_accuracy",
    "last_testing_accuracy": "testing_accuracy",
}


def _values_behind(case: Case, row: "pd.Series[float]", metric: str | None = None) -> list[float]:
    """The metric of the runs of a printed cell's configuration; of a rate of change, that of each seed."""
    name = metric or str(row["row"])
    if not name.endswith(RATE):
        return _runs_of(case, str(row["column"]), name)
    parameter, ends = str(row["column"]).split(" ", 1)
    second, first = ends.split(" to ")
    metric = name.removesuffix(RATE)
    of_first, of_second = (_runs_of_seeds(case, f"{parameter} {end}", metric) for end in (first, second))
    both = sorted(of_first.keys() & of_second.keys())
    return [(of_first[seed] - of_second[seed]) / (number(first) - number(second)) for seed in both]


def _runs_of(case: Case, column: str, metric: str) -> list[float]:
    return list(_runs_of_seeds(case, column, metric).values())


def _runs_of_seeds(case: Case, column: str, metric: str) -> dict[int, float]:
    wanted = {"hidden": 128.0, "epochs": 10.0, "learning_rate": 0.1, "reg": 0.001, "batch_size": 64.0}
    for part in column.split(", "):
        parameter, text = part.rsplit(" ", 1)
        wanted[parameter] = number(text)
    own = case.results.runs[case.results.runs["status"] == "ok"].drop_duplicates("key").sort_values("seed")
    for parameter, value in wanted.items():
        own = own[(own[parameter] - value).abs() < 1e-9]
    return {int(seed): float(value) for seed, value in zip(own["seed"], own[metric], strict=True)}


@check
def section_3_5_counts_what_is_right_and_wrong_in_the_arithmetic(case: Case) -> None:
    count = case.results.csv("evidence/audit.csv")["verdict"].value_counts()
    right, wrong, open_ = (int(count.get(v, 0)) for v in ("right", "wrong", "not judged"))
    said = [together(own["verdict"]) for own in statements(case).values()]
    all_right, all_wrong, mixed = (said.count(v) for v in ("right", "wrong", "wrong in part"))
    of = all_right + all_wrong + mixed
    facts = [Fact(str(of), "(?:Of|All) # statements")] if of > 1 else []
    if of > max(all_right, all_wrong, 1):
        facts += [
            Fact(str(all_right), "tables, # (?:is|are) right"),
            Fact(str(all_wrong), "# (?:is|are) wrong and"),
            Fact(str(mixed), "# (?:is|are) wrong for some"),
        ]
    if right + wrong > of:
        facts += [
            Fact(str(right + wrong), "of # checks"),
            Fact(str(right), "# comes? out right"),
            Fact(str(wrong), "right and # wrong"),
        ]
    if right + wrong > of and wrong > all_wrong + mixed:
        facts.append(Fact(str(all_wrong + mixed), "wrong ones share # statements?"))
    if open_ and right + wrong:
        facts.append(Fact(str(open_), "For # more checks? the cells are missing"))
    explained("Section 3.5", case.page.text("audit"), facts)


@check
def section_3_6_counts_the_verdicts_on_the_claims(case: Case) -> None:
    claims, tests = (case.results.csv(f"evidence/{name}.csv") for name in ("claims", "tests"))
    of = claims["verdict"].value_counts()
    deciding = int(((tests["decides"] == "yes") & (tests["seeds"] > 0)).sum())
    facts = [
        Fact("5%", "supported wrongly is at most #"),
        Fact("95%", "# intervals describe"),
        Fact("80%", "decide it with a probability of #"),
        Fact("0.005 points", "changes the numbers, # for accuracies"),
        Fact(counted(3, "epoch"), "mean over the last #"),
        Fact(str(len(claims)), "Of # claims"),
    ]
    facts += [
        Fact(str(of.get(verdict, 0)), f"# (?:is|are) {verdict}")
        for verdict in ("supported", "contradicted", "undetermined")
    ]
    if deciding:
        facts.append(Fact(str(deciding), "rest on # tests"))
    stopping = (tests["claim"].str.contains("early stopping is needed")) & (tests["decides"] == "yes")
    for _, test in tests[stopping & (tests["low"] > 0)].iterrows():
        facts.append(Fact(f"{test['value']:.2f} points", "gains # of accuracy"))
    explained("Section 3.6", case.page.text("claims"), facts)


@check
def sections_on_further_experiments_name_the_best_and_the_worst(case: Case) -> None:
    for experiment in case.results.further:
        section = case.page.section(f"further-{experiment.name}")
        if section.title != title(experiment.name) or not section.number:
            fail(f"the section on {experiment.name} is called {section.number} {section.title}")
        first = experiment.configurations[0]
        facts = [
            Fact(counted(int(first.values["epochs"]), "epoch"), "Training lasts #"),
            Fact(str(experiment.seeds), "# seeds?"),
            *(
                Fact(setting(p, first.values[p]), "Fixed (?:are|is) .*#")
                for p in ("learning_rate", "reg", "batch_size", "hidden")
                if p not in first.varied
            ),
        ]
        facts += [Fact(c.label, "diverged with.*#") for c in experiment.configurations if not c.finished and c.label]
        ranked = experiment.ranked
        if experiment.best_of:
            facts += loose(*(setting(p, c.values[p]) for c in experiment.configurations for p in TUNED))
            facts += loose(len(experiment.configurations), *(c[BEST].cell for c in ranked))
        elif len(ranked) > 1 and ranked[0][BEST].mean != ranked[-1][BEST].mean:
            facts += [
                Fact(ranked[0].label, "# does best"),
                Fact(ranked[0][BEST].cell, r"best \(#\)"),
                Fact(ranked[-1].label, "# worst"),
                Fact(ranked[-1][BEST].cell, r"worst \(#\)"),
            ]
            close = [c for c in ranked[1:] if clearly(ranked[0][BEST], c[BEST]) is False]
            facts += loose(*(c.label for c in close), near="#.*cannot be told apart")
            facts += loose(*(c.label for c in ranked[1:] if c not in close), near="#.*clearly below")
        elif len(ranked) > 1:
            facts.append(Fact(ranked[0][BEST].cell, "the same validation accuracy, #"))
        explained(f"the section on {experiment.name}", section.text, facts)


# --- Protocol, recovery, randomization tests, appendix


@check
def the_protocol_states_the_settings_of_the_runs(case: Case) -> None:
    results, config = case.results, case.results.config
    defaults, network, data = config["defaults"], config["network"], results.data
    _, validation = results.sizes
    facts = [
        Fact(str(data["pixels"]), "maps # pixels"),
        Fact("255", "pixels, divided by #"),
        Fact(str(network["hidden"]), "# sigmoid units"),
        Fact(str(data["classes"]), "# softmax outputs"),
        Fact(f"{written(network['initial_scale'])} times", "Weights start at #"),
        Fact(str(network["initial_seed"]), "generator seeded with #"),
        Fact(written(defaults["learning_rate"]), "η is #"),
        Fact(written(defaults["reg"]), "λ is #"),
        Fact(f"{defaults['batch_size']} images", "a batch has #"),
        Fact(counted(config["epochs"], "epoch"), "training lasts #"),
        Fact(f"{data['training_images']:,} images", "Of the # meant for training"),
        Fact(f"{validation:,}", "# are held out for validation"),
    ]
    if config["split"]["seed"] is not None:
        facts.append(Fact(str(config["split"]["seed"]), "permutation with seed #"))
    if (results.csv("tables/summary.csv")["n"] > 1).any():
        facts.append(Fact("95%", r"confidence interval \(#"))
    section = case.page.section("protocol")
    facts += [Fact(*each) for each in page_pictures.of_digits(case)]
    explained("Protocol", section.text, facts)


@check
def the_recovery_of_the_protocol_is_told_as_recovery_json_has_it(case: Case) -> None:
    found = case.results.json("recovery/recovery.json")
    facts: list[Fact] = []
    if split := found["split"]:
        facts += _split(case, split)
    elif found["held_out"]["here"] != found["held_out"]["published"] and found["data"] == found["published_data"]:
        facts += [
            Fact(f"{found['held_out']['published']:,}", "write-up holds out #"),
            Fact(f"{found['held_out']['here']:,}", "this report #"),
        ]
    if penalty := found["penalty"]:
        names = {1.0: "λ/2 ‖W‖", 2.0: "λ ‖W‖", 0.5: "λ/4 ‖W‖"}
        text = case.page.section("recovery").text
        facts.append(Fact(f"λ = {penalty['reg']}", "numbers printed for #"))
        for factor in penalty["factors"]:
            told = points(factor["distance"])
            facts.append(Fact(told, "from runs with the penalty"))
            if f"{names[factor['factor']]}^2 by {told}" not in text:
                fail(f"the penalty {names[factor['factor']]}^2 is {told} away; the page says {text!r}")
        nearest = min(penalty["factors"], key=lambda each: each["distance"])["factor"]
        here = "and is what is used here" if nearest == 1 else "which is not what is used here"
        _says("the recovery", text, re.escape(f"{names[nearest]}^2 comes nearest, {here}"))
    facts += _readings(found["readings"])
    if found["readings"]:
        refuted = any(_refuted(each) for each in found["readings"])
        verdict = "write-up’s e is Euler’s number" if refuted else "do not tell whether e is Euler’s number"
        _says("the recovery", case.page.section("recovery").text, verdict)
    if epoch := found["epoch"]:
        facts += [
            Fact(points(epoch["best"]), "They lie # on average from .*best epoch"),
            Fact(points(epoch["last"]), "# from those of the last epoch"),
            Fact(str(epoch["cells"]), "Of # numbers"),
            Fact(str(epoch["nearer_best"]), "# (?:is|are) nearer to the first"),
            Fact(str(epoch["nearer_last"]), "and # to the second"),
        ]
    facts += _choices(case.results.json("evidence/evidence.json")["cells"])
    explained("How the protocol was recovered", case.page.section("recovery").text, facts)


def _choices(cells: Sequence[dict[str, Any]]) -> Iterator[Fact]:
    """Of the rows that leave their epoch open: how much likelier the one taken is."""
    left_open = [cell for cell in cells if cell["open"] and cell["verdict"] != "not judged"]
    for (_, metric), row in itertools.groupby(left_open, key=lambda cell: (cell["table"], cell["metric"])):
        own = list(row)
        taken, another = ("best", "last") if metric.startswith("best_") else ("last", "best")
        times = math.exp(min(700, sum(cell["open"]["advantage"] for cell in own)))
        if times > 1e4:
            yield Fact("10,000 times", f"of the {taken} epoch, for which they are more than #")
            continue
        yield Fact(
            f"{float(f'{times:.1e}'):,.4g} times",
            f"of the {taken} epoch, for which they are # as likely as for the {another}",
        )


def _shares(part: dict[str, object], near: str) -> Iterator[Fact]:
    for match in part["matches"]:  # type: ignore[attr-defined]
        if match["classes"]:
            word = "class" if len(match["classes"]) == 1 else "classes"
            yield Fact(match["printed"], f"{near}# of {word} {match['classes'][0]}")
            for one in match["classes"]:
                yield Fact(str(one), f"{match['printed']} of {word} (?:[\\d, or]*)#")


def _at_odds(columns: Sequence[dict[str, Any]], text: str) -> Iterator[Fact]:
    """Of the columns whose shares are of different classes: their names, the shares, and what follows."""
    odd = [each for each in columns if set(each["validation"]["classes"]).isdisjoint(each["testing"]["classes"])]
    if bool(odd) != ("cannot be of one epoch" in text):
        fail(f"of {len(odd)} columns with shares of different classes the page says {text!r}")
    for each in odd:
        for parameter, value in each["named"].items():
            yield Fact(f"{SYMBOLS[parameter]} = {value}", "For .*#.* the two printed accuracies")
        for phase in ("validation", "testing"):
            yield from _shares({"matches": [each[phase]]}, "")


def _split(case: Case, split: dict[str, object]) -> Iterator[Fact]:
    parts = {name: part for name, part in split.items() if isinstance(part, dict) and "matches" in part}
    text = case.page.section("recovery").text
    yield from _shares(parts["testing"], "(?:testing accuracies.*)")
    for match in parts["validation"]["matches"]:
        yield Fact(match["printed"], "validation accuracies of the same columns,.*#")
    for match in parts["training"]["matches"]:
        yield Fact(match["printed"], "training accuracies of these columns,.*#")
    yield from _shares(parts["validation"], "In the split used here.*")
    yield from _shares(parts["validation_in_order"], "in file order.*")
    yield from _shares(parts["training"], "training images.*")
    fits = split["shuffled"] and all(match["classes"] for match in parts["validation"]["matches"])
    if not all(match["classes"] for match in parts["validation_in_order"]["matches"]):
        _says("the recovery", text, "images were shuffled before they were divided")
    yield from _at_odds(split["columns"] if fits else (), text)
    if not fits:
        return
    chance: dict[str, int] = split["chance"]  # type: ignore[assignment]
    yield Fact(str(case.results.config["split"]["seed"]), "seed used here, #, fits")
    yield Fact(f"{chance['draws']:,}", "of # random splits")
    if chance["hits"]:
        one_in = int(float(f"{chance['draws'] / chance['hits']:.1e}"))
        yield Fact(f"{one_in:,}", "one in # random seeds")
        yield Fact(str(chance["hits"]), "# (?:has|have) all these numbers")


def _refuted(reading: dict[str, Any]) -> bool:
    """Whether two runs of one configuration would hardly differ so much, by Student's t at 1%."""
    if reading["sd"] is None:
        return False
    difference = abs(float(reading["printed"]) - float(reading["other_printed"]))
    return bool(difference > stats.t.ppf(0.995, reading["seeds"] - 1) * math.sqrt(2) * reading["sd"])


def _readings(readings: Sequence[dict[str, object]]) -> Iterator[Fact]:
    for place_, each in enumerate(readings):
        one, other = str(each["printed"]), str(each["other_printed"])
        yield Fact(setting(str(each["parameter"]), each["written"]), f"if # meant {each['decimal']}|If # meant")
        yield Fact(str(each["decimal"]), "meant #, a column of")
        yield Fact(one, f"testing accuracies, # and {other}")
        yield Fact(other, f"testing accuracies, {one} and #")
        yield Fact(points(float(one) - float(other)), f"{other}, lie # apart")
        if place_ == 0 and each["sd"] is not None:
            yield Fact(points(float(str(each["sd"]))), "standard deviation of #")


@check
def the_randomization_tests_are_told_as_they_came_out(case: Case) -> None:
    tests = randomisation(case.results)
    if not tests:
        return
    results, settings, data = case.results, case.results.config["randomisation"], case.results.data
    hidden = results.config["network"]["hidden"]
    parameters = data["pixels"] * hidden + hidden + hidden * data["classes"] + data["classes"]
    chance = 1 / data["classes"]
    most = counted(settings["epochs"], "epoch")
    seeds = settings.get("replicates", results.config["replicates"])
    facts = [
        Fact(str(data["pixels"]), "# inputs"),
        Fact(str(hidden), "# sigmoid units"),
        Fact(str(data["classes"]), "# softmax outputs"),
        Fact(f"{parameters:,}", "# parameters in all"),
        Fact(f"{tests['true labels']['images']:,}", "learns # of the training images"),
        Fact(most, "at most #|within #"),
        Fact(f"{written(settings['initial_scale'])} times", "(?i)weights start at #"),
        Fact(written(settings["learning_rate"]), "learning rate is #"),
        Fact(f"{settings['batch_size']} images", "a batch has #"),
        Fact(f"{data['testing_images']:,}", "on the # testing images"),
    ]
    if seeds > 1:
        facts += [Fact(str(seeds), "run with # seeds|over the # seeds"), Fact("95%", "the # confidence interval")]
    if settings["reg"]:
        facts.append(Fact(written(settings["reg"]), "regularization coefficient is #"))
    facts += [Fact(f"{float(number(p)):g}", "Here p is .*#") for p in sorted(settings["corruption"], key=number)]
    facts += _fitting(tests, most) + _testing(tests, chance) + list(_starting(case, tests, chance))
    facts += [Fact(*each) for each in page_pictures.of_examples(case)]
    explained("Section 2.3", case.page.text("randomisation"), facts)


def _clear(first: "pd.Series[float]", second: "pd.Series[float] | float", slack: float = 0.0) -> bool:
    """Whether Student's interval of the differences, seed by seed, leaves out all within the slack of zero."""
    differences = first - second
    if len(differences) < 2:
        return False
    half = stats.t.ppf(0.975, len(differences) - 1) * differences.std() / math.sqrt(len(differences))
    return bool(abs(differences.mean()) - half > slack)


def _longer(tests: dict[str, dict[str, Any]], first: str, second: str) -> bool:
    one, other = (tests[name]["seeds"]["epochs_to_fit"] for name in (first, second))
    return bool(one.mean() > other.mean()) and _clear(one, other, 0.5)


def _epochs(test: dict[str, Any]) -> str:
    numbers = test["seeds"]["epochs_to_fit"]
    return counted(int(numbers[0]), "epoch") if len(numbers) == 1 else f"{over_seeds(numbers, 1)} epochs"


def _fitting(tests: dict[str, dict[str, Any]], most: str) -> list[Fact]:
    facts = [
        Fact(over_seeds(test["seeds"]["training_accuracy"]), "did not fit .*training accuracy of .*#")
        for test in tests.values()
        if not test["diverged"] and not test["fitted"]
    ]
    corrupted = [name for name in tests if "labels" in name and name != "true labels"]
    last = corrupted[-1]
    true, random = tests["true labels"], tests[last]
    if true["fitted"] and random["fitted"]:
        facts += [Fact(_epochs(random), f"To fit {last} takes #"), Fact(_epochs(true), "to fit the true ones #")]
        if _longer(tests, last, "true labels"):
            factor = over_seeds(random["seeds"]["epochs_to_fit"] / true["seeds"]["epochs_to_fit"], 1)
            facts.append(Fact(f"{factor} times as many", "That is #"))
    images = ("random pixels", "Gaussian images")
    if all(tests[name]["fitted"] for name in (last, *images)) and all(_longer(tests, last, name) for name in images):
        first, second = (_epochs(tests[name]) for name in images)
        facts += [
            Fact(first, f"random pixels and Gaussian images are fitted sooner.* in # and {second}"),
            Fact(second, f"fitted sooner.* in {first} and #"),
        ]
    facts += loose(*(f"p = {name.split('= ')[1]}" for name in corrupted if "=" in name))
    return facts


def _testing(tests: dict[str, dict[str, Any]], chance: float) -> list[Fact]:
    def accuracy(name: str) -> str:
        return over_seeds(tests[name]["seeds"]["testing_accuracy"])

    labels = [name for name in tests if "labels" in name]
    last = labels[-1]
    end, noise = (tests[name]["seeds"]["testing_accuracy"] for name in (last, "Gaussian images"))
    facts = [
        Fact(accuracy("true labels"), "With true labels the testing accuracy is #"),
        Fact(accuracy(last), f"and with {last} #"),
        Fact(fixed(chance), "chance,? which is #|where chance is #"),
        Fact(accuracy("true labels"), "without the permutation #"),
        Fact(accuracy("shuffled pixels"), "#, and without the permutation"),
        Fact(accuracy("random pixels"), "about the class.*testing accuracy is #|testing accuracy is #, where chance"),
        Fact(accuracy("Gaussian images"), "noise.*testing accuracy of #|testing accuracy of # is"),
    ]
    if last == "random labels":
        gap = end.mean() - chance
        facts.append(Fact(points(gap), rf"ends clearly {place(gap)} chance" if _clear(end, chance) else "ends # from"))
    if _clear(noise, chance):
        facts.append(Fact(points(noise.mean() - chance), rf"is clearly {place(noise.mean() - chance)} chance"))
    return facts


def _starting(case: Case, tests: dict[str, dict[str, Any]], chance: float) -> Iterator[Fact]:
    halfway = (1 + chance) / 2
    labels = [name for name in tests if "labels" in name]
    if labels[-1] != "random labels":
        return
    for name in ("true labels", "random pixels", "Gaussian images", "random labels"):
        epochs = tests[name]["epochs"]
        above = epochs[epochs["training_accuracy"] > halfway].groupby("seed")["epoch"].min()
        if len(above) == len(tests[name]["seeds"]):
            yield Fact(over_seeds(above, 1 if len(above) > 1 else 0), f"in epoch # with {name}")


@check
def the_appendix_gives_the_numbers_of_the_data(case: Case) -> None:
    data = case.results.data
    training, validation = case.results.sizes
    facts = [
        Fact(f"{data['training_images']:,} images", "# for training"),
        Fact(f"{training:,}", "of which # train"),
        Fact(f"{validation:,}", "# validate"),
        Fact(f"{data['testing_images']:,}", "# for testing"),
        Fact(str(data["pixels"]), "each of # pixels"),
        Fact(str(data["classes"]), "one of # classes"),
    ]
    explained("Appendix A.2", case.page.section("appendix-data").text, facts)


@check
def the_speed_of_training_is_told_as_it_was_measured(case: Case) -> None:
    if case.results.benchmark is None:
        return
    records = json.loads(case.results.benchmark.read_text())
    facts = [
        Fact("48,000", "on the # training images"),
        Fact("128", "with # hidden units"),
    ]
    section = case.page.section("appendix-speed").text
    versions = records[0]["versions"]
    text = section
    for name, version in {"python": versions["python"], **versions}.items():
        shown = {"python": "Python", "numpy": "NumPy", "blas": "BLAS", "torch": "PyTorch", "jax": "JAX"}.get(name, name)
        if f"{shown} {version}" not in text:
            fail(f"Appendix A.6 does not name {shown} {version}: {text!r}")
        text = text.replace(f"{shown} {version}", shown)
    text = text.replace(records[0]["machine"]["cpu"], "CPU")
    engines = ("NumPy engine", "compiled engine", "compiled engine for AVX2")
    measured: dict[int, dict[str, float]] = {}
    for record in sorted(records, key=lambda r: r["batch_size"]):
        measured.setdefault(record["batch_size"], {})[record["system"]] = record["seconds_per_epoch"]
    rivals = {
        size: min(others, key=others.__getitem__)
        for size, seconds in measured.items()
        if (others := {name: seconds[name] for name in seconds if name not in engines})
    }
    facts += [Fact(str(size), "No other system was measured at.*#") for size in measured if size not in rivals]
    for engine in engines:
        ratios = {s: measured[s][rival] / measured[s][engine] for s, rival in rivals.items() if engine in measured[s]}
        found = re.search(rf"The {engine} (?:is (?:faster|slower)|takes).*?(?= The (?!fastest)| No other)", text)
        told = found[0] if found else ""
        _engine_is_told_as_it_was_measured(told, ratios, rivals)
        text = text.replace(told, "")
    text = text.replace("x86-64", "x86").replace("AVX2", "AVX")
    explained("Appendix A.6", text, facts)


def _engine_is_told_as_it_was_measured(text: str, ratios: dict[int, float], rivals: dict[int, str]) -> None:
    """What the fastest other system takes, over what an engine takes, by batch size."""
    facts: list[Fact] = []
    faster, slower, equal = [], [], []
    text = text.replace("AVX2", "AVX")
    for size, ratio in ratios.items():
        factor = max(ratio, 1 / ratio)
        group = equal if factor < 1.005 else faster if ratio > 1 else slower
        group.append((size, significant(factor), rivals[size]))
    for group, words in ((faster, "faster than"), (slower, "slower than")):
        for size, factor, rival in group:
            shown = f"batch size {size}" if size == group[0][0] else str(size)
            facts += [
                Fact(factor, rf"{words} .*# at {shown}\b"),
                Fact(shown, rf"{words} .*{re.escape(factor)} at #"),
            ]
            _says(
                "Appendix A.6", text, rf"{words} [^.]*(?:\d\.\d+[^.]*)*{re.escape(factor)} at (?:batch size )?{size}\b"
            )
            if len(set(rivals.values())) > 1:
                _says("Appendix A.6", text, rf"{size} \({re.escape(rival)}\)")
    if equal:
        facts.append(Fact("0.5%", "within #"))
        first, *further = (str(size) for size, *_ in equal)
        facts += [Fact(f"batch size {first}", "takes as long.*#"), *(Fact(f, "takes as long.*#") for f in further)]
    explained("Appendix A.6", text, facts)


@check
def sections_without_results_have_the_numbers_of_their_templates_alone(case: Case) -> None:
    """What the theory says of a neuron's weights follows config; its other numbers are those of the problem."""
    neurons = case.results.config["neurons"]
    text = case.page.text("and-or")
    for name, neuron in neurons.items():
        first, second, bias = (f"{number(v):g}" for v in (*neuron["weights"], neuron["bias"]))
        if case.results.json("theory/theory.json")["solutions"][name]["bias"] == _fraction(neuron["bias"]):
            _says("Section 1.2", text, re.escape(f"w_1 = {first}, w_2 = {second}, b = {bias}"))
    theory = case.results.json("theory/theory.json")
    for name, solution in theory["solutions"].items():
        holds = all(row["output"] == row["expected"] for row in solution["rows"])
        part = text[text.index(f"{name.upper()}. ") :]
        part = part[: part.index("OR. ")] if name == "and" else part
        verdict = f"four outputs are those of {name.upper()}" if holds else f"not those of {name.upper()}"
        _says(f"Section 1.2, {name.upper()}", part, verdict)
        on_boundary = ["({}, {})".format(*row["inputs"]) for row in solution["rows"] if row["sum"] == "0"]
        told = re.search(r"For (.*?) the sum is exactly zero", part)
        shown = re.findall(r"\(\d, \d\)", told[1]) if told else []
        if shown != on_boundary:
            fail(f"Section 1.2: the sum of {name.upper()} is zero for {on_boundary}; the page says {shown}")


def _fraction(value: object) -> str:
    from fractions import Fraction

    return str(Fraction(str(value)))
