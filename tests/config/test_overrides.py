"""What Snakemake's --config and --configfile lay over config.yaml: read as config.yaml is, whatever Snakemake reads."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import SMALL, Project, copy_project
from hypothesis import given
from hypothesis import strategies as st
from snakemake.cli import parse_config
from snakemake.settings.types import ConfigSettings

from pipeline.config import overrides
from pipeline.errors import InputError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with files to name."""
    (tmp_path / "a.yaml").write_text("epochs: 010\nsplit: {seed: 1}\n")
    (tmp_path / "b.json").write_text('{"epochs": 3, "split": {"validation_fraction": 0.5}}')
    (tmp_path / "list.yaml").write_text("[1]")
    (tmp_path / "broken.yaml").write_text("a: [")
    (tmp_path / "profile").mkdir()
    (tmp_path / "profile/config.yaml").write_text("config: [epochs=0o7]\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", {}),
        ("--config epochs=2 source=sample -n", {"epochs": "2", "source": "sample"}),
        ("--forcerun data -C replicates=3", {"replicates": "3"}),
        ("--forcerun epochs=2", {}),
        ("--config=replicates=3", {"replicates": "3"}),
        ("--config=replicates=3 epochs=2 -n", {"replicates": "3"}),
        ("-C replicates=3 epochs=010", {"replicates": "3", "epochs": "010"}),
        ("-Creplicates=1_000 -n", {"replicates": "1_000"}),
        ("--config epochs=2 -n --config replicates=3", {"replicates": "3"}),
        ("--config title='a' author=a=b engine=", {"title": "a", "author": "a=b", "engine": None}),
        ("--config split={seed:1}", {"split": {"seed:1": None}}),
        ("--configfile a.yaml", {"epochs": "010", "split": {"seed": "1"}}),
        ("--configfiles a.yaml b.json -n", {"epochs": "3", "split": {"seed": "1", "validation_fraction": "0.5"}}),
        (
            "--configfile b.json a.yaml -C epochs=4",
            {"epochs": "4", "split": {"seed": "1", "validation_fraction": "0.5"}},
        ),
        ("--profile profile", {"epochs": "0o7"}),
        ("--profile profile --config replicates=3", {"replicates": "3"}),
    ],
)
def test_settings_are_what_the_options_say(folder: Path, options: str, expected: dict[str, Any]) -> None:
    assert overrides.of_options(options.split()) == expected


def test_a_setting_may_be_null() -> None:
    assert overrides.read([], ["split={seed: null}", "author=~"]) == {"split": {"seed": None}, "author": None}
    assert overrides.read([], ["title='null'"]) == {"title": "null"}


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ("--bogus", "found: unrecognized arguments: --bogus."),
        ("--configfile", "found: argument --configfile/--configfiles: expected at least one argument."),
        ("--cores some", "must be integer or 'all'."),
        ("--profile nowhere", "(nowhere)"),
        ("--profile none --profile profile", "found: "),
        ("--help", "found: --help or --version."),
    ],
)
def test_options_that_snakemake_does_not_have_are_a_line(
    folder: Path, capfd: pytest.CaptureFixture[str], options: str, line: str
) -> None:
    with pytest.raises(InputError) as caught:
        overrides.of_options(options.split())
    (problem,) = caught.value.problems
    assert problem.startswith("SNAKEMAKE_OPTIONS: expected options of Snakemake, found: ")
    assert line in problem
    assert problem.isprintable()
    assert capfd.readouterr() == ("", "")
    assert overrides.problem(options.split()) is None  # it says so itself


