"""The sections that no experiment decides: the mathematics, the review, the appendix, and where a number comes from."""

import re
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
import sections
from saying import Group, Passage
from sections import of_results, text, usual_context
from synthetic import usual

from pipeline.environment.software import Package
from pipeline.report import formulas
from pipeline.report.context import Context
from pipeline.report.views import mathematics
from pipeline.report.views.blocks import Source
from pipeline.report.views.runlist import ConfigurationRuns
from pipeline.report.views.runlist import ExperimentRuns as Runs
from pipeline.theory import threshold
from pipeline.theory.proof import Correction, Proposition, Solution, Theory

HOLDS: Group = {
    "fails": r"\bfailed:|\bnot equal\b|\b(?:no solution|not those|prove nothing|another left side|asks for)\b",
    "holds": r"\bchecked:|\bequal in symbols\b|\b(?:same left side|prove it|one solution is|are those of)\b",
}


def theory(**changes: Any) -> Passage:
    """Section 1 for checks with these changes."""
    built = usual_context()
    return text("theory", replace(built, theory=replace(built.theory, **changes)))


def checks() -> Theory:
    return usual_context().theory


def notes(told: Passage) -> list[str]:
    """What the margin says of each check."""
    return [line for line in told.splitlines() if re.match("Checked:|Failed:", line)]


# --- The mathematics


def test_what_holds_is_said_to_hold() -> None:
    told = theory()
    assert len(notes(told)) == checks().checks
    assert told.meaning(HOLDS) == "holds"
    assert told.sentence("negative sum", "AND").has("are those of AND")
    assert told.sentence("negative sum", "OR").has("are those of OR")


def test_a_check_says_over_how_many_numbers_and_how_far() -> None:
    told = theory(samples=12_345, symbolic_sizes=(2, 7))
    derived = [note for note in notes(told) if "in symbols" in note]
    assert len(derived) == len(checks().derivations) - 1  # what the code computes is compared in numbers alone
    for note in derived:
        assert "12,345 random z" in note
        assert re.search(r"n\s*=\s*2 to 7", note)
    (coded,) = [note for note in notes(told) if "pipeline/training/network.py" in note]
    assert "12,345 random z" in coded


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"symbolic": False}, "not equal in symbols"), ({"difference": 0.5}, "below 100 over")],
)
def test_a_derivation_that_fails_is_said_to(changes: dict[str, Any], words: str) -> None:
    label = next(name for name, each in checks().derivations.items() if each.symbolic)
    wrong = checks().derivations | {label: replace(checks().derivations[label], **changes)}
    failed = [note for note in notes(theory(derivations=wrong)) if note.startswith("Failed:")]
    assert len(failed) == 1
    assert re.search(words, failed[0])


def solved(function: str, weights: tuple[str, str], bias: str) -> Solution:
    first, second, b = map(Fraction, (*weights, bias))
    return Solution((first, second), b, threshold.rows(threshold.FUNCTIONS[function], (first, second), b))


@pytest.mark.parametrize(("function", "wrong"), [("and", 2), ("or", 1)])
def test_a_neuron_that_is_no_solution_is_said_to_be_none(function: str, wrong: int) -> None:
    # a bias of 1/8 less than a weight: the AND of OR, and the OR of AND
    weights, bias = (("0.5", "0.5"), "-0.375") if function == "and" else (("0.5", "0.25"), "-0.5")
    told = theory(solutions=checks().solutions | {function: solved(function, weights, bias)})
    failed = [note for note in notes(told) if note.startswith("Failed:")]
    assert len(failed) == wrong
    for note in failed:
        gives, asks = ("1", "0") if function == "and" else ("0", "1")
        assert re.search(rf"gives {gives}, {function.upper()} asks for {asks}", note)
    assert told.has(f"are not those of {function.upper()}: this neuron is no solution")
    assert told.has("config.yaml gives")


@pytest.mark.parametrize(("bias", "inputs"), [("-0.5", r"\(0, 1\) and \(1, 0\)"), ("-0.375", None)])
def test_a_sum_of_zero_is_told_with_its_rows(bias: str, inputs: str | None) -> None:
    solutions = {"and": solved("and", ("0.5", "0.5"), "-0.875"), "or": solved("or", ("0.5", "0.5"), bias)}
    told = theory(solutions=solutions)
    assert told.has("exactly zero") is (inputs is not None)
    assert inputs is None or told.sentence("exactly zero").has(inputs, "counts as 1")


