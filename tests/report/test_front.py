"""The first page, the limits, and the page without the write-up: what they say follows the verdicts."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
import sections
from markupsafe import Markup
from saying import Passage
from sections import text, usual_context
from synthetic import TEMPLATES, write_results

from pipeline.evidence import claims_file
from pipeline.evidence.cells import Tally
from pipeline.report import context
from pipeline.report import render as report
from pipeline.report.context import Context
from pipeline.report.views.audit import Line, LineVerdict, Section
from pipeline.report.views.evidence import Finding
from pipeline.report.views.front import ShortClaim

CLAIMS = claims_file.load().claims

# --- The abstract


def judged(
    finding: Finding, reproduced: int, unusual: int, failed: int, fallen: tuple[str, ...] = (), *, wrong: int = 0
) -> Context:
    """The usual page, with other verdicts; its other claims are supported."""
    page = usual_context()
    assert page.evidence
    assert page.claims
    assert page.front
    tally = Tally(reproduced, unusual, failed, 0, reproduced + unusual + failed, unusual + failed)
    names = [each.name for each in page.claims.claims]
    verdict_of: Sequence[LineVerdict] = ("wrong",) * wrong + ("right",) * (10 - wrong)
    derived = tuple(Line(Markup("a"), Markup("b"), (), each) for each in verdict_of)
    short = {name: ShortClaim(name, name.replace("-", " ")) for name in names}
    verdicts = {"supported": tuple(short[name] for name in names if name not in fallen), "undetermined": ()}
    return replace(
        page,
        evidence=replace(
            page.evidence,
            tally=tally,
            finding=finding,
            audit=replace(page.evidence.audit, sections=(Section("3.1", derived),)),
        ),
        claims=replace(page.claims, judged=True),
        front=replace(
            page.front,
            claims=verdicts | {"contradicted": tuple(short[name] for name in fallen)},
            stands=Markup("One that stands"),
            falls=Markup("One that falls"),
        ),
    )


def last(abstract: Passage) -> Passage:
    return abstract.sentences()[-1]


def test_numbers_that_hold_do_not_vouch_for_claims_that_fall() -> None:
    told = text("abstract", judged("holds", 31, 1, 0, ("early-stopping", "local-minimum"), wrong=3))
    assert told.sentence("numbers hold").has("31 of 32 reproduced", "1 unusual")
    supported = len(CLAIMS) - 2
    assert told.sentence("are supported").has(f"{supported} are supported, for example One that stands")
    assert told.sentence("contradicted").has(
        "other 2 are contradicted, for example One that falls", "3 of 10 statements"
    )
    assert last(told).has("do not vouch for the reasons")


def test_numbers_that_fail_are_no_ground_to_build_on() -> None:
    told = text("abstract", judged("fails", 29, 1, 2, ("early-stopping",)))
    assert told.sentence("32 printed numbers").has("29 are reproduced", "1 is unusual", "2 are not reproduced")
    assert not told.has("numbers hold")
    assert told.sentence("contradicted").has("other one is contradicted")
    assert last(told).has("no ground to build on")


def test_where_all_holds_it_can_be_built_on() -> None:
    told = text("abstract", judged("holds", 32, 0, 0))
    assert told.sentence("numbers hold").has("32 of 32 reproduced")
    assert not told.has("unusual")
    assert told.has("No claim is contradicted", "none of 10 statements")
    assert last(told).has("can be built on")


def test_too_many_unusual_numbers_are_not_said_to_hold() -> None:
    told = text("abstract", judged("many outside", 26, 6, 0))
    assert not told.has("numbers hold")
    assert told.sentence("32 printed numbers").has("6 are unusual")


def test_runs_on_other_data_judge_nothing() -> None:
    """The usual results are not of MNIST."""
    told = text("abstract", usual_context())
    assert told.has("experiments like those", "None of its printed numbers can be judged", "not judged either")
    assert last(told).has("stays open")
    assert not told.has("contradicted|numbers hold")


# --- The box of the first page


def test_the_box_names_the_claims_by_verdict_and_links_to_their_rows() -> None:
    page = judged("holds", 3, 0, 0, ("early-stopping",))
    html = sections.html("summary", page)
    assert '<a href="#claim-early-stopping">early stopping</a>' in html
    assert page.claims
    for claim in page.claims.claims:
        assert sections.html("claims", page).count(f'id="claim-{claim.name}"') == 1


# --- Without the write-up

OF_THE_WRITE_UP = r"write-up|Burki|published|printed|reproduc(?:ed|tion)|claim|contradicted|undetermined"


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The whole page; its results folder has no evidence at all."""
    folder = write_results(tmp_path_factory.mktemp("without") / "results", writeup="false", draw=True)
    assert not (folder / "evidence/evidence.json").exists()
    return report.render(context.build(folder, "Title", "", ()), TEMPLATES, "screen")


def test_a_page_without_the_write_up_has_no_word_of_it(without: str) -> None:
    body = re.sub(r"<script>.*?</script>|<pre.*?</pre>", "", without[without.index("<body>") :], flags=re.DOTALL)
    names = " ".join(re.findall(r'aria-label="([^"]+)"', body))
    shown = " ".join(re.sub(r"<[^>]+>", " ", body).split()) + names
    found = [shown[max(0, each.start() - 60) : each.end() + 40] for each in re.finditer(OF_THE_WRITE_UP, shown, re.I)]
    assert found == []


def test_a_page_without_the_write_up_numbers_all_tables_and_figures_in_one_series(without: str) -> None:
    for kind in ("Table", "Figure"):
        numbers = re.findall(rf'<a class="label"[^>]*>{kind} (\w+)\.</a>', without)
        assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
        assert len(numbers) > 3


def test_an_author_who_is_not_named_is_in_no_metadata(without: str) -> None:
    assert 'name="author"' not in without
    assert 'class="author"' not in without
