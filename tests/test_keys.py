"""A run's key changes with what changes its numbers, and with nothing else."""

import ast
import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from configuration import CONFIG_YAML
from conftest import ROOT

from pipeline import config as configuration_file
from pipeline import dataset, fingerprint, keys, sources, training
from pipeline.errors import RunError
from pipeline.settings import Configuration, Network, Split

CONFIG = configuration_file.load(CONFIG_YAML)
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


def test_a_key_is_the_hash_of_all_that_the_numbers_of_a_run_depend_on(monkeypatch):
    monkeypatch.setattr(keys, "code_fingerprint", lambda: "c" * 64)
    monkeypatch.setattr(keys, "numpy_version", lambda: "2.4.6")
    split, network = Split(validation_fraction=0.25, seed=7), Network(initial_scale=0.05, initial_seed=8)
    chosen = Configuration(learning_rate=1, reg=0, batch_size=32, hidden=16, epochs=74)
    found = keys.specification(replace(CONFIG, numerics="fast", split=split, network=network), chosen, 3, "d" * 64)
    written = (
        '{"batch_size":32,"code":"CODE","data":"DATA","epochs":74,"hidden":16,"initial_scale":0.05,"initial_seed":8,'
        '"learning_rate":1.0,"numpy":"2.4.6","reg":0.0,"seed":3,"split_seed":7,"validation_fraction":0.25}'
    )
    written = written.replace("CODE", "c" * 64).replace("DATA", "d" * 64)
    assert keys.canonical(found) == written
    assert list(found)[:6] == ["learning_rate", "reg", "batch_size", "hidden", "epochs", "seed"]
    assert keys.key(found) == hashlib.sha256(written.encode()).hexdigest()[:16]


def test_a_specification_that_is_no_json_has_no_key():
    with pytest.raises(ValueError, match="not JSON compliant"):
        keys.key({"learning_rate": float("nan")})


def test_how_a_value_is_written_does_not_change_the_key():
    tree = configuration_file.read_tree(CONFIG_YAML, {"defaults": {"learning_rate": "1e-1", "batch_size": 64.0}})
    written = configuration_file.parse(tree, "config.yaml")
    assert key(written, written.experiments["default"].configurations[0]) == key()


def test_titles_tables_and_other_experiments_do_not_change_the_key():
    overrides = {"title": "x", "author": "y", "experiments": {"extra": {"sweep": {"hidden": [1, 2]}}}, "replicates": 9}
    other = configuration_file.load(CONFIG_YAML, overrides)
    assert key(other, other.experiments["default"].configurations[0]) == key()


@pytest.mark.parametrize("version", ["2.4.5", "3.0.0"])
def test_numpys_version_changes_the_key(monkeypatch, version):
    before = key()
    monkeypatch.setattr(keys, "numpy_version", lambda: version)
    assert key() != before


def test_comments_docstrings_and_layout_are_not_code():
    plain = "def f(x):\n    return x + 1\n\n\nclass A:\n    y: int = 1\n"
    dressed = (
        '"""Module."""\n# comment\ndef f( x ):\n    """What f does."""\n    return (x\n        + 1)\n'
        'class A:\n    """An A."""\n    y: int = 1  # one\n'
    )
    stripped = fingerprint.code_only('"""Module."""\n' + plain.replace(":\n", ':\n    """Doc."""\n'))
    assert fingerprint.code_only(dressed) == stripped
    assert fingerprint.code_only(plain.replace("+ 1", "+ 2")) != fingerprint.code_only(plain)


def test_training_takes_its_numbers_from_keyed_modules_alone():
    modules = {"network", "sgd", "run", "examples", "metrics"}
    assert {Path(path).stem for path in sources.needed_by("run")} == set(fingerprint.NUMERICAL_MODULES) == modules


def test_keyed_modules_hold_nothing_that_python_versions_print_differently():
    for name in fingerprint.NUMERICAL_MODULES:
        tree = ast.parse((ROOT / f"pipeline/{name}.py").read_text(encoding="utf-8"))
        assert not any(isinstance(node, ast.JoinedStr) for node in ast.walk(tree)), f"an f-string in {name}.py"


def test_a_run_is_not_stored_under_the_key_of_other_code(tmp_path):
    specification = keys.specification(CONFIG, CONFIGURATION, 1, "a" * 64)
    for changed in ({"code": "0" * 64}, {"numpy": "1.0"}):
        with pytest.raises(RunError, match="expected the code and NumPy that the run's key was made with"):
            training.run(specification | changed, tmp_path)


def test_the_number_of_classes_is_part_of_the_data():
    arrays = {role: np.zeros((1, 1) if "images" in role else 1, np.uint8) for role in dataset.ROLES}
    assert dataset.fingerprint(arrays, 10) != dataset.fingerprint(arrays, 47)


def test_sources_follow_every_kind_of_import():
    assert {"tables", "runs", "plan", "settings", "quantity"} <= {Path(p).stem for p in sources.needed_by("tables")}
    assert "report" not in sources.imports("tables")
    assert set(sources.imports("report")) >= {"context", "formulas", "fonts"}
    for path in (ROOT / "pipeline").glob("*.py"):
        text = path.read_text()
        assert "import pipeline" not in text, "needed_by looks for `from pipeline import` alone"
