"""A file reads the same with libyaml's loader and with PyYAML's own, which not every machine has both of."""

from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.files import yamlfile
from pipeline.files.yamlfile import parse_yaml

PARTS = (
    *("a", "b", ": ", ":", ", ", "[", "]", "{", "}", "- ", "-", "\n", "\n  ", "\r\n", " ", "\t", "&x ", "*x", "<<: "),
    *("<<: [*x, *x]", '"', "'", "#", " #", "|", ">", ">-\n", "|-#", "? ", "?", "%", "@", "!", "1", "0.94", "~", "---"),
    *("\ufeff", "\x85", "\u2028", "\u00a0", "±", "–", "97%", "n/a", "\\", "\x07"),
)


class PurePython(yamlfile._PlainKeys, yaml.SafeLoader):
    yaml_implicit_resolvers = yamlfile._TextLoader.yaml_implicit_resolvers


def read(text: str) -> Any:
    """What a text is, in its order; InputError if it is refused."""
    try:
        return repr(parse_yaml(text, "file"))
    except InputError as error:
        assert all(line.isprintable() for line in error.problems)
        return InputError


def read_in_python(text: str) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yamlfile, "_TextLoader", PurePython)
        return read(text)


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PARTS), max_size=16).map("".join))
@example("a:\tb\t# c")
@example("{a: is it?}")
@example("a: |# b\n  c")
@example("\n\ufeff%")
def test_a_text_reads_the_same_with_either_loader(text: str) -> None:
    assert read(text) == read_in_python(text)


BASE = "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("z: {<<: *x}", {"a": "1", "b": "2"}),
        ("z: {<<: *x, a: 5}", {"a": "5", "b": "2"}),
        ("z: {a: 5, <<: *x}", {"a": "5", "b": "2"}),
        ("z: {<<: [*x, *y]}", {"a": "1", "b": "2", "c": "4"}),
        ("z: {<<: [*y, *x]}", {"a": "1", "b": "3", "c": "4"}),
        ("z:\n  <<: {d: 6}\n  e: 7", {"d": "6", "e": "7"}),
        ('z: {"<<": 1}', {"<<": "1"}),
    ],
)
def test_what_is_merged_counts_unless_the_mapping_says_otherwise(text: str, found: dict[str, str]) -> None:
    """As https://yaml.org/type/merge.html has it: of several, the first that has a key counts."""
    assert parse_yaml(BASE + text, "file")["z"] == found
    assert read(BASE + text) == read_in_python(BASE + text)


@pytest.mark.parametrize("text", ["<<: 5", "<<: [5]", "<<: ", "a: &a [1]\nb: {<<: *a}", "z: {<<: {a: 1}, <<: {b: 1}}"])
def test_what_cannot_be_merged_is_one_line(text: str) -> None:
    assert read(text) is read_in_python(text) is InputError


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a:\n\tb: 1\n", "file, line 2, column 1: expected YAML, found: a tab that indents."),
        ("a: 1\nb: \u2028", "file, line 2, column 4: expected YAML, found: a mark that"),
        ("[a, b?]", "file, line 1, column 5: expected YAML, found: a question mark between brackets"),
        ("a: >-#b", "file, line 1, column 4: expected YAML, found: a comment without a space"),
    ],
)
def test_what_the_loaders_read_differently_is_named(text: str, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_yaml(text, "file")
    (line,) = caught.value.problems
    assert line.startswith(problem)


def test_tabs_and_a_byte_order_mark_that_mean_nothing_are_let_through() -> None:
    assert parse_yaml("\ufeffa:\t1\t# b\n\t\n\t# c\nd: [e,\tf]\n", "file") == {"a": "1", "d": ["e", "f"]}
    assert parse_yaml("a: why?\nb: ['why?']\n", "file") == {"a": "why?", "b": ["why?"]}