@pytest.mark.parametrize(
    ("changes", "words"), [({"contradictory": False}, "another left side"), ({"proved": False}, "prove nothing")]
)
def test_a_proof_that_fails_is_said_to(changes: dict[str, Any], words: str) -> None:
    told = theory(xor=replace(checks().xor, **changes))
    failed = [note for note in notes(told) if note.startswith("Failed:")]
    assert len(failed) == 1
    assert words in failed[0]


def test_the_multipliers_are_those_of_the_proof() -> None:
    told = theory(xor=replace(checks().xor, multipliers=(3, 1, 4, 2)))
    assert told.sentence("finds the multipliers").has("3, 1, 4, 2")


# --- The mathematics of the write-up

TRUE = Proposition("(1)", "a", True)
SLIP = Proposition("(2)", r"\(w_1 > b\)", False, Correction(r"\(w_1 \geq b\)", True))
FALSE = Proposition("(3)", "c", False)


def stated(*propositions: Proposition) -> Context:
    return replace(usual_context(), mathematics=mathematics.build(propositions))


@pytest.mark.parametrize(
    ("propositions", "words"),
    [
        ((TRUE, TRUE), r"\b2 of 2 statements .* hold$"),
        ((TRUE, SLIP, TRUE), r"\b2 of 3 statements .* hold, 1 with a slip$"),
        ((TRUE, SLIP, FALSE, FALSE), r"\b1 of 4 statements .* hold, 1 with a slip, 2 do not$"),
    ],
)
def test_the_first_page_says_how_much_of_the_write_ups_mathematics_holds(
    propositions: tuple[Proposition, ...], words: str
) -> None:
    assert text("summary", stated(*propositions)).line("statements of").has(words)


def test_what_is_not_right_stands_first_with_what_would_be() -> None:
    shown = stated(TRUE, SLIP, FALSE, SLIP)
    html = sections.html("mathematics", shown)
    assert sections.cells(html)[1:] == [
        ["(2)", "w1 > b", "slip", "w1 ≥ b"],
        ["(3)", "c", "wrong", ""],
        ["(2)", "w1 > b", "slip", "w1 ≥ b"],
        ["all others", "1 statement, listed in results/theory/mathematics.csv", "right", ""],
    ]
    told = text("mathematics", shown)
    assert told.has("Of 4 statements 1 holds")
    assert told.has("2 have a slip")
    assert told.has("1 does not hold")


def test_what_is_right_is_counted_in_one_row() -> None:
    html = sections.html("mathematics", stated(TRUE, TRUE, SLIP, TRUE))
    (row,) = sections.cells(html)[2:]
    assert row[0] == "all others"
    assert row[1].startswith("3 statements, listed")
    assert row[2:] == ["right", ""]
    assert [row[0] for row in sections.cells(sections.html("mathematics", stated(TRUE)))[1:]] == ["all"]
    assert len(sections.cells(sections.html("mathematics", stated(SLIP)))) == 2


# --- The review


def test_the_numbers_of_the_paper_are_those_that_it_prints() -> None:
    """Zhang et al. (2017): tables 1 and 2, section 3 and section 5."""
    told = text("review", replace(usual_context(), randomisation=None))
    assert told.sentence("Inception network with").has("1,649,402 parameters reaches 100%", "50,000 images")
    assert told.sentence("chance level").number("percent") == 9.78
    assert told.sentence("random crops and weight decay, the same network").number("percent") == 89.05
    assert told.sentence("Inception loses").has(r"loses 3\.3 points", r"89\.05% to 85\.75%")
    assert told.sentence("multilayer perceptron").has(r"53\.35% with weight decay and 52\.39% without")
    assert told.sentence("without any regularizer").number("percent") == 59.8
    assert told.sentence("augmentation alone").has(r"raises .* 72\.95%", "add about 18 points")
    assert told.sentence("kernel regression").number("percent") == 1.2
    assert told.sentence("wavelet").has(r"lower .* to 0\.6%", "rises from about 220 to about 390")
    assert told.sentence("batch normalization").has("3 to 4 points")
    assert told.sentence("the 90% of").has("rises")


