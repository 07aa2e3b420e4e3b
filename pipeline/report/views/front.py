"""The first page: the figure of all verdicts, and the claims by verdict under short names."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from pipeline.evidence.claims import VERDICTS
from pipeline.evidence.step import Evidence
from pipeline.figures import catalogue
from pipeline.files.sealed import read_text
from pipeline.report.views.blocks import NO_DATA, Plot, Source
from pipeline.report.views.mathematics import Mathematics
from pipeline.report.views.typography import powers

SOURCE = Source("results/evidence/*.csv", "pipeline.figures.overview")
# The claims that the abstract may quote, those first that a reader would act on.
QUOTED = ("early-stopping", "marginal-rates", "nothing-learned", "no-overfitting", "larger-coefficient")


@dataclass(frozen=True)
class ShortClaim:
    """A claim by its name in the file, which its row on the page is called, and in words."""

    name: str
    words: str


@dataclass(frozen=True)
class Front:
    """What the first page shows beside the counts.

    `claims` are by verdict. `stands` and `falls` are a supported and a contradicted claim; empty where there is none to
    quote.
    """

    plot: Plot
    claims: Mapping[str, tuple[ShortClaim, ...]]
    stands: Markup
    falls: Markup


def build(evidence: Evidence, mathematics: Mathematics, figures: Path) -> Front:
    """Sort the verdicts of the evidence for the first page; `figures` is the folder of the figures."""
    return Front(
        plot=Plot(
            name=catalogue.OVERVIEW,
            svg=read_text(figures / catalogue.drawing(catalogue.OVERVIEW)),
            description=_description(evidence, mathematics),
            data=NO_DATA,
            source=SOURCE,
        ),
        claims={
            verdict: tuple(
                ShortClaim(each.claim.name, each.claim.name.replace("-", " "))
                for each in evidence.claims
                if each.verdict == verdict
            )
            for verdict in VERDICTS
        },
        stands=_quoted(evidence, "supported"),
        falls=_quoted(evidence, "contradicted"),
    )


def _quoted(evidence: Evidence, verdict: str) -> Markup:
    """The first claim of QUOTED with this verdict, without its full stop; empty if there is none."""
    texts = {each.claim.name: each.claim.text for each in evidence.claims if each.verdict == verdict}
    return powers(next((texts[name] for name in QUOTED if name in texts), "").rstrip("."))


def _description(evidence: Evidence, mathematics: Mathematics) -> str:
    """How often each verdict was given."""
    rows: dict[str, Counter[str]] = {
        "printed numbers": Counter(each.verdict for each in evidence.cells),
        "arithmetic": Counter(each.verdict for each in evidence.audit),
        "mathematics": Counter(each.verdict for each in mathematics.lines),
        "claims": Counter(each.verdict for each in evidence.claims),
    }
    told = "; ".join(
        f"{name}: {', '.join(f'{count} {verdict}' for verdict, count in counts.items())}"
        for name, counts in rows.items()
    )
    return f"Printed accuracies against those of the runs; on the diagonal both are equal. Verdicts: {told}."
