"""The pages of a check and their data: what a student and a teacher are told, and where it is written."""

import csv
import json
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest
from configuration import ROOT as PROJECT
from handed_in import HOSTILE, ODD, RATE, RIGHT, ROOT, RUNS, WRONG, checked, mixed, number

from pipeline.check import overview, pages, record
from pipeline.evidence.cells import JudgedCell

FOLDER = Path("results/check")


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ROOT.mkdir()


def data(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


class Page(HTMLParser):
    """The elements of a page, and its text outside of style sheets."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed((FOLDER / name).read_text(encoding="utf-8"))
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] != "style":
            self.text += data

    def attributes(self, name: str) -> list[str]:
        return [value for _, each in self.elements if (value := each.get(name))]


# --- The data


def schema(record: str) -> dict[str, Any]:
    return json.loads(overview.SCHEMA.read_text(encoding="utf-8")) | {"$ref": f"#/$defs/{record}"}


def test_the_data_are_as_their_schema_says() -> None:
    pages.write([mixed("a.yaml"), checked("b.yaml", RIGHT)], {ROOT / "c.yaml": ["c.yaml: wrong"]}, ROOT)
    for name in ("pages/handed in/a.json", "pages/handed in/b.json"):
        jsonschema.validate(data(name), schema("FileRecord"))
    jsonschema.validate(data("overview.json"), schema("Overview"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data("pages/handed in/a.json") | {"word": "perfect"}, schema("FileRecord"))


def test_the_schema_is_that_of_the_records() -> None:
    assert overview.SCHEMA.read_text(encoding="utf-8") == json.dumps(overview.schema(), indent=1) + "\n"


def test_a_file_is_told_with_all_that_its_verdicts_rest_on() -> None:
    pages.write([mixed("a.yaml")], {}, ROOT)
    told = data("pages/handed in/a.json")
    assert told["counts"] == {"reproduced": 3, "unusual": 1, "not_reproduced": 2, "not_judged": 1}
    assert (told["path"], told["word"], told["stated"]) == ("handed in/a.yaml", "does not reproduce", [])
    assert told["protocol"]["split"] == {"validation_fraction": 0.2, "seed": 1024}
    wrong, alone, percent = (told["numbers"][place] for place in (1, 3, 4))
    assert (wrong["printed"], wrong["value"], wrong["verdict"]) == ("0.9500", 0.95, "not reproduced")
    assert wrong["configurations"][0]["learning_rate"] == 0.2
    assert (wrong["n"], wrong["values"]) == (5, list(RUNS))
    assert wrong["mean"] == pytest.approx(0.912)
    assert wrong["sd"] == pytest.approx(0.00158, abs=1e-5)
    assert [wrong["interval"][end] for end in ("low", "high")] == pytest.approx([0.9072, 0.9168], abs=1e-4)
    assert (alone["verdict"], alone["interval"], alone["sd"]) == ("not judged", None, None)
    assert "1" in alone["reason"]
    assert (percent["printed"], percent["value"]) == ("91.20%", 0.912)
    assert percent["summary"] == {"kind": "best", "runs": 7}
    assert told["explanation"]["fits"] == 12
    assert [each["verdict"] for each in told["rates"]] == ["not reproduced", "reproduced"]


def test_the_data_fill_a_gradebook_as_the_guide_says() -> None:
    wrong = replace(mixed("b.yaml"), cells=(WRONG, RIGHT), rates=())
    pages.write([checked("a.yaml", RIGHT), wrong], {ROOT / "c.yaml": ["c.yaml: wrong"]}, ROOT)
    guide = (PROJECT / "docs/checking.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", guide, flags=re.MULTILINE | re.DOTALL)
    subprocess.run([sys.executable, "-c", code], check=True)
    with Path("gradebook.csv").open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    assert rows == [
        ["handed in/a.yaml", "reproduces", "1", "0", "0", "0", ""],
        ["handed in/b.yaml", "does not reproduce", "1", "0", "1", "0", "<b>the last fifth</b> was held out"],
        ["handed in/c.yaml", "mistakes in its format", "", "", "", "", ""],
    ]


# --- The page of a file


def test_a_page_says_what_to_look_at_before_all_numbers() -> None:
    pages.write([mixed("a.yaml"), checked("b.yaml", RIGHT, WRONG)], {}, ROOT)
    text = Page("pages/handed in/a.html").text
    looked_at, _, rest = text.partition("The numbers among the runs")
    assert "2 of 7 numbers are not what training the same networks gives" in looked_at
    assert "12 of 13 numbers fit if <b>the last fifth</b> was held out" in looked_at
    assert "0.9500 is above 0.9072 to 0.9168." in looked_at
    assert "0.9180 is above 0.9072 to 0.9168." in looked_at
    assert "0.04 is printed, and the numbers of Table 1 give 0.0450" in looked_at
    assert looked_at.index("0.9500") < looked_at.index("0.9180"), "what is unusual comes after what is not reproduced"
    assert "91.20% (0.9120)" in rest
    assert "the best of 7" in rest
    for word in ("reproduced", "unusual", "not reproduced", "not judged"):
        assert word in rest
    assert "b.yaml" not in text, "a student is told of no other file"


def test_a_sound_file_has_nothing_to_look_at() -> None:
    pages.write([checked("a.yaml", RIGHT)], {}, ROOT)
    text = Page("pages/handed in/a.html").text
    assert "What to look at" not in text
    assert "not judged" not in text


def test_a_file_that_could_not_be_judged_is_not_called_reproduced() -> None:
    pages.write([checked("a.yaml", number(runs=()))], {}, ROOT)
    text = Page("pages/handed in/a.html").text
    assert "Not judged." in text
    assert "Reproduced." not in text
    assert not [each for each in Page("pages/handed in/a.html").attributes("aria-label") if "0.9120" in each]


def test_the_page_says_whose_protocol_it_is() -> None:
    protocol = replace(RIGHT_FILE.protocol, split=replace(RIGHT_FILE.protocol.split, seed=None))
    pages.write([RIGHT_FILE, replace(RIGHT_FILE, path=ROOT / "b.yaml", stated=("split",), protocol=protocol)], {}, ROOT)
    assumed, stated = (Page(f"pages/handed in/{name}.html").text for name in "ab")
    assert "does not say how" in assumed
    assert "20% drawn by seed 1024" in assumed
    assert "The file says split of how" in stated
    assert "the last 20% in file order" in stated


RIGHT_FILE = checked("a.yaml", RIGHT)


def test_the_strip_has_everything_at_its_place() -> None:
    one = replace(record.of(checked("a.yaml", ODD)).numbers[0], values=(0.91, 0.915))
    drawn = pages.strip(one)
    # from 0.90 to 0.92, with a tenth of that at either side: 0.898 to 0.922
    assert drawn is not None
    assert drawn.together == pytest.approx((8.3, 91.7))
    assert drawn.runs == pytest.approx((50.0, 70.8))
    assert drawn.printed == pytest.approx(83.3)
    assert drawn.one_more == pytest.approx((38.3, 78.3), abs=0.2)
    assert drawn.beyond == 0


@pytest.mark.parametrize(
    ("value", "printed", "beyond"),
    [(0.925, 91.7, 0), (0.95, 100.0, 1), (0.1, 0.0, -1)],  # 0.8975 to 0.9275; else 0.898 to 0.922
)
def test_a_number_outside_is_seen_however_far_it_lies(value: float, printed: float, beyond: int) -> None:
    one = replace(record.of(checked("a.yaml", ODD)).numbers[0], value=value)
    drawn = pages.strip(one)
    assert drawn is not None
    assert (drawn.printed, drawn.beyond) == (pytest.approx(printed, abs=0.1), beyond)


def test_runs_that_all_agree_are_drawn() -> None:
    same = replace(RIGHT, values=(0.912, 0.912), low=0.912, high=0.912, file_low=0.912, file_high=0.912)
    drawn = pages.strip(record.of(checked("a.yaml", same)).numbers[0])
    assert drawn is not None
    assert drawn.printed == pytest.approx(50)


def test_who_cannot_see_the_strip_is_told_of_it() -> None:
    pages.write([checked("a.yaml", RIGHT, WRONG)], {}, ROOT)
    right, wrong = [each for each in Page("pages/handed in/a.html").attributes("aria-label") if each.startswith("0.9")]
    assert right == "0.9120 is among the runs, of which one more would fall from 0.9072 to 0.9168"
    assert wrong == "0.9500 is far above the runs, of which one more would fall from 0.9072 to 0.9168"


def test_a_page_asks_for_nothing_and_shows_what_a_file_says_as_text() -> None:
    path = 'x"><script>.yaml'
    pages.write([mixed("a.yaml"), mixed(path)], {ROOT / "<i>.yaml": ["<script>alert(2)</script>\u202e"]}, ROOT)
    for name in ("index.html", "pages/handed in/a.html"):
        page = Page(name)
        assert not {"script", "img", "i"} & {tag for tag, _ in page.elements}
        assert not [each for _, attributes in page.elements for each in attributes if each.startswith("on")]
        assert not page.attributes("src")
        assert not [each for each in page.attributes("href") if ":" in each]
        source = (FOLDER / name).read_text(encoding="utf-8")
        assert source.count("url(") == source.count("url(data:")
        assert "\u202e" not in source, "no text turns the direction of another"
    assert HOSTILE.replace("\u202e", "\\u202e") in Page("pages/handed in/a.html").text
    assert "<script>alert(2)</script>" in Page("index.html").text


# --- Where it is written


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["a.yaml", "week 1/b.yaml"], ["a", "week 1/b"]),
        (["a.yaml", "a.yml"], ["a", "a.yml"]),
        (["A.yaml", "a.yaml", "a-2.yaml"], ["A", "a-3", "a-2"]),
        (["a.html/b.yaml", "a.yaml"], ["a_html/b", "a"]),
        (["a\\b.yaml", 'c:"*?.yaml', "d\n\u202e.yaml"], ["a_b", "c____", "d__"]),
    ],
)
def test_each_file_has_a_page_of_its_own(paths: list[str], names: list[str]) -> None:
    found = pages.page_names([ROOT / path for path in paths], ROOT)
    assert {path: found[ROOT / path] for path in paths} == {
        path: f"pages/handed in/{name}" for path, name in zip(paths, names, strict=True)
    }


@pytest.mark.parametrize(
    "path", ["/etc/passwd.yaml", "../../up.yaml", "../../../a.yaml", "..yaml", ".yaml", "...", "../..", "\udc80.yaml"]
)
@pytest.mark.parametrize("root", [".", "/", "handed in", "../.."])
def test_no_file_is_written_elsewhere(path: str, root: str) -> None:
    (name,) = pages.page_names([Path(path)], Path(root)).values()
    assert name.startswith("pages/")
    assert not [part for part in Path(name).parts if part.startswith(".")]
    pages.write([replace(RIGHT_FILE, path=Path(path))], {}, Path(root))
    written = {each for each in Path().rglob("*") if each.suffix in (".html", ".json")}
    below = (FOLDER / "pages").resolve()
    of_file = written - {FOLDER / "index.html", FOLDER / "overview.json"}
    assert len(of_file) == 2
    assert all(below in each.resolve().parents for each in of_file)


def test_a_long_name_has_a_page() -> None:
    long = [f"{sign * length}.yaml" for sign, length in (("a", 250), ("é", 125), ("😀", 62))]
    pages.write([replace(RIGHT_FILE, path=ROOT / name) for name in long], {}, ROOT)
    links = [each for each in Page("index.html").attributes("href") if each.startswith("pages/")]
    assert len(set(links)) == 3


def test_every_link_of_the_overview_leads_to_a_page() -> None:
    names = ["a #1.yaml", "b?.yaml", "c%20.yaml", "d/e f.yaml", "ü.yaml"]
    index = pages.write([replace(RIGHT_FILE, path=ROOT / name) for name in names], {}, ROOT)
    links = [each for each in Page("index.html").attributes("href") if each.startswith("pages/")]
    assert len(links) == len(names)
    for link in links:
        parts = urlsplit(link)
        assert not (parts.query or parts.fragment)
        assert (index.parent / unquote(parts.path)).is_file()


def test_a_late_file_leaves_the_pages_of_the_others_as_they_are() -> None:
    early = [mixed("a.yaml"), checked("b.yaml", RIGHT)]
    pages.write(early, {}, ROOT)
    before = {path: path.stat().st_mtime_ns for path in (FOLDER / "pages").rglob("*.*")}
    pages.write([*early, checked("late.yaml", WRONG)], {}, ROOT)
    after = {path: path.stat().st_mtime_ns for path in (FOLDER / "pages").rglob("*.*") if "late" not in path.name}
    assert after == before
    assert "late" in Page("index.html").text


def test_files_of_the_same_name_in_two_folders_have_pages_of_their_own() -> None:
    other = replace(RIGHT_FILE, path=Path("one/a.yaml"))
    pages.write([checked("a.yaml", WRONG)], {}, ROOT)
    pages.write([other], {}, Path("one"))
    pages.write([other], {}, Path("one/a.yaml"))
    written = sorted(str(path.relative_to(FOLDER)) for path in (FOLDER / "pages").rglob("*.html"))
    assert written == ["pages/handed in/a.html", "pages/one/a.html"]
    assert "Not reproduced" in Page("pages/handed in/a.html").text


def test_a_file_is_told_what_could_not_be_judged_before_it_is_called_reproduced() -> None:
    unjudged = replace(RIGHT, verdict="not judged", reason="no run has dropout 0.5")
    pages.write([checked("a.yaml", RIGHT, unjudged, unjudged)], {}, ROOT)
    text = Page("pages/handed in/a.html").text
    assert "as far as it could be judged" in text
    assert "2 of 3 numbers could not be held against runs" in text


def test_a_number_that_is_not_reproduced_stands_before_the_range_of_the_whole_file() -> None:
    pages.write([checked("a.yaml", WRONG)], {}, ROOT)
    text = Page("pages/handed in/a.html").text
    assert WRONG.file_low is not None
    assert f"{WRONG.file_low:.4f} to {WRONG.file_high:.4f}" in text


def test_files_of_two_protocols_fail_in_two_lines() -> None:
    drawn = replace(RIGHT_FILE.protocol, split=replace(RIGHT_FILE.protocol.split, seed=7))
    pages.write([checked("a.yaml", WRONG), replace(checked("b.yaml", WRONG), protocol=drawn)], {}, ROOT)
    assert [each["printing"] for each in data("overview.json")["failing"]] == [1, 1]
    assert "drawn by seed 7" in Page("index.html").text


def test_a_file_that_has_become_bad_has_no_page_left() -> None:
    pages.write([checked("a.yaml", RIGHT), checked("b.yaml", RIGHT)], {}, ROOT)
    pages.write([checked("b.yaml", RIGHT)], {ROOT / "a.yaml": ["a.yaml: title: expected a text, found none."]}, ROOT)
    assert [path.stem for path in (FOLDER / "pages").rglob("*.html")] == ["b"]
    assert "expected a text, found none" in Page("index.html").text
    assert data("overview.json")["unread"][0]["path"] == "handed in/a.yaml"


# --- The overview


def together(**files: tuple[JudgedCell, ...]) -> overview.Overview:
    return overview.of({name: record.of(checked(name, *cells)) for name, cells in files.items()}, {})


def names(paths: tuple[str, ...]) -> str:
    return "".join(Path(path).name for path in paths)


def test_the_overview_has_each_file_and_table() -> None:
    pages.write(
        [checked("b.yaml", RIGHT, WRONG, ODD), checked("a.yaml", RIGHT, number(table="Table 2"), rates=(RATE,))],
        {ROOT / "c.yaml": ["c.yaml: wrong"]},
        ROOT,
    )
    first, second = data("overview.json")["files"]
    assert (first["path"], first["page"]) == ("handed in/a.yaml", "pages/handed%20in/a.html")
    assert {name: of["reproduced"] for name, of in first["tables"].items()} == {
        "Table 1": 1,
        "Table 2": 1,
        "Table 9": 0,
    }
    assert second["tables"]["Table 1"] == {"reproduced": 1, "unusual": 1, "not_reproduced": 1, "not_judged": 0}
    text = Page("index.html").text
    assert "Check of 3 files" in text
    assert "1 of 3 1 not 1 unusual" in text


def test_tables_that_few_files_have_share_a_column() -> None:
    many = [checked(f"{k}.yaml", RIGHT, number(table=f"Own {k}"), number("0.95", table=f"More {k}")) for k in range(9)]
    pages.write(many, {}, ROOT)
    text = Page("index.html").text
    assert "Table 1" in text
    assert "Other tables" in text
    assert "Own 1" not in text
    assert text.count("1 of 2 1 not") == 9


def test_what_many_files_fail_in_comes_first() -> None:
    renamed = replace(WRONG, table="Another name")
    first, second = together(a=(WRONG, ODD), b=(RIGHT, renamed), c=(RIGHT, ODD)).failing
    assert names(first.not_reproduced) == "ab"
    assert (first.printing, first.place.column, first.configurations[0].learning_rate) == (2, "learning_rate 0.2", 0.2)
    assert (names(second.unusual), second.not_reproduced) == ("ac", ())


def test_files_with_the_same_wrong_number_share_a_mistake() -> None:
    other = number("0.9600", rate="0.2")
    more = number("0.1000", rate="0.7")
    (found,) = together(a=(WRONG, more), b=(other, RIGHT), c=(WRONG, more, RIGHT), d=(RIGHT,)).shared
    assert names(found.files) == "ac"
    assert [each.printed for each in found.mistakes] == ["0.9500", "0.1000"]


def test_files_with_the_same_explanation_share_a_mistake() -> None:
    explained = [replace(mixed(name), cells=(RIGHT,)) for name in "ab"]
    files = {each.path.name: record.of(each) for each in [*explained, checked("c", RIGHT)]}
    (found,) = overview.of(files, {}).shared
    assert names(found.files) == "ab"
    assert found.explanation == "<b>the last fifth</b> was held out"


def printing(*printed: str) -> tuple[JudgedCell, ...]:
    """Numbers for one configuration after the other, none where nothing is given."""
    return tuple(number(text, rate=f"0.{k}") for k, text in enumerate(printed, start=1) if text)


SAME = printing("0.9121", "0.9132", "0.9143")


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (SAME, 3),
        (tuple(reversed(SAME)), 3),
        (tuple(replace(each, table="Another name") for each in SAME), 3),
        (SAME[:2], None),  # chance does as much
        (printing("0.9121", "0.9132", "0.9144"), None),
        (printing("0.9121", "0.9132", "0.9143", "0.9100"), 3),  # which the first file does not print
        (tuple(replace(each, discrete=True) for each in SAME), None),  # as all that collapse
        (tuple(replace(each, metric="training_accuracy") for each in SAME), None),
    ],
)
def test_files_are_alike_if_all_that_they_have_in_common_is_the_same(
    other: tuple[JudgedCell, ...], alike: int | None
) -> None:
    found = together(a=SAME, b=other).alike
    assert [(names(each.files), each.numbers) for each in found] == ([("ab", alike)] if alike else [])


def test_of_files_that_are_alike_each_two_are() -> None:
    fourth = printing("0.9121", "0.9132", "0.9143", "0.9100")
    otherwise = printing("0.9121", "0.9132", "0.9143", "0.9111")
    found = together(a=SAME, b=fourth, c=otherwise, d=SAME).alike
    assert [names(each.files) for each in found] == ["abd", "acd"], "b and c differ in the fourth"
