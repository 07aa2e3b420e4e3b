"""The critical coefficient as the page shows it: rows below Table 6, the figure, and what the runs say of it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from pipeline.analysis import collapse, linearisation
from pipeline.analysis.collapse import CoefficientOutcome
from pipeline.analysis.comparison import Difference
from pipeline.analysis.findings import Regularization
from pipeline.analysis.linear_flow import FlowCheck
from pipeline.analysis.linearisation import Linearisation
from pipeline.config.settings import Config, Configuration
from pipeline.experiments import labels
from pipeline.figures import catalogue
from pipeline.files.sealed import read_text
from pipeline.report.views import typography
from pipeline.report.views.blocks import Data, DataRow, Plot, TableRow, Value
from pipeline.report.views.provenance import Provenance
from pipeline.report.views.wording import cell, significant

FILE = "results/collapse/collapse.csv"
CLOSE = 0.8  # of the critical coefficient, from which on a coefficient below it counts as near


@dataclass(frozen=True)
class Nearest:
    """The largest coefficient of Table 6 below the critical one.

    share: of the critical one. epochs: in which its weights grow by the factor e. smaller: the next smaller one, with
    the same. held_back: what it lacks against that one in validation accuracy, where it is near and that is clear.
    """

    label: Markup
    share: str
    epochs: str
    smaller: Markup | None
    smaller_epochs: str
    held_back: Difference | None


@dataclass(frozen=True)
class CollapseText:
    """What section 3.2 says of the critical coefficient.

    above, below: the coefficients of Table 6. The test: `runs` is the number of finished runs whose coefficient can
    tell; `confirming` of them ended on the predicted side. `wrong`, `undecided` and the sides tested, `tested_below`
    and `tested_above`, are coefficients of both experiments. near, factor: the rule by which one counts as undecided.
    flow: whether each equation of the linear flow holds. rows: what Table 6 gets below its own rows. far: whether W1
    starts too far from zero. kept_up: whether the norms tested above the critical coefficient all ended above what the
    slowest decay leaves of the start.
    """

    critical: str
    images: str
    pixels: int
    classes: int
    above: tuple[Markup, ...]
    below: tuple[Markup, ...]
    nearest: Nearest | None
    runs: int
    confirming: int
    tested_below: tuple[Markup, ...]
    tested_above: tuple[Markup, ...]
    wrong: tuple[Markup, ...]
    undecided: tuple[Markup, ...]
    far: bool
    kept_up: bool
    start: str | None
    near: str
    factor: str
    flow: Mapping[str, FlowCheck]
    rows: tuple[TableRow, ...]
    plot: Plot


def build(results: Path, provenance: Provenance, facts: Regularization | None) -> CollapseText:
    """Put collapse.json and collapse.csv into words; `facts` is what is known of Table 6.

    Raises InputError if a file is not what it should be.
    """
    config = provenance.config
    linear = linearisation.read(results / "collapse/collapse.json")
    outcomes = collapse.read_outcomes(results / "collapse" / "collapse.csv")
    shown = collapse.experiments(config)[0]
    columns = [outcome for outcome in outcomes if outcome.experiment == shown.name]
    names = _names(config)
    every = collapse.distinct(outcomes)
    decided = [each for each in every if each.decided]
    above = [each for each in decided if not each.below]
    starts = {significant(each.w1_start) for each in every}

    def named(chosen: Sequence[CoefficientOutcome]) -> tuple[Markup, ...]:
        return tuple(dict.fromkeys(names[each.reg] for each in sorted(chosen, key=lambda each: -each.reg)))

    return CollapseText(
        critical=significant(linear.critical, 4),
        images=f"{linear.images:,}",
        pixels=linear.pixels,
        classes=linear.classes,
        above=named([each for each in columns if not each.below]),
        below=named([each for each in columns if each.below]),
        nearest=_nearest(columns, shown.configurations, names, linear, facts),
        runs=sum(each.n for each in decided),
        confirming=sum(each.as_predicted for each in decided),
        tested_below=named([each for each in decided if each.below]),
        tested_above=named(above),
        wrong=named([each for each in decided if each.verdict == "not as predicted"]),
        undecided=named([each for each in every if each.verdict == "undecided"]),
        far=any(collapse.far(each.w1_start, each.hidden, linear) for each in every),
        kept_up=bool(above) and all(each.rate_mean > each.predicted_rate for each in above),
        start=starts.pop() if len(starts) == 1 else None,
        near=f"{collapse.NEAR:.0%}",
        factor=f"{collapse.factor_needed(linear):.0f}",
        flow=linear.flow,
        rows=_rows(columns),
        plot=Plot(
            name=catalogue.COLLAPSE,
            svg=read_text(results / "figures" / catalogue.drawing(catalogue.COLLAPSE)),
            description=_description(every, names, linear),
            data=_data(every, names),
            source=provenance.experiments(FILE, "pipeline.figures.collapse", collapse.experiments(config)),
        ),
    )


def _names(config: Config) -> dict[float, Markup]:
    """λ = e^-1 for each coefficient, as the configuration writes it."""
    found = [c.reg for experiment in collapse.experiments(config) for c in experiment.configurations]
    return {float(reg): typography.setting("reg", reg) for reg in reversed(found)}


def _nearest(
    columns: Sequence[CoefficientOutcome],
    configurations: Sequence[Configuration],
    names: dict[float, Markup],
    linear: Linearisation,
    facts: Regularization | None,
) -> Nearest | None:
    below = sorted(
        (pair for pair in zip(columns, configurations, strict=True) if pair[0].below), key=lambda p: -p[0].reg
    )
    if not below:
        return None
    (outcome, configuration), *smaller = below
    times = [1 / (o.predicted_rate * collapse.training_time(c, linear, epochs=1)) for o, c in below[:2]]
    return Nearest(
        label=names[outcome.reg],
        share=f"{outcome.ratio:.0%}",
        epochs=significant(times[0], 2),
        smaller=names[smaller[0][0].reg] if smaller else None,
        smaller_epochs=significant(times[-1], 2),
        held_back=_held_back(configuration, facts) if outcome.ratio >= CLOSE else None,
    )


def _held_back(configuration: Configuration, facts: Regularization | None) -> Difference | None:
    steps = [step.difference for step in facts.steps if step.larger.configuration == configuration] if facts else []
    return steps[0] if steps and steps[0].better else None


def _rows(columns: Sequence[CoefficientOutcome]) -> tuple[TableRow, ...]:
    head = Markup("Norm of <i>W</i><sub>{}</sub>, last epoch")
    return (
        (Markup("<i>λ</i> / <i>λ</i>*"), tuple(escape(f"{each.ratio:.2f}") for each in columns)),
        (head.format(1), tuple(cell(each.norm("w1")) for each in columns)),
        (head.format(2), tuple(cell(each.norm("w2")) for each in columns)),
    )


def _data(columns: Sequence[CoefficientOutcome], names: dict[float, Markup]) -> Data:
    """A row per coefficient of which a run finished, each a panel of its own."""
    heads = (Markup("Coefficient"),)
    texts = (
        "<i>λ</i> / <i>λ</i>*",
        "Norm of <i>W</i><sub>1</sub> at the start",
        "At the end",
        "Norm of <i>W</i><sub>2</sub> at the end",
        "Mean growth rate of <i>W</i><sub>1</sub>",
        "<i>λ</i>* − <i>λ</i>",
        "Verdict",
    )
    rows = []
    for number, each in enumerate(columns):
        if not each.n:
            continue
        values = (
            Value(escape(f"{each.ratio:.2f}"), each.ratio),
            Value(escape(f"{each.w1_start:.4f}"), each.w1_start),
            Value(cell(each.norm("w1")), each.w1_mean),
            Value(cell(each.norm("w2")), each.w2_mean),
            _rate(each.rate_mean),
            _rate(each.predicted_rate),
            Value(escape(each.verdict), None),
        )
        rows.append(DataRow(number, (Value(names[each.reg], each.reg),), values))
    return Data(heads, tuple(map(Markup, texts)), tuple(rows))


def _rate(rate: float) -> Value:
    text = f"{rate:+.4f}" if math.isfinite(rate) else "–"
    return Value(escape(labels.minus(text)), rate if math.isfinite(rate) else None)


def _description(columns: Sequence[CoefficientOutcome], names: dict[float, Markup], linear: Linearisation) -> str:
    told = "; ".join(f"{names[each.reg].striptags()}: {cell(each.norm('w1'))}" for each in columns)
    return (
        "The norm of W1 after training by coefficient, on a logarithmic scale, with a line at the critical coefficient "
        f"{significant(linear.critical, 4)}. {told}."
    )