def test_what_the_paper_says_stands_with_its_place() -> None:
    """As printed: section 1.1 has the time and the necessary and sufficient, section 2.2 Bartlett's bound."""
    told = text("review", replace(usual_context(), randomisation=None))
    assert told.sentence("small constant factor").has(r"section 1\.1")
    assert told.sentence("neither necessary nor by itself sufficient").has("explicit", r"section 1\.1")
    assert told.sentence("“Deep neural networks easily fit random labels”").has("page 2")
    assert told.sentence("“could potentially improve generalization performance”").has("early stopping", "page 7")
    assert told.sentence("Bartlett’s bound, by").has("does not apply to networks of ReLU")
    assert told.sentence("fundamental reason").has("explicit and implicit", r"section 3\.1")
    assert told.sentence("On CIFAR10 alone").has("probability", "permutation for all images", "noise")


def test_the_pictures_and_the_example_of_the_write_up_are_told_and_judged() -> None:
    told = text("review", replace(usual_context(), randomisation=None))
    assert told.line(r"an exam\b").has("right one time in four", "closer", "leaves open")
    assert told.line("made of shapes").has("ellipses", "circle", "axes are equal")
    assert told.line("5000").has("ratio", "wrong by a factor of 1,000", "confidence", "sigmoid")
    assert told.has("“a little disheartening”", "“much more to understand”")


@pytest.mark.parametrize("name", ["theory", "review", "references", "collapse"])
def test_without_the_write_up_nothing_is_said_of_it(name: str) -> None:
    page = usual_context()
    told = text(name, replace(page, config=replace(page.config, writeup=False)))
    assert not told.has("write-up|Burki")
    assert name == "collapse" or text(name, page).has("write-up")


def test_every_reference_is_cited_and_every_citation_has_one() -> None:
    page = replace(usual_context(), randomisation=None)
    html = "".join(sections.html(name, page) for name in ("theory", "review"))
    listed = set(re.findall(r'id="(reference-\w+)"', sections.html("references", page)))
    cited = set(re.findall(r'href="#(reference-\w+)"', html))
    elsewhere = {"reference-burki2024", "reference-cs7643"}  # on the first page, in the protocol
    assert cited | elsewhere == listed


# --- The appendix


def appendix(**changes: Any) -> Passage:
    return text("appendix", replace(usual_context(), **changes))


def test_the_images_are_counted_by_part() -> None:
    manifest = replace(usual_context().manifest, training_images=60_000, testing_images=10_000)
    said = appendix(manifest=manifest, training_size=48_000, validation_size=12_000).sentence("images for training")
    assert said.numbers("any") == [60_000, 48_000, 12_000, 10_000, 784, 10]
    assert said.has("48,000 train and 12,000 validate, and 10,000 for testing")


@pytest.mark.parametrize("source", ["mnist", "sample"])
def test_where_the_images_come_from(source: str) -> None:
    told = appendix(manifest=replace(usual_context().manifest, source=source))
    assert told.has("come with a Python package") is (source == "sample")
    assert told.has("unpacked files") is (source == "mnist")
    assert told.has("can be had from") is (source == "mnist" and bool(usual_context().config.data.mirrors))


def test_packages_are_listed_by_who_asks_for_them() -> None:
    packages = (Package("asked", "1.0", "1.0", True), Package("needed", "2.0", "2.1", False))
    built = usual_context()
    told = appendix(appendix=replace(built.appendix, packages=packages, python="3.99"))
    first, second = told.after("Python 3.99 made").split("Those need:")
    assert "asked 1.0" in first
    assert "needed" not in first
    assert "(locked: 2.1)" in second
    assert "locked" not in first


def test_the_key_is_told_by_its_parts() -> None:
    built = usual_context()
    facts = replace(built.appendix, code="c" * 16, numpy="9.8.7", python="3.99.1")
    page = replace(built, appendix=facts)
    assert text("appendix", page).line("code of the network").has("c" * 16)
    assert text("appendix", page).line("^NumPy").has(r"9\.8\.7")
    rows = sections.cells(sections.html("appendix", page))
    assert ["Prepared arrays", "", "f" * 64] in rows


