import pytest

from pipeline.errors import InputError
from pipeline.report.references import Numbering


def test_each_kind_is_numbered_in_order() -> None:
    numbering = Numbering()
    for _ in numbering.passes():
        labels = [
            numbering.number("table", "a"),
            numbering.number("figure", "a"),
            numbering.number("table", "b"),
            numbering.number("equation", "a"),
        ]
    assert labels == ["1", "1", "2", "1"]


def test_sections_are_hierarchical() -> None:
    numbering = Numbering()
    levels = [2, 3, 3, 4, 2, 3]
    assert [numbering.section(level, str(i), "") for i, level in enumerate(levels)] == [
        "1",
        "1.1",
        "1.2",
        "1.2.1",
        "2",
        "2.1",
    ]


@pytest.mark.parametrize("level", [1, 3])
def test_a_section_needs_its_parent(level: int) -> None:
    with pytest.raises(InputError, match=f"section 'deep': expected level 2 to 2, found {level}"):
        Numbering().section(level, "deep", "")


@pytest.mark.parametrize(
    ("kind", "link"),
    [
        ("table", '<a href="#table-x">Table 1</a>'),
        ("figure", '<a href="#figure-x">Figure 1</a>'),
        ("equation", '<a href="#equation-x">(1)</a>'),
        ("section", '<a href="#section-x">Section 1</a>'),
    ],
)
def test_a_reference_may_come_first(kind: str, link: str) -> None:
    numbering = Numbering()
    for _ in numbering.passes():
        reference = numbering.ref(kind, "x")
        _ = numbering.section(2, "x", "") if kind == "section" else numbering.number(kind, "x")
    assert str(reference) == link


def test_a_series_counts_for_itself_and_takes_no_number_of_the_others() -> None:
    numbering = Numbering()
    for _ in numbering.passes():
        references = [str(numbering.ref("figure", name)) for name in ("x", "b")]
        references.append(str(numbering.ref("table", "x")))
        numbers = [
            numbering.number("figure", "a"),
            numbering.number("figure", "x", series="R"),
            numbering.number("table", "x", series="R"),
            numbering.number("figure", "y", series="R"),
            numbering.number("figure", "b"),
            numbering.number("table", "b"),
        ]
    assert numbers == ["1", "R1", "R1", "R2", "2", "1"]
    assert references == [
        '<a href="#figure-x">Figure R1</a>',
        '<a href="#figure-b">Figure 2</a>',
        '<a href="#table-x">Table R1</a>',
    ]


def test_appendices_have_letters() -> None:
    numbering = Numbering()
    for _ in numbering.passes():
        reference = numbering.ref("section", "b1")
        numbers = [
            numbering.section(2, "text", "Text"),
            numbering.section(2, "a", "First", appendix=True),
            numbering.section(3, "a1", "Inside"),
            numbering.section(2, "b", "Second", appendix=True),
            numbering.section(3, "b1", "Inside"),
        ]
    assert numbers == ["1", "A", "A.1", "B", "B.1"]
    assert str(reference) == '<a href="#section-b1">Appendix B.1</a>'


def test_the_contents_list_every_heading_in_order() -> None:
    numbering = Numbering()
    for _ in numbering.passes():
        contents = numbering.contents()
        numbering.section(2, "a", "Numbered")
        numbering.unnumbered(3, "b", "Plain")
    assert [(entry.level, entry.name, entry.number, entry.title) for entry in contents] == [
        (2, "a", "1", "Numbered"),
        (3, "b", "", "Plain"),
    ]


def test_a_heading_without_a_number_can_be_linked_to_in_words() -> None:
    numbering = Numbering()
    for _ in numbering.passes():
        link = numbering.link("section", "plain", "the protocol")
        numbering.unnumbered(2, "plain", "Plain")
    assert str(link) == '<a href="#section-plain">the protocol</a>'


def test_a_heading_without_a_number_cannot_be_referred_to_by_it() -> None:
    numbering = Numbering()
    with pytest.raises(InputError, match="expected a section named 'plain'"):
        for _ in numbering.passes():
            numbering.ref("section", "plain")
            numbering.unnumbered(2, "plain", "Plain")


def test_a_numbering_serves_several_documents() -> None:
    numbering = Numbering()
    for _ in range(2):
        for _ in numbering.passes():
            label = numbering.number("table", "x")
        assert label == "1"


def test_a_name_is_used_once() -> None:
    numbering = Numbering()
    numbering.number("table", "x")
    numbering.number("figure", "x")
    with pytest.raises(InputError, match="table 'x': expected a name used once, found it twice"):
        numbering.number("table", "x")


def test_all_unknown_references_are_reported_together() -> None:
    numbering = Numbering()
    with pytest.raises(InputError) as caught:
        for _ in numbering.passes():
            numbering.ref("table", "lost")
            numbering.ref("table", "lost")
            numbering.ref("figure", "gone")
    assert [problem.partition(",")[0] for problem in caught.value.problems] == [
        "reference: expected a table named 'lost'",
        "reference: expected a figure named 'gone'",
    ]


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(InputError, match="expected one of the kinds section, table, figure, equation, found 'tabel'"):
        Numbering().ref("tabel", "x")


def test_a_name_is_escaped() -> None:
    assert "<b>" not in Numbering().ref("table", "<b>")
