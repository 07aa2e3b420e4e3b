"""The command line of a step is what its function says: its names, its types, its defaults."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired, TypedDict

import pytest
from msgspec import Meta

from pipeline.cli.command_line import command

PAIR = Path("a"), Path("b c")


@dataclass(frozen=True)
class Settings:
    count: Annotated[int, Meta(ge=1)]
    rate: float | None = None


class Named(TypedDict):
    name: str
    more: NotRequired[str]


seen: list[Any] = []


def step(
    kinds: Sequence[Literal["html", "pdf"]] = (),
    /,
    *,
    settings: Settings,
    several_files: Sequence[Path],
    word: str,
    named: Named | None = None,
    when: datetime | None = None,
    folder: Path = Path("here"),
) -> None:
    """Do one thing.

    Raises nothing.
    """
    seen.append((list(kinds), settings, list(several_files), word, named, when, folder))


NEEDED = ["--settings", '{"count": 2}', "--several-files", "a", "b c", "--word", "{}"]


def call(*words: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.argv", ["step", *words])
    seen.clear()
    try:
        command(step)()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_what_may_be_left_out_is_what_the_function_says(monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(*NEEDED, monkeypatch=monkeypatch) == 0
    assert seen == [([], Settings(2), list(PAIR), "{}", None, None, Path("here"))]


def test_each_argument_comes_as_its_type(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    words = ["pdf", "html", *NEEDED, "--named", '{"name": "é", "more": ""}', "--when", "2026-01-02T03:04:05.5+00:00"]
    words += ["--folder", str(tmp_path), "--settings", '{"count": 1, "rate": 1}', "--log", str(tmp_path / "a/log")]
    assert call(*words, monkeypatch=monkeypatch) == 0
    when = datetime(2026, 1, 2, 3, 4, 5, 500_000, UTC)
    named = {"name": "é", "more": ""}
    assert seen == [(["pdf", "html"], Settings(1, 1.0), list(PAIR), "{}", named, when, tmp_path)]
    assert (tmp_path / "a/log").is_file()


def test_an_option_without_its_value_is_as_if_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(*NEEDED, "--folder", "--named", monkeypatch=monkeypatch) == 0
    assert seen[0][4:] == (None, None, Path("here"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--settings", "{"], "argument --settings: expected JSON, found { "),
        (["--settings", "[1]"], "argument --settings: expected an object, found [1]"),
        (["--settings", "{}"], "argument --settings: expected the field count, found none"),
        (["--settings", '{"count": 0}'], "argument --settings: count: expected a whole number >= 1, found 0"),
        (["--settings", '{"count": "1"}'], 'argument --settings: count: expected a whole number, found "1"'),
        (["--settings", '{"count": 1, "x": 2}'], "argument --settings: expected no other fields, found x"),
        (["--settings", '{"count": 1, "rate": NaN}'], "argument --settings: expected JSON, found "),
        (["--settings", "[\x1b[31m" * 1000], r"argument --settings: expected JSON, found [\x1b[31m"),
        (["--named", '{"name": 1}'], "argument --named: name: expected a text, found 1"),
        (["--when", "noon"], "argument --when: expected a date and time, found noon"),
        (["--several-files"], "argument --several-files: expected at least one argument"),
        (["html", "doc"], "argument kinds: expected html or pdf, found doc"),
        (["--other"], "unrecognized arguments: --other"),
    ],
)
def test_a_wrong_argument_is_named_in_a_line_with_exit_status_2(
    words: list[str], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    ordered = [*NEEDED, *words] if words[0].startswith("--") else [*words, *NEEDED]
    assert call(*ordered, monkeypatch=monkeypatch) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith(f"step: error: {told}")
    assert len(last) < 250
    assert not seen


@pytest.mark.parametrize("missing", ["--settings", "--several-files", "--word"])
def test_what_is_missing_is_named(missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    place = NEEDED.index(missing)
    words = NEEDED[:place] + NEEDED[place + (3 if missing == "--several-files" else 2) :]
    assert call(*words, monkeypatch=monkeypatch) == 2
    assert capsys.readouterr().err.endswith(f"step: error: the following arguments are required: {missing}\n")


def test_help_is_what_the_function_says(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    assert call("--help", monkeypatch=monkeypatch) == 0
    told = capsys.readouterr().out
    assert "Do one thing." in told
    assert "--several-files SEVERAL_FILES [SEVERAL_FILES ...]" in told
    assert "[--folder [FOLDER]]" in told
    assert "[--log LOG]" in told
