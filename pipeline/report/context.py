"""Everything that the templates may show, built in one place: they compute nothing themselves."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
from markupsafe import Markup, escape

from pipeline.analysis import comparison, findings, linearisation
from pipeline.analysis.comparison import Sweep, Trained
from pipeline.analysis.findings import Findings
from pipeline.analysis.intervals import LEVEL
from pipeline.analysis.neighbours import Neighbourhood
from pipeline.config.metrics import METRICS
from pipeline.config.settings import Config, Experiment, RateOfChange, TuningTable
from pipeline.data.dataset import Manifest, read_manifest
from pipeline.environment.software import Package
from pipeline.evidence import recovered
from pipeline.evidence import step as evidence
from pipeline.experiments import labels, plan
from pipeline.experiments.tidy import PARAMETERS, Rows, fresh, read_csv
from pipeline.figures import catalogue
from pipeline.report.views import appendix, front, limits, mathematics, runlist, speed, typography, wording
from pipeline.report.views import claims as claims_text
from pipeline.report.views import collapse as collapse_text
from pipeline.report.views import evidence as evidence_text
from pipeline.report.views import pictures as pictures_text
from pipeline.report.views import randomisation as randomisation_text
from pipeline.report.views import ratio as ratio_text
from pipeline.report.views import recovery as recovery_text
from pipeline.report.views.appendix import Appendix
from pipeline.report.views.blocks import Plot, Source, Table
from pipeline.report.views.claims import ClaimsText
from pipeline.report.views.collapse import CollapseText
from pipeline.report.views.evidence import EvidenceText
from pipeline.report.views.front import Front
from pipeline.report.views.limits import Limits
from pipeline.report.views.mathematics import Mathematics
from pipeline.report.views.pictures import PicturesText
from pipeline.report.views.plots import Plots
from pipeline.report.views.printed import Printed
from pipeline.report.views.provenance import THEORY, Provenance
from pipeline.report.views.randomisation import RandomisationText
from pipeline.report.views.ratio import RatioText
from pipeline.report.views.recovery import RecoveryText
from pipeline.report.views.speed import Speed
from pipeline.report.views.wording import cell
from pipeline.theory import proof
from pipeline.theory.proof import Theory
from pipeline.writeup.published import RATE

MOST_ROWS, BEST_ROWS = 60, 20  # configurations in a table; how many of more
MOST_VALUES = 30  # of a parameter in the table of the search space


@dataclass(frozen=True)
class FurtherSection:
    """One experiment that no other section shows; its table is of the best where there are many.

    `fixed` are the parameters that its configurations have in common, but for the epochs; `drawn` is what its figure
    shows.
    """

    experiment: Experiment
    sweep: Sweep
    fixed: tuple[Markup, ...]
    table: Table
    plot: Plot
    drawn: str


@dataclass(frozen=True)
class Context:
    """What the report is made from. Tables and plots are by name; absent ones are not shown.

    `details` are the curves of the coefficients that have a frame of single runs.
    `fresh_seeds` are those of the selected configuration that did not choose it; empty where those that did are shown.
    """

    title: str
    subtitle: str
    author: str
    config: Config
    theory: Theory
    theory_source: Source
    mathematics: Mathematics
    recovery: RecoveryText | None
    manifest: Manifest
    training_size: int
    validation_size: int
    distinct_runs: int
    diverged_runs: int
    findings: Findings
    tables: dict[str, Table]
    curves: dict[str, tuple[Plot, ...]]
    details: tuple[Plot, ...]
    losses: dict[str, Plot]
    heat_map: Plot | None
    ratios: Plot | None
    ratio: RatioText | None
    fresh_seeds: str
    folded: tuple[Markup, ...]
    further: tuple[FurtherSection, ...]
    replicated: bool
    same_epochs: bool
    search_goes_down: bool
    appendix: Appendix
    speed: Speed | None
    limits: Limits
    evidence: EvidenceText | None
    claims: ClaimsText | None
    front: Front | None
    collapse: CollapseText | None
    randomisation: RandomisationText | None
    pictures: PicturesText
    level: str = f"{LEVEL:.0%}"
    settled: float = comparison.SETTLED
    near: float = comparison.NEAR
    brightest: int = 255  # of a byte; an import from training would set the page again after a comment there


def build(
    results: Path,
    title: str,
    author: str,
    packages: Sequence[Package],
    benchmark: Path | None = None,
    *,
    subtitle: str = "",
) -> Context:
    """Read the results folder and build the context.

    `packages` are what the appendix lists, `benchmark` is the record of the speed of training, if there is one.
    Raises InputError if something does not fit.
    """
    config = plan.load_selected(results / "config.json", results / "selection/selection.json")
    manifest = read_manifest(results / "data")
    summary = read_csv(results / "tables" / "summary.csv")
    histories = fresh(read_csv(results / "histories.csv"), config)
    facts = findings.findings(
        config, comparison.Results(Rows(summary), Rows(histories), manifest.largest_class), catalogue.further(config)
    )
    runs = read_csv(results / "runs.csv")
    provenance = Provenance(config, fresh(runs, config))
    theory = proof.read(results / "theory/theory.json")
    stated = mathematics.build(theory.propositions)
    verdicts = evidence.read(results / "evidence") if config.writeup else None
    printed = evidence_text.build(verdicts, provenance, results / "figures") if verdicts else None
    distinct = runs.drop_duplicates("key")
    diverged = frozenset(distinct.loc[distinct["status"] == "diverged", "key"])
    listed = runlist.groups(config, Provenance(config, runs), diverged)
    training, validation = config.split.sizes(manifest.training_images)
    curves = read_csv(results / "tables" / "curves.csv")
    plots = Plots(results / "figures", config, summary, curves, histories, provenance=provenance)
    tuning, grid = config.tables.tuning, config.searched
    beside = Printed(verdicts.cells if verdicts and not verdicts.obstacles else ())
    tables = _tables(config, results / "tables", provenance, beside)
    if facts.tuning and facts.tuning.neighbourhood and grid:
        tables["neighbours"] = _neighbour_table(grid, facts.tuning.neighbourhood, provenance)
    collapse = linear = None
    if config.tables.regularization:
        collapse = collapse_text.build(results, provenance, facts.regularization)
        linear = linearisation.read(results / "collapse/collapse.json")
        tables["regularization"] = _with_norms(tables["regularization"], collapse, config)
    shown = [*catalogue.sweeps(config), *([config.experiments[tuning.best]] if tuning else [])]
    drawn = {e.name: tuple(plots.plot(figure) for figure in catalogue.curves(e)) for e in shown}
    coefficients = config.tables.regularization
    return Context(
        title=title,
        subtitle=subtitle,
        author=author,
        config=config,
        theory=theory,
        theory_source=THEORY,
        mathematics=stated,
        recovery=recovery_text.tell(recovered.read(results / "recovery/recovery.json"), printed.choices)
        if printed
        else None,
        manifest=manifest,
        training_size=training,
        validation_size=validation,
        distinct_runs=len(distinct),
        diverged_runs=len(diverged),
        findings=facts,
        tables=tables,
        curves=drawn,
        details=tuple(plot for plot in drawn[coefficients.experiment] if plot.detail) if coefficients else (),
        losses={e.name: plots.plot(catalogue.losses(e)) for e in catalogue.sweeps(config)},
        heat_map=plots.plot(catalogue.heat_maps(grid)) if grid else None,
        ratios=next(map(plots.plot, catalogue.ratios(grid)), None) if grid else None,
        ratio=ratio_text.tell(facts.tuning.ratio, grid) if grid and facts.tuning and facts.tuning.ratio else None,
        fresh_seeds=_fresh_seeds(config, config.experiments[tuning.best]) if tuning else "",
        folded=tuple(escape(labels.words(name)) for name in catalogue.folded(grid)) if grid else (),
        replicated=bool((summary["n"] > 1).any()),
        same_epochs=len({c.epochs for e in (*shown, *([grid] if grid else [])) for c in e.configurations}) == 1,
        search_goes_down=_search_goes_down(config, grid),
        appendix=appendix.build(results / "config.json", packages, listed),
        speed=speed.build(benchmark, results / "figures") if benchmark else None,
        collapse=collapse,
        limits=limits.build(config, distinct, training),
        evidence=printed,
        claims=claims_text.build(verdicts, provenance, results / "figures") if verdicts else None,
        front=front.build(verdicts, stated, results / "figures") if verdicts else None,
        randomisation=randomisation_text.build(config, manifest, results),
        pictures=pictures_text.build(config, manifest, results, linear),
        further=tuple(_section(e, facts.further[e.name], plots, provenance) for e in catalogue.further(config)),
    )


def _fresh_seeds(config: Config, best: Experiment) -> str:
    seeds = config.fresh_seeds(best)
    return f"{seeds[0]} to {seeds[-1]}" if seeds != best.seeds else ""


def _with_norms(table: Table, collapse: CollapseText, config: Config) -> Table:
    """Table 6 with the norms of the weights below the accuracies, which are all that the write-up has."""
    also = ((collapse_text.FILE, "pipeline.analysis.collapse"),)
    title = "Not in the write-up" if config.writeup else "Size of the weights"
    return replace(table, added=collapse.rows, added_title=title, source=replace(table.source, also=also))


def _search_goes_down(config: Config, grid: Experiment | None) -> bool:
    """Whether the grid looks at regularization coefficients below the default one and none above."""
    if not (config.tables.tuning and grid and "reg" in grid.varied):
        return False
    (default,) = config.experiments[config.tables.tuning.default].configurations
    coefficients = grid.values("reg")
    return max(coefficients) <= default.reg and min(coefficients) < default.reg


def _tables(config: Config, folder: Path, provenance: Provenance, beside: Printed) -> dict[str, Table]:
    """The tables of section 3 that the configuration asks for."""
    shown, tables = config.tables, {}
    for name, sweep in (("learning_rates", shown.learning_rates), ("regularization", shown.regularization)):
        if sweep:
            experiment, source = config.experiments[sweep.experiment], provenance.table(name)
            rows = read_csv(folder / f"{name}.csv")
            tables[name] = _sweep_table(experiment, rows, sweep.metrics, source, beside)
    if shown.learning_rates and shown.learning_rates.rate_of_change:
        rows, source = read_csv(folder / "rate_of_change.csv"), provenance.table("rate_of_change")
        experiment = config.experiments[shown.learning_rates.experiment]
        tables["rate_of_change"] = _rate_table(shown.learning_rates.rate_of_change, experiment, rows, source, beside)
    if shown.tuning and config.searched:
        rows = read_csv(folder / "tuning.csv")
        tables["tuning"] = _tuning_table(config, shown.tuning, rows, provenance.table("tuning"), beside)
        tables["search_space"] = _space_table(
            config.searched, read_csv(folder / "search_space.csv"), provenance.table("search_space")
        )
    return tables


def _sweep_table(
    experiment: Experiment, rows: pd.DataFrame, metrics: Sequence[str], source: Source, beside: Printed
) -> Table:
    cells = {
        metric: tuple(cell(comparison.estimate(row, metric)) for _, row in rows[rows["metric"] == metric].iterrows())
        for metric in metrics
    }
    return Table(
        corner=Markup(""),
        columns=tuple(typography.settings(experiment, c) for c in experiment.configurations),
        rows=tuple((escape(METRICS[metric].title), cells[metric]) for metric in metrics),
        source=source,
        printed=tuple(beside.row(metric, ([c] for c in experiment.configurations)) for metric in metrics),
        seeds=wording.over_seeds(rows["n"] + rows["diverged"]),
    )


def _rate_table(
    change: RateOfChange, experiment: Experiment, rows: pd.DataFrame, source: Source, beside: Printed
) -> Table:
    symbol = typography.symbol("learning_rate")
    columns = tuple(
        Markup("{0}\u00a0=\u00a0{1} to {0}\u00a0=\u00a0{2}").format(symbol, typography.value(b), typography.value(a))
        for a, b in change.pairs
    )
    cells = tuple(cell(comparison.estimate(row)) for _, row in rows.iterrows())
    by_rate = {c.learning_rate: c for c in experiment.configurations}
    return Table(
        corner=Markup(""),
        columns=columns,
        rows=((escape(f"{METRICS[change.metric].title}, rate of change"), cells),),
        source=source,
        printed=(beside.row(change.metric + RATE, ([by_rate[a], by_rate[b]] for a, b in change.pairs)),),
        seeds=wording.over_seeds(rows["n"] + rows["diverged"]),
    )


def _tuning_table(config: Config, tuning: TuningTable, rows: pd.DataFrame, source: Source, beside: Printed) -> Table:
    heads = {tuning.best: "Best of the grid", tuning.default: "Default"}
    parameters, found, printed = _shown(config), [], []
    for name in tuning.rows:
        (chosen,) = config.experiments[name].configurations
        own = rows[rows["experiment"] == name].set_index("metric")
        values = [typography.value(chosen.value(parameter)) for parameter in parameters]
        cells = [cell(comparison.estimate(own.loc[metric], metric)) for metric in tuning.metrics]
        found.append((escape(heads.get(name, labels.title(name))), (*values, *cells)))
        there = [beside.row(metric, [[chosen]]) or (Markup(""),) for metric in tuning.metrics]
        printed.append((*(Markup(""),) * len(values), *itertools.chain(*there)) if any(map(any, there)) else ())
    columns = [typography.symbol(p) for p in parameters] + [escape(METRICS[m].title) for m in tuning.metrics]
    return Table(
        corner=Markup("Configuration"),
        columns=tuple(columns),
        rows=tuple(found),
        source=source,
        printed=tuple(printed),
        seeds=wording.over_seeds(rows["n"] + rows["diverged"]),
    )


def _neighbour_table(grid: Experiment, near: Neighbourhood, provenance: Provenance) -> Table:
    """The selected configuration and what changes against it, with the gap between its two accuracies."""
    metrics = ("training_accuracy", comparison.JUDGED_BY)
    heads = [(Markup("Selected: {}").format(wording.configuration(near.selected, grid)), near.selected)]
    for each in near.neighbours:
        changed = [typography.setting(name, each.trained.configuration.value(name)) for name in each.changed]
        heads.append((Markup(", ").join(changed), each.trained))
    return Table(
        corner=Markup("Changed"),
        columns=(*(escape(METRICS[m].title) for m in metrics), Markup("Training above validation, last epoch, points")),
        rows=tuple((head, (*(cell(t[m]) for m in metrics), _points(t.finished.gap))) for head, t in heads),
        source=provenance.part(grid, [t.configuration for _, t in heads]),
        seeds=_over_seeds(t for _, t in heads),
    )


def _points(value: float) -> Markup:
    return escape(labels.minus(f"{value * 100:.2f}"))


def _space_table(grid: Experiment, rows: pd.DataFrame, source: Source) -> Table:
    """Table 8; the values of the CSV, as they are written in the configuration."""
    as_written = {value: value for parameter in grid.varied for value in grid.values(parameter)}  # 0.37: e^-1
    cells = tuple(
        _values([as_written[value] for value in rows.loc[rows["parameter"] == parameter, "value"]])
        for parameter in grid.varied
    )
    columns = tuple(typography.symbol(parameter) for parameter in grid.varied)
    return Table(Markup(""), columns, ((Markup("Values searched"), cells),), source)


def _values(values: Sequence[float]) -> Markup:
    if len(values) > MOST_VALUES:
        ends = typography.value(min(values)), typography.value(max(values))
        return Markup("{:,} values from {} to {}").format(len(values), *ends)
    return Markup(", ").join(map(typography.value, values))


def _shown(config: Config) -> list[str]:
    """The parameters that Table 7 shows: always these three, and whatever else the grid varies."""
    varied = config.searched.varied if config.searched else ()
    return list(dict.fromkeys([*labels.TUNED, *varied]))


def _section(experiment: Experiment, sweep: Sweep, plots: Plots, provenance: Provenance) -> FurtherSection:
    metrics = ("training_accuracy", "best_validation_accuracy", "testing_accuracy")
    table = Table(
        corner=Markup("Configuration"),
        columns=tuple(escape(METRICS[metric].title) for metric in metrics),
        rows=tuple(
            (typography.label(t) or Markup("single"), tuple(cell(t[m]) for m in metrics)) for t in _listed(sweep)
        ),
        source=provenance.whole(experiment),
        seeds=_over_seeds(sweep.trained),
    )
    overview = catalogue.overview(experiment)
    return FurtherSection(
        experiment=experiment,
        sweep=sweep,
        fixed=tuple(
            typography.setting(name, experiment.configurations[0].value(name))
            for name in PARAMETERS
            if name not in (*experiment.varied, "epochs")
        ),
        table=table,
        plot=plots.plot(overview),
        drawn=_drawn(overview.kind, table.seeds),
    )


def _drawn(kind: str, seeds: str) -> str:
    """What the one figure of an experiment shows."""
    of = "validation accuracy at the best epoch" if kind == "grid" else "training and validation accuracy by epoch"
    return f"{of}, {seeds[:1].lower()}{seeds[1:].rstrip('.')}"


def _over_seeds(shown: Iterable[Trained]) -> str:
    own = [each[comparison.JUDGED_BY] for each in shown]
    return wording.over_seeds(each.n + each.diverged for each in own)


def _listed(sweep: Sweep) -> tuple[Trained, ...]:
    """All configurations, or the best of more than a reader would go through."""
    return sweep.trained if len(sweep.trained) <= MOST_ROWS else sweep.ranked[:BEST_ROWS]
