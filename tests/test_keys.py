"""A run's key changes with what changes its numbers, and with nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import config as configuration_file
from pipeline import keys, sources

CONFIG = configuration_file.load(Path("config.yaml"))
CONFIGURATION = CONFIG.experiments["default"].configurations[0]


def key(config=CONFIG, configuration=CONFIGURATION, seed=1, data="a" * 64):
    return keys.key(keys.specification(config, configuration, seed, data))


@pytest.mark.parametrize(
    "changed",
    [
        {"configuration": replace(CONFIGURATION, learning_rate=0.2)},
        {"configuration": replace(CONFIGURATION, reg=0.1)},
        {"configuration": replace(CONFIGURATION, batch_size=32)},
        {"configuration": replace(CONFIGURATION, hidden=64)},
        {"configuration": replace(CONFIGURATION, epochs=11)},
        {"configuration": replace(CONFIGURATION, learning_rate=CONFIGURATION.reg, reg=CONFIGURATION.learning_rate)},
        {"seed": 2},
        {"data": "b" * 64},
        {"config": replace(CONFIG, split=replace(CONFIG.split, seed=1))},
        {"config": replace(CONFIG, split=replace(CONFIG.split, validation_fraction=0.25))},
        {"config": replace(CONFIG, network=replace(CONFIG.network, initial_scale=0.01))},
        {"config": replace(CONFIG, network=replace(CONFIG.network, initial_seed=1))},
    ],
)
def test_what_changes_numbers_changes_the_key(changed):
    assert key(**changed) != key()


def test_how_a_value_is_written_does_not_change_the_key():
    tree = configuration_file.read_tree(
        Path("config.yaml"), {"defaults": {"learning_rate": "1e-1", "batch_size": 64.0}}
    )
    written = configuration_file.parse(tree, "config.yaml")
    assert key(written, written.experiments["default"].configurations[0]) == key()


def test_titles_tables_and_other_experiments_do_not_change_the_key():
    overrides = {"title": "x", "author": "y", "experiments": {"extra": {"sweep": {"hidden": [1, 2]}}}, "replicates": 9}
    other = configuration_file.load(Path("config.yaml"), overrides)
    assert key(other, other.experiments["default"].configurations[0]) == key()


@pytest.mark.parametrize("version", ["2.4.5", "3.0.0"])
def test_numpys_version_changes_the_key(monkeypatch, version):
    before = key()
    monkeypatch.setattr(keys, "version", lambda _: version)
    assert key() != before


def test_comments_docstrings_and_layout_are_not_code():
    plain = "def f(x):\n    return x + 1\n\n\nclass A:\n    y: int = 1\n"
    dressed = (
        '"""Module."""\n# comment\ndef f( x ):\n    """What f does."""\n    return (x\n        + 1)\n'
        'class A:\n    """An A."""\n    y: int = 1  # one\n'
    )
    stripped = keys.code_only('"""Module."""\n' + plain.replace(":\n", ':\n    """Doc."""\n'))
    assert keys.code_only(dressed) == stripped
    assert keys.code_only(plain.replace("+ 1", "+ 2")) != keys.code_only(plain)


def test_every_module_that_training_imports_is_in_the_key_or_known_to_change_no_number():
    without_effect = {"console", "errors", "files"}
    needed = {Path(path).stem for path in sources.needed_by("training")}
    assert needed == set(keys.NUMERICAL_MODULES) | without_effect


def test_sources_follow_every_kind_of_import():
    assert {"tables", "runs", "plan", "settings", "quantity"} <= {Path(p).stem for p in sources.needed_by("tables")}
    assert "report" not in sources.imports("tables")
    assert set(sources.imports("report")) >= {"context", "formulas", "fonts"}
    for path in Path("pipeline").glob("*.py"):
        text = path.read_text()
        assert "import pipeline" not in text, "needed_by looks for `from pipeline import` alone"
