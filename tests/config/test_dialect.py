"""One way to write a number: in config.yaml, in --config, in --configfile and in files of printed numbers alike."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from configuration import CONFIG_YAML
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.config import load as config
from pipeline.config import overrides
from pipeline.errors import InputError
from pipeline.writeup import published

TEXT = CONFIG_YAML.read_text(encoding="utf-8")
CONFIG = config.load(CONFIG_YAML)
SETTINGS = {"epochs": "\nepochs: 10\n", "reg": "\n  reg: 0.001\n"}  # as they stand in config.yaml

Reader = Callable[[Path, str, str], config.Config | published.Published]


def in_the_file(folder: Path, setting: str, scalar: str) -> config.Config:
    (folder / "config.yaml").write_text(
        TEXT.replace(SETTINGS[setting], re.sub(r":.*", f": {scalar}", SETTINGS[setting]))
    )
    return config.load(folder / "config.yaml")


def in_another_file(folder: Path, setting: str, scalar: str) -> config.Config:
    (folder / "more.yaml").write_text(f"epochs: {scalar}\n" if setting == "epochs" else f"defaults:\n  reg: {scalar}\n")
    return config.load(CONFIG_YAML, overrides.read([folder / "more.yaml"], []))


def on_the_command_line(_: Path, setting: str, scalar: str) -> config.Config:
    entry = f"epochs={scalar}" if setting == "epochs" else f"defaults={{reg: {scalar}}}"
    return config.load(CONFIG_YAML, overrides.read([], [entry]))


def among_printed_numbers(folder: Path, setting: str, scalar: str) -> published.Published:
    (folder / "printed.yaml").write_text(
        f"title: A\ndata: B\ndefaults:\n  {setting}: {scalar}\n"
        "tables: [{name: C, columns: [{}], rows: [{metric: training_loss, printed: [1]}]}]\n"
    )
    return published.load(folder / "printed.yaml", CONFIG)


READERS: tuple[Reader, ...] = (in_the_file, in_another_file, on_the_command_line, among_printed_numbers)


def values(folder: Path, setting: str, scalar: str) -> set[float | None]:
    """What a setting is after each way to set it; None where it is refused in a line."""
    found: set[float | None] = set()
    for read in READERS:
        try:
            made = read(folder, setting, scalar)
        except InputError as error:
            assert all(line.isprintable() and "expected" in line for line in error.problems)
            found.add(None)
        else:
            (at,) = [made.defaults] if isinstance(made, config.Config) else made.configurations
            found.add(at.value(setting))
    return found


def yaml_1_1(scalar: str) -> float | str:
    """PyYAML's reading of a plain scalar, but for +.5, which it takes for no number."""
    try:
        value = yaml.safe_load(re.sub(r"^([-+])\.(?=[0-9])", r"\g<1>0.", scalar))
    except (yaml.YAMLError, ValueError):
        return scalar
    return value if isinstance(value, int | float) and not isinstance(value, bool) else scalar


def yaml_1_2(scalar: str) -> float | str:
    """The reading of YAML 1.2's core schema, as chapter 10.3.2 of its specification says it."""
    if re.fullmatch(r"[-+]?[0-9]+", scalar):
        return int(scalar)
    if match := re.fullmatch(r"0o([0-7]+)|0x([0-9a-fA-F]+)", scalar):
        return int(match[1], 8) if match[1] else int(match[2], 16)
    return float(scalar) if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", scalar) else scalar


odd = st.one_of(
    st.text("0123456789+-.:_eExob", min_size=1, max_size=7),
    st.from_regex(r"[+-]?0[0-9]{1,3}(\.[0-9]{1,2})?", fullmatch=True),
    st.from_regex(r"[1-9][0-9]?(:[0-5]?[0-9]){1,2}(\.[0-9]{1,2})?", fullmatch=True),
    st.from_regex(r"[0-9]{1,3}(_[0-9]{1,3}){1,2}(\.[0-9_]{1,3})?", fullmatch=True),
    st.from_regex(r"0(b[01_]{1,6}|x[0-9a-f_]{1,4}|o[0-7]{1,3})", fullmatch=True),
    st.sampled_from(["yes", "no", "on", "off", "true", ".inf", "-.inf", ".nan", "2024-01-01", "12:30:45", "1,5"]),
)
decimals = st.from_regex(r"[+]?(0|[1-9][0-9]{0,2})(\.[0-9]{0,4})?|\.[0-9]{1,4}", fullmatch=True)
powers = st.from_regex(r"[+]?(0|[1-9])(\.[0-9]{0,2})?[eE][-+]?[0-9]", fullmatch=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dialect")


@settings(max_examples=60)
@given(setting=st.sampled_from(sorted(SETTINGS)), scalar=odd)
def test_what_versions_of_yaml_read_differently_is_refused(folder: Path, setting: str, scalar: str) -> None:
    """Nor is anything a number with leading zeros, in another base, or that is none to both."""
    old, new = yaml_1_1(scalar), yaml_1_2(scalar)
    same = old == new and isinstance(new, int | float)
    assume(not (same and re.fullmatch(r"[-+]?(0|[1-9][0-9]*)?(\.[0-9]*)?([eE].*)?", scalar)))
    assume(not re.fullmatch(r"[-+]?[0-9.]+[eE][-+]?[0-9]+", scalar))  # 1e-3 is a number here, as in YAML 1.2
    assert values(folder, setting, scalar) == {None}


@settings(max_examples=60)
@given(scalar=decimals)
def test_what_both_read_as_a_decimal_number_is_that_number(folder: Path, scalar: str) -> None:
    number = yaml_1_1(scalar)
    assert number == yaml_1_2(scalar)
    assert values(folder, "reg", scalar) == {number}
    assert values(folder, "epochs", scalar) == {number if number in range(1, 1000) else None}


@settings(max_examples=40)
@given(scalar=powers)
def test_a_power_of_ten_is_the_number_that_it_is_elsewhere(folder: Path, scalar: str) -> None:
    number = yaml_1_2(scalar)
    assume(number <= 1e6)
    assert values(folder, "reg", scalar) == {number}


@pytest.mark.parametrize("scalar", ["null", "~", "", "Null"])
def test_nothing_is_no_number(folder: Path, scalar: str) -> None:
    assert values(folder, "epochs", scalar) == {None}


@pytest.mark.parametrize(
    ("scalar", "hint"), [("010", "write 10,"), ("1_000", "write 1000,"), ("1:10", None), ("0x10", None)]
)
@pytest.mark.parametrize("read", READERS)
def test_the_line_shows_what_stands_there(folder: Path, read: Reader, scalar: str, hint: str | None) -> None:
    with pytest.raises(InputError) as caught:
        read(folder, "epochs", scalar)
    (line,) = caught.value.problems
    assert "epochs: expected a whole number from 1 to " in line
    assert f'found "{scalar}".' in line
    assert ("Hint: " in line) == (hint is not None)
    assert hint is None or hint in line


def test_the_configuration_is_what_yaml_says() -> None:
    """None of its values can be read in two ways, so that PyYAML reads the same, byte for byte."""
    tree = config.read_tree(CONFIG_YAML, {})
    resolved = json.dumps(config.resolved(tree), indent=2) + "\n"
    assert resolved == json.dumps(config.resolved(yaml.safe_load(TEXT)), indent=2) + "\n"
    assert repr(config.parse(json.loads(json.dumps(tree)), "x")) == repr(CONFIG)
