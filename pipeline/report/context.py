"""Everything that the templates may show, built in one place: they compute nothing themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
from markupsafe import Markup, escape

from pipeline.analysis import comparison, findings
from pipeline.analysis.comparison import Sweep, Trained
from pipeline.analysis.findings import Findings
from pipeline.config.metrics import METRICS
from pipeline.config.settings import Config, Experiment, RateOfChange, TuningTable
from pipeline.data.dataset import Manifest, read_manifest
from pipeline.environment.software import Package
from pipeline.evidence import recovered
from pipeline.evidence import step as evidence
from pipeline.experiments import labels, plan
from pipeline.experiments.tidy import Rows, fresh, read_csv
from pipeline.figures import catalogue
from pipeline.report.views import appendix, mathematics, runlist, speed, typography
from pipeline.report.views import claims as claims_text
from pipeline.report.views import collapse as collapse_text
from pipeline.report.views import evidence as evidence_text
from pipeline.report.views import randomisation as randomisation_text
from pipeline.report.views import ratio as ratio_text
from pipeline.report.views import recovery as recovery_text
from pipeline.report.views.appendix import Appendix
from pipeline.report.views.blocks import Plot, Source, Table
from pipeline.report.views.claims import ClaimsText
from pipeline.report.views.collapse import CollapseText
from pipeline.report.views.evidence import EvidenceText
from pipeline.report.views.mathematics import Mathematics
from pipeline.report.views.plots import Plots
from pipeline.report.views.provenance import THEORY, Provenance
from pipeline.report.views.randomisation import RandomisationText
from pipeline.report.views.ratio import RatioText
from pipeline.report.views.recovery import RecoveryText
from pipeline.report.views.speed import Speed
from pipeline.report.views.wording import cell
from pipeline.theory import proof
from pipeline.theory.proof import Theory

MOST_ROWS, BEST_ROWS = 60, 20  # configurations in a table; how many of more
MOST_VALUES = 30  # of a parameter in the table of the search space


@dataclass(frozen=True)
class FurtherSection:
    """One experiment that only the further experiments show; its table is of the best where there are many."""

    experiment: Experiment
    sweep: Sweep
    table: Table
    plot: Plot


@dataclass(frozen=True)
class Context:
    """What the report is made from. Tables and plots are by name; absent ones are not shown.

    `fresh_seeds` are those of the selected configuration that did not choose it; empty where those that did are shown.
    """

    title: str
    author: str
    config: Config
    theory: Theory
    theory_source: Source
    mathematics: Mathematics
    recovery: RecoveryText
    manifest: Manifest
    training_size: int
    validation_size: int
    distinct_runs: int
    diverged_runs: int
    findings: Findings
    tables: dict[str, Table]
    curves: dict[str, tuple[Plot, ...]]
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
    evidence: EvidenceText
    claims: ClaimsText
    collapse: CollapseText | None
    randomisation: RandomisationText | None
    settled: float = comparison.SETTLED


def build(
    results: Path,
    title: str,
    author: str,
    packages: Sequence[Package],
    benchmark: Path | None = None,
) -> Context:
    """Read the results folder and build the context.

    `packages` are what the appendix lists, `benchmark` is the record of the speed of training, if there is one.
    Raises InputError if something does not fit.
    """
    config = plan.load_selected(results / "config.json", results / "selection.json")
    manifest = read_manifest(results / "data")
    summary = read_csv(results / "tables" / "summary.csv")
    histories = fresh(read_csv(results / "histories.csv"), config)
    facts = findings.findings(
        config, comparison.Results(Rows(summary), Rows(histories), manifest.largest_class), catalogue.further(config)
    )
    runs = read_csv(results / "runs.csv")
    provenance = Provenance(config, fresh(runs, config))
    theory = proof.read(results / "theory.json")
    verdicts = evidence.read(results)
    printed = evidence_text.build(verdicts, provenance, results / "figures")
    distinct = runs.drop_duplicates("key")
    diverged = frozenset(distinct.loc[distinct["status"] == "diverged", "key"])
    listed = runlist.groups(config, Provenance(config, runs), diverged)
    training, validation = config.split.sizes(manifest.training_images)
    plots = Plots(results / "figures", config, summary, read_csv(results / "tables" / "curves.csv"), provenance)
    tuning, grid = config.tables.tuning, config.searched
    tables = _tables(config, results / "tables", provenance)
    collapse = None
    if config.tables.regularization:
        collapse = collapse_text.build(results, provenance, facts.regularization)
        tables["regularization"] = _with_norms(tables["regularization"], collapse)
    shown = [*catalogue.sweeps(config), *([config.experiments[tuning.best]] if tuning else [])]
    return Context(
        title=title,
        author=author,
        config=config,
        theory=theory,
        theory_source=THEORY,
        mathematics=mathematics.build(theory.propositions),
        recovery=recovery_text.tell(recovered.read(results / "recovery.json"), printed.choices),
        manifest=manifest,
        training_size=training,
        validation_size=validation,
        distinct_runs=len(distinct),
        diverged_runs=len(diverged),
        findings=facts,
        tables=tables,
        curves={e.name: tuple(plots.plot(figure) for figure in catalogue.curves(e)) for e in shown},
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
        evidence=printed,
        claims=claims_text.build(verdicts, provenance, results / "figures"),
        randomisation=randomisation_text.build(config, manifest, results),
        further=tuple(_section(e, facts.further[e.name], plots, provenance) for e in catalogue.further(config)),
    )


def _fresh_seeds(config: Config, best: Experiment) -> str:
    seeds = config.fresh_seeds(best)
    return f"{seeds[0]} to {seeds[-1]}" if seeds != best.seeds else ""


def _with_norms(table: Table, collapse: CollapseText) -> Table:
    """Table 6 with the norms of the weights below the write-up's rows."""
    also = ((collapse_text.FILE, "pipeline.analysis.collapse"),)
    return replace(table, added=collapse.rows, source=replace(table.source, also=also))