def test_runs_are_listed_with_their_seeds_and_what_diverged() -> None:
    built = of_results(lambda c, seed: None if c.learning_rate == 1 and seed == 2 else usual(c, seed))
    html = sections.html("appendix", built)
    counts, body = html[html.index('id="section-appendix-runs"') :].split("</table>")[:2]
    assert ["Learning rates", "3", "1 to 2", "6"] in sections.cells(counts)
    assert ["Grid", "6", "1", "6"] in sections.cells(counts)
    rows = sections.cells(body)
    heads = {row[0].split(":")[0]: row[0] for row in rows if len(row) == 1}
    assert re.search(r"\b6 runs, seeds 1 to 2$", heads["Learning rates"])
    assert re.search(r"\b6 runs, seed 1$", heads["Grid"])
    assert re.search(r"\b2 runs, seeds 1 to 2$", heads["Default"])
    assert [row[0] for row in rows if "(diverged)" in row[-1]] == ["η = 1"]
    (lost,) = [row[-1] for row in rows if "(diverged)" in row[-1]]
    first, second = re.findall(r"[0-9a-f]{16}(?: \(diverged\))?", lost)
    assert "diverged" in second  # the keys stand in the order of the seeds
    assert "diverged" not in first


@pytest.mark.parametrize(("runs", "configurations"), [(1, 1), (1200, 600)])
def test_runs_too_many_to_list_are_counted(runs: int, configurations: int) -> None:
    built = usual_context()
    grid = built.config.experiments["grid"]
    many = replace(grid, configurations=grid.configurations[:1] * configurations)
    html = sections.html("appendix", replace(built, appendix=replace(built.appendix, runs=(Runs(many, runs, ()),))))
    body = html[html.index('id="appendix-keys"') :]
    head, row = sections.cells(body[: body.index("</table>")])[1:]
    assert re.search(r"\b1 run,|\b1,200 runs,", head[0])
    assert ("1 run," in head[0]) is (runs == 1)
    assert re.search(r"\b1 configuration,|\b600 configurations,", row[0])
    listed = Runs(grid, 6, (ConfigurationRuns("a", built.appendix.runs[0].rows[0].label, ("a" * 16,), frozenset()),))
    assert "too many" not in text("appendix", replace(built, appendix=replace(built.appendix, runs=(listed,))))


# --- Where a table comes from


def footer(source: Source, medium: formulas.Medium) -> str:
    """The line under a table."""
    facts = replace(usual_context(), theory_source=source)
    html = sections.html("theory", facts, medium)
    body = html[html.index('<div class="source">') :]
    return " ".join(re.sub(r"<[^>]+>", "", body[: body.index("</div>")]).split())


@pytest.mark.parametrize(("runs", "shown"), [(0, "results/a.csv."), (1, "; 1 run."), (6, "; 6 runs.")])
def test_print_names_the_file_and_counts_the_runs(runs: int, shown: str) -> None:
    keys = tuple(f"{n:016x}" for n in range(runs))
    line = footer(Source("results/a.csv", "pipeline.b", keys, ("one",), (("results/c.csv", "pipeline.d"),)), "print")
    assert line.startswith("Source: results/a.csv, results/c.csv")
    assert line.endswith(shown.replace("a.csv", "c.csv"))
    assert not set(keys) & set(re.findall(r"\w+", line))


@pytest.mark.parametrize(("runs", "named"), [(1, True), (300, True), (301, False)])
def test_many_runs_are_listed_on_the_screen_up_to_a_number(runs: int, named: bool) -> None:
    keys = tuple(f"{n:016x}" for n in range(runs))
    source = Source("results/a.csv", "pipeline.b", keys, ("one", "two"), (("results/c.csv", "pipeline.d"),))
    line = footer(source, "screen")
    assert "results/a.csv, by pipeline/b.py, and results/c.csv, by pipeline/d.py" in line
    assert f"{runs} run{'s' if runs != 1 else ''}" in line
    assert (keys[-1] in line) is named
    assert ("under the experiments one, two" in line) is not named