@pytest.mark.parametrize(
    ("options", "line"),
    [
        *((["--config", entry], f'found "{entry}"') for entry in ("split:seed=3", "epochs", "=3", "9x=1", "epochs=#x")),
        (["--config", "epochs=2", "source"], 'found "source". Hint: '),
        (["--config", "epochs= "], 'found "epochs= "'),
        (["-C", "a\nb"], r'found "a\nb"'),
        (["--configfile", "none.yaml"], "none.yaml: expected a readable file"),
        (["--configfile", "a.yaml", "list.yaml"], "list.yaml: expected settings as in config.yaml, found "),
        (["--configfile", "broken.yaml"], "expected YAML"),
        (["--config", "title=["], "--config title, line "),
    ],
)
def test_what_snakemake_ends_at_is_said_in_a_line(folder: Path, options: list[str], line: str) -> None:
    found = overrides.problem(options)
    assert found is not None
    assert line in found
    assert found.isprintable()


@pytest.mark.parametrize("options", [[], ["--config"], ["--config", "epochs=2", "split={seed: 3}"], ["-n", "all"]])
def test_sound_options_have_no_problem(folder: Path, options: list[str]) -> None:
    assert overrides.problem(options) is None


@given(st.text(max_size=12) | st.from_regex(r"[a-z:_]{1,4}=[a-z0-9#{}' ]{0,4}", fullmatch=True))
def test_an_entry_has_a_problem_where_snakemake_would_end_in_a_traceback(entry: str) -> None:
    try:
        parse_config([entry])
    except (ValueError, AssertionError):
        if not entry.startswith("-"):  # which is another option
            assert overrides.problem(["--config", entry]) is not None


plain = st.integers(1, 99) | st.from_regex(r"[a-z]{2,5}", fullmatch=True).filter(lambda text: text != "null")
inner = st.dictionaries(st.sampled_from(["aa", "bb"]), plain, min_size=1)
settings = st.dictionaries(st.sampled_from(["aa", "bb", "cc"]), plain | inner)


def texts(tree: Any) -> Any:
    return {key: texts(value) for key, value in tree.items()} if isinstance(tree, dict) else str(tree)


@given(files=st.lists(settings, max_size=3), entries=settings)
def test_the_order_is_snakemakes(
    tmp_path_factory: pytest.TempPathFactory, files: list[dict[str, Any]], entries: dict[str, Any]
) -> None:
    """Where nothing can be read in two ways, all is as in Snakemake's own config, numbers as texts."""
    paths = [tmp_path_factory.mktemp("settings") / "file.yaml" for _ in files]
    for path, tree in zip(paths, files, strict=True):
        path.write_text(yaml.safe_dump(tree))
    given = [f"{name}={json.dumps(value)}" for name, value in entries.items()]
    expected = ConfigSettings(config=parse_config(given), configfiles=paths).overwrite_config
    assert texts(overrides.read(paths, given)) == texts(expected)


# --- Through Snakemake


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project in which nothing was built."""
    folder = tmp_path_factory.mktemp("overrides")
    copy_project(folder)
    made = Project(folder)
    made.configure(**SMALL)
    (folder / "epochs.yaml").write_text("epochs: 010\n")
    (folder / "sound.yaml").write_text("epochs: 7\nreplicates: 3\n")
    (folder / "own").mkdir()
    (folder / "own/config.yaml").write_text("config: [epochs=010]\n")
    return made


@pytest.mark.parametrize(
    "options",
    [
        ["--config", "epochs=010"],
        ["--config", "epochs=1_0"],
        ["--configfile", "epochs.yaml"],
        ["--profile", "own"],
    ],
)
def test_what_snakemake_would_read_its_own_way_is_refused(project: Project, options: list[str]) -> None:
    ended = project.snakemake("-n", *options)
    assert ended.returncode == 2, ended.stdout
    assert "config.yaml: epochs: expected a whole number from 1 to 1000000000, found " in ended.stdout
    assert "Traceback" not in ended.stdout


def test_files_and_entries_reach_the_build_in_their_order(project: Project) -> None:
    project.build("-n", "--configfile", "sound.yaml", "--config", "replicates=4", "split={seed: null}")
    resolved = json.loads((project / "results/config.json").read_text())
    assert (resolved["epochs"], resolved["replicates"]) == (7, 4)
    assert resolved["split"] == {"validation_fraction": 0.2, "seed": None}