def _search_goes_down(config: Config, grid: Experiment | None) -> bool:
    """Whether the grid looks at regularization coefficients below the default one and none above."""
    if not (config.tables.tuning and grid and "reg" in grid.varied):
        return False
    (default,) = config.experiments[config.tables.tuning.default].configurations
    coefficients = grid.values("reg")
    return max(coefficients) <= default.reg and min(coefficients) < default.reg


def _tables(config: Config, folder: Path, provenance: Provenance) -> dict[str, Table]:
    """The tables of section 3 that the configuration asks for."""
    shown, tables = config.tables, {}
    for name, sweep in (("learning_rates", shown.learning_rates), ("regularization", shown.regularization)):
        if sweep:
            experiment, source = config.experiments[sweep.experiment], provenance.table(name)
            tables[name] = _sweep_table(experiment, read_csv(folder / f"{name}.csv"), sweep.metrics, source)
    if shown.learning_rates and shown.learning_rates.rate_of_change:
        change = shown.learning_rates.rate_of_change
        tables["rate_of_change"] = _rate_table(
            change, read_csv(folder / "rate_of_change.csv"), provenance.table("rate_of_change")
        )
    if shown.tuning and config.searched:
        rows = read_csv(folder / "tuning.csv")
        tables["tuning"] = _tuning_table(config, shown.tuning, rows, provenance.table("tuning"))
        tables["search_space"] = _space_table(
            config.searched, read_csv(folder / "search_space.csv"), provenance.table("search_space")
        )
    return tables


def _sweep_table(experiment: Experiment, rows: pd.DataFrame, metrics: Sequence[str], source: Source) -> Table:
    cells = {
        metric: tuple(cell(comparison.estimate(row, metric)) for _, row in rows[rows["metric"] == metric].iterrows())
        for metric in metrics
    }
    return Table(
        corner=Markup(""),
        columns=tuple(typography.settings(experiment, c) for c in experiment.configurations),
        rows=tuple((escape(METRICS[metric].title), cells[metric]) for metric in metrics),
        source=source,
    )


def _rate_table(change: RateOfChange, rows: pd.DataFrame, source: Source) -> Table:
    symbol = typography.symbol("learning_rate")
    columns = tuple(
        Markup("{0} = {1} to {0} = {2}").format(symbol, typography.value(b), typography.value(a))
        for a, b in change.pairs
    )
    cells = tuple(cell(comparison.estimate(row)) for _, row in rows.iterrows())
    head = escape(f"{METRICS[change.metric].title}, rate of change")
    return Table(Markup(""), columns, ((head, cells),), source)


def _tuning_table(config: Config, tuning: TuningTable, rows: pd.DataFrame, source: Source) -> Table:
    heads = {tuning.best: "Best of the grid", tuning.default: "Default"}
    parameters, found = _shown(config), []
    for name in tuning.rows:
        (chosen,) = config.experiments[name].configurations
        own = rows[rows["experiment"] == name].set_index("metric")
        values = [typography.value(chosen.value(parameter)) for parameter in parameters]
        cells = [cell(comparison.estimate(own.loc[metric], metric)) for metric in tuning.metrics]
        found.append((escape(heads.get(name, labels.title(name))), (*values, *cells)))
    columns = [typography.symbol(p) for p in parameters] + [escape(METRICS[m].title) for m in tuning.metrics]
    return Table(Markup("Configuration"), tuple(columns), tuple(found), source)


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
    )
    return FurtherSection(experiment, sweep, table, plots.plot(catalogue.overview(experiment)))


def _listed(sweep: Sweep) -> tuple[Trained, ...]:
    """All configurations, or the best of more than a reader would go through."""
    return sweep.trained if len(sweep.trained) <= MOST_ROWS else sweep.ranked[:BEST_ROWS]
