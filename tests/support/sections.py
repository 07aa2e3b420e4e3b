"""Single sections of the report: of results that follow a rule, or of facts that a test makes up."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment
from saying import Passage, passage
from synthetic import MANIFEST, TEMPLATES, Rule, record_of, tree, usual, write_results

from pipeline.analysis import findings as analysis
from pipeline.analysis import tables
from pipeline.analysis.comparison import Results
from pipeline.config import load as config
from pipeline.config.settings import Config
from pipeline.errors import InputError
from pipeline.experiments import plan, runs, selection
from pipeline.experiments.plan import Run
from pipeline.experiments.records import Record
from pipeline.experiments.tidy import Rows
from pipeline.figures import catalogue
from pipeline.report import context
from pipeline.report import render as report
from pipeline.report.context import Context
from pipeline.report.references import Numbering
from pipeline.report.render import Medium
from pipeline.report.views.pictures import PicturesText

NO_PICTURES = PicturesText(None, None, None, None)
PAGE = """{% set config = report.config %}{{ numbering.section(2, "part", "Part") and "" }}{% include name %}"""


class Alone(Numbering):
    """The numbers of a single section: what it refers to outside of it has none."""

    def passes(self) -> Iterator[None]:
        """Two, after which references may be unknown."""
        try:
            yield from super().passes()
        except InputError:
            return


@cache
def _environment(medium: Medium) -> tuple[Environment, Numbering]:
    numbering = Alone()
    return report.environment(TEMPLATES, medium, numbering), numbering


def html(name: str, page: Any, medium: Medium = "screen") -> str:
    """The section templates/sections/<name>.html.j2, the summary or the abstract, for a context or a stand-in."""
    environment, numbering = _environment(medium)
    document = environment.from_string(PAGE)
    template = f"{name}.html.j2" if name in ("summary", "abstract") else f"sections/{name}.html.j2"
    text = ""
    for _ in numbering.passes():
        text = document.render(report=page, medium=medium, name=template)
    return text


def page_of(**facts: Any) -> Any:
    """What stands for a context: it has these attributes alone."""
    return SimpleNamespace(**{"config": SimpleNamespace(writeup=True), "pictures": NO_PICTURES} | facts)


def text(name: str, page: Any = None, **facts: Any) -> Passage:
    """The same as text; `facts` are a context's attributes, where there is none."""
    return passage(html(name, page or page_of(**facts)))


def cells(html: str) -> list[list[str]]:
    """The cells of a table's rows as text."""
    rows = [re.findall(r"<t[hd]\b.*?</t[hd]>", row, re.DOTALL) for row in re.findall(r"<tr\b.*?</tr>", html, re.DOTALL)]
    return [[" ".join(unescape(re.sub(r"<[^>]+>", "", cell)).split()) for cell in row] for row in rows]


def tell(name: str, rule: Rule = usual, **changes: Any) -> Passage:
    """What a section says of the results of a rule, with these changes of the settings."""
    return text(name, of_results(rule, **changes) if changes else of_runs(rule))


def of_results(rule: Rule = usual, **changes: Any) -> Context:
    """The context of a folder of results."""
    with TemporaryDirectory() as folder:
        return context.build(write_results(Path(folder) / "results", rule, **changes), "Title", "Author", ())


@cache
def usual_context() -> Context:
    """The context of the usual results."""
    return of_results()


@cache
def of_runs(rule: Rule) -> Context:
    """The usual context, but with what is found in the runs of a rule: enough for the prose of section 3."""
    page, (settings, findings) = usual_context(), found(rule, _usual_settings())
    further = tuple(replace(each, sweep=findings.further[each.experiment.name]) for each in page.further)
    return replace(page, config=settings, findings=findings, further=further)


@cache
def _usual_settings() -> Config:
    return config.parse(tree(), "config.yaml")


def found(rule: Rule, settings: Config) -> tuple[Config, analysis.Findings]:
    """The settings with what is selected, and what is found in the runs of a rule."""

    def train(wanted: tuple[Run, ...]) -> dict[str, Record]:
        return {run.key: record_of(rule(run.configuration, run.seed)) for run in wanted}

    chosen = {}
    for experiment in settings.experiments.values():
        if experiment.best_of:
            candidates = plan.runs(settings, [settings.experiments[experiment.best_of]], MANIFEST.fingerprint)
            chosen[experiment.name] = selection.best(candidates, train(candidates), experiment.count)
    settings = plan.select(settings, chosen)
    wanted = plan.runs(settings, settings.experiments.values(), MANIFEST.fingerprint)
    records = train(wanted)
    histories = runs.histories_table(wanted, records)
    _, summary = next(tables.all_tables(runs.runs_table(wanted, records), histories, settings))
    results = Results(Rows(summary), Rows(histories), MANIFEST.largest_class)
    return settings, analysis.findings(settings, results, catalogue.further(settings))
