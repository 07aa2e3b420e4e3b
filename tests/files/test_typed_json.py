"""JSON that has to fit a type: what fits comes back as it was, what does not is told in one line."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta

from pipeline.errors import InputError
from pipeline.files import sealed
from pipeline.files.typed_json import decode, encode


@dataclass(frozen=True)
class Part:
    kind: Literal["a", "b"]
    share: Fraction


@dataclass(frozen=True)
class Whole:
    count: Annotated[int, Meta(ge=1)]
    sizes: tuple[float, ...]
    parts: Mapping[str, Part]
    pair: tuple[int, int] | None
    note: str = "none"


WHOLE = Whole(3, (0.1, 1e-300), {"x": Part("a", Fraction(-1, 3)), "y": Part("b", Fraction(2))}, (1, 2), "é")
TREE: dict[str, Any] = {
    "count": 3,
    "sizes": [0.1, 1e-300],
    "parts": {"x": {"kind": "a", "share": "-1/3"}, "y": {"kind": "b", "share": "2"}},
    "pair": [1, 2],
    "note": "é",
}


def test_what_is_written_is_read_and_its_bytes_are_those_of_json(tmp_path: Path) -> None:
    sealed.write_json(tmp_path / "a.json", WHOLE)
    assert (tmp_path / "a.json").read_text("utf-8") == json.dumps(TREE, indent=2, ensure_ascii=False) + "\n"
    assert sealed.read_json(tmp_path / "a.json", Whole) == WHOLE
    assert decode(encode([WHOLE]), list[Whole]) == [WHOLE]


def test_what_has_no_place_in_json_is_not_written() -> None:
    with pytest.raises(TypeError):
        encode({"a": {1, 2}})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"count": 0}, "count: expected a whole number >= 1, found 0"),
        ({"count": True}, "count: expected a whole number, found true"),
        ({"count": 1.5}, "count: expected a whole number, found 1.5"),
        ({"sizes": [1, "2"]}, 'sizes[1]: expected a number, found "2"'),
        ({"sizes": None}, "sizes: expected a list, found null"),
        ({"pair": [1]}, "pair: expected a list of length 2, found [1]"),
        ({"parts": {"x": {"kind": "c", "share": "1"}}}, "expected another value, found "),
        ({"parts": {"x": {"kind": "a", "share": "1/0"}}}, "share: expected another value, found no fraction: 1/0"),
        ({"parts": {"x": {"kind": "a", "share": "half"}}}, "Invalid literal for Fraction: 'half'"),
        ({"parts": {"x": {"kind": "a"}}}, "parts[...]: expected the field share, found none"),
        ({"parts": {"x": {"kind": "a", "share": "1", "more": 1}}}, "expected no other fields, found parts.x.more"),
        ({"more": 1}, "expected no other fields, found more"),
        ({"note": ["x\n" * 100]}, r'note: expected a text, found ["x\nx\nx'),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    path = tmp_path / "a.json"
    sealed.write_json(path, TREE | changes)
    with pytest.raises(InputError) as caught:
        sealed.read_json(path, Whole, "Hint: mend it.")
    (line,) = caught.value.problems
    assert line.startswith(f"{path}: expected what an earlier step wrote, found other JSON: ")
    assert told in line
    assert line.endswith(". Hint: mend it.")
    assert len(line.splitlines()) == 1
    assert len(line) < len(str(path)) + 300


def test_a_field_that_is_missing_is_named_unless_it_has_a_default() -> None:
    with pytest.raises(ValueError, match=r"^expected the field pair, found none$"):
        decode(json.dumps({name: value for name, value in TREE.items() if name != "pair"}), Whole)
    assert decode(json.dumps({name: value for name, value in TREE.items() if name != "note"}), Whole).note == "none"


@pytest.mark.parametrize(
    "text",
    ["", "{", "nonsense", "{}x", '{"count": NaN}', "[" * 100_000, b"\xff", b'{"\xff": 1}', '"\\ud800"', "[1e999]"],
)
def test_what_is_no_json_is_told_in_a_line(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"expected .*, found ") as caught:
        decode(text, Whole)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 300


def test_a_sealed_file_that_is_broken_or_another_is_named_with_the_way_to_mend_it(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with pytest.raises(InputError, match=r"a\.json: expected what an earlier step wrote, found no file"):
        sealed.read_json(path, Whole)
    sealed.write_text(path, "{")
    with pytest.raises(
        InputError, match=r"found other JSON: expected JSON, found \{ .*\. Hint: `rm .*a\.json` and build"
    ):
        sealed.read_json(path, Whole)
    path.write_text("{}")
    with pytest.raises(InputError, match="found another content"):
        sealed.read_json(path, Whole)
