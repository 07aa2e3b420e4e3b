"""A run's key changes with what changes its numbers, and with nothing else."""

import ast
import hashlib
import re
from dataclasses import replace

import numpy as np
import pytest
from configuration import CONFIG_YAML
from conftest import ROOT

from pipeline.config import load as configuration_file
from pipeline.config.settings import Configuration, Network, Split
from pipeline.data import dataset
from pipeline.environment import fingerprint, modules
from pipeline.errors import RunError
from pipeline.experiments import keys
from pipeline.training import step as training

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
        {"config": replace(CONFIG, engine="compiled")},
    ],
)
def test_what_changes_numbers_changes_the_key(changed):
    assert key(**changed) != key()


def test_a_key_is_the_hash_of_all_that_the_numbers_of_a_run_depend_on(monkeypatch):
    monkeypatch.setattr(fingerprint, "of_runs", lambda engine, *, hidden: f"{engine} {hidden}")
    monkeypatch.setattr(keys, "numpy_version", lambda: "2.4.6")
    split, network = Split(validation_fraction=0.25, seed=7), Network(initial_scale=0.05, initial_seed=8)
    chosen = Configuration(learning_rate=1, reg=0, batch_size=32, hidden=16, epochs=74)
    found = keys.specification(replace(CONFIG, engine="compiled", split=split, network=network), chosen, 3, "d" * 64)
    written = (
        '{"batch_size":32,"code":"compiled True","data":"DATA","engine":"compiled","epochs":74,"hidden":16,'
        '"initial_scale":0.05,"initial_seed":8,"learning_rate":1.0,"numpy":"2.4.6","reg":0.0,"seed":3,"split_seed":7,'
        '"validation_fraction":0.25}'
    )
    written = written.replace("DATA", "d" * 64)
    assert keys.canonical(found) == written
    assert list(found)[:6] == ["learning_rate", "reg", "batch_size", "hidden", "epochs", "seed"]
    assert keys.key(found) == hashlib.sha256(written.encode()).hexdigest()[:16]
    without = keys.specification(CONFIG, replace(chosen, hidden=0), 3, "d" * 64)
    assert (without["hidden"], without["engine"], without["code"]) == (0, "numpy", "numpy False")


def test_a_specification_that_is_no_json_has_no_key():
    with pytest.raises(ValueError, match="not JSON compliant"):
        keys.key({"learning_rate": float("nan")})


def test_how_a_value_is_written_does_not_change_the_key():
    tree = configuration_file.read_tree(CONFIG_YAML, {"defaults": {"learning_rate": "1e-1", "batch_size": 64.0}})
    written = configuration_file.parse(tree, "config.yaml")
    assert key(written, written.experiments["default"].configurations[0]) == key()


def test_titles_tables_and_other_experiments_do_not_change_the_key():
    overrides = {"title": "x", "author": "y", "writeup": "false", "replicates": 9}
    overrides |= {"experiments": {"extra": {"sweep": {"hidden": [1, 2]}}}}
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


STARTS = ("pipeline.training.run", "pipeline.training.sgd")
RUN = modules.needed_by(*STARTS)
COMMON = {"data.examples", "training.network", "training.descent", "training.run"}
COUNTED = {  # by engine, and whether there are hidden units
    ("numpy", True): {*COMMON, "training.sgd"},
    ("numpy", False): {*COMMON, "training.softmax"},
    ("compiled", True): {*COMMON, "training.compiled", "errors"},
    ("compiled", False): {*COMMON, "training.compiled", "errors"},
}
ALL = sorted({f"pipeline.{name}" for names in COUNTED.values() for name in names})


def fingerprints() -> dict[tuple[str, bool], str]:
    """Those of the code of runs, made anew."""
    for cache in CACHES:
        cache.cache_clear()
    return {(engine, hidden): fingerprint.of_runs(engine, hidden=hidden) for engine, hidden in COUNTED}


def test_a_key_has_the_fingerprint_of_its_engine_and_model():
    for (engine, hidden), code in fingerprints().items():
        chosen = replace(CONFIGURATION, hidden=int(hidden))
        assert keys.specification(replace(CONFIG, engine=engine), chosen, 1, "a" * 64)["code"] == code


@pytest.mark.parametrize("changed", ALL)
def test_other_code_retrains_the_runs_whose_numbers_come_from_it_and_no_others(copied, changed):
    before, path = fingerprints(), copied / modules.path(changed)
    path.write_text(path.read_text() + "\nADDED = 1\n")
    after = fingerprints()
    assert {run for run in COUNTED if after[run] != before[run]} == {
        run for run, names in COUNTED.items() if changed.removeprefix("pipeline.") in names
    }


def test_the_c_code_of_the_compiled_engine_counts_and_its_comments_and_layout_do_not(copied):
    before, path = fingerprints(), copied / fingerprint.KERNEL
    code = path.read_text()
    path.write_text("// another comment\n" + code.replace("\n", "   // said at its end\n\n"))
    assert fingerprints() == before
    path.write_text(code.replace("0x3f3504f3", "0x3f3504f4"))
    after = fingerprints()
    assert {run for run in COUNTED if after[run] != before[run]} == {("compiled", True), ("compiled", False)}


def test_keyed_modules_hold_nothing_that_python_versions_print_differently():
    for name in ALL:
        strings = (node for node in ast.walk(ast.parse(modules.source(name))) if isinstance(node, ast.JoinedStr))
        assert not any(strings), f"an f-string in {name}"


CACHES = (modules.source, modules.imports, fingerprint.of, fingerprint.of_runs, fingerprint._digest)


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of the code behind runs, whose fingerprint fingerprint.of gives."""
    for name in (*map(modules.path, ALL), fingerprint.KERNEL):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((ROOT / name).read_text())
    with monkeypatch.context() as patch:
        patch.setattr(modules, "ROOT", tmp_path)
        for cache in CACHES:
            cache.cache_clear()
        yield tmp_path
    for cache in CACHES:
        cache.cache_clear()


def moved(folder, old, new):
    """Move a module, and have the others import it from its new place under its new name."""
    (room, name), (new_room, new_name) = (module.rsplit(".", 1) for module in (old, new))
    target = folder / modules.path(new)
    target.parent.mkdir(parents=True, exist_ok=True)
    (folder / modules.path(old)).rename(target)
    for path in folder.rglob("*.py"):
        text = path.read_text().replace(f"from {old} import", f"from {new} import")
        if found := re.search(rf"^from {room} import ((?:\w+, )*){name}\b(.*)\n", text, re.MULTILINE):
            others = (found[1] + found[2].removeprefix(", ")).removesuffix(", ")
            kept = f"from {room} import {others}\n" if others else ""
            text = text.replace(found[0], f"{kept}from {new_room} import {new_name}\n")
            text = re.sub(rf"\b{name}\.", f"{new_name}.", text)
        path.write_text(text)


@pytest.mark.parametrize("old", RUN)
def test_a_module_that_moves_or_is_renamed_changes_no_key(copied, old):
    before = fingerprint.of(tuple(RUN))
    new = "pipeline.elsewhere.a_new_name"
    moved(copied, old, new)
    modules.source.cache_clear()
    modules.imports.cache_clear()
    fingerprint._digest.cache_clear()
    names = tuple(new if name == old else name for name in RUN)
    starts = (new if name == old else name for name in STARTS)
    assert modules.needed_by(*starts) == sorted(names), "its imports are found where it lies now"
    assert fingerprint.of(names) == before


def test_another_module_under_the_same_name_changes_the_key(copied):
    before = fingerprint.of(tuple(RUN))
    path = copied / "pipeline/training/run.py"
    sound = "from pipeline.training import descent\n"
    assert sound in path.read_text()
    path.write_text(path.read_text().replace(sound, "from pipeline.training import network as descent\n"))
    for cache in (modules.source, fingerprint.of, fingerprint._digest):
        cache.cache_clear()
    assert fingerprint.of(tuple(RUN)) != before


def test_a_function_of_a_module_that_does_not_count_counts_by_its_name_alone():
    text, json_, moved = (
        fingerprint.code_only(f"from pipeline.files.{module} import {name}\n{name}(path)")
        for module, name in (("sealed", "write_text"), ("sealed", "write_json"), ("atomic", "write_text"))
    )
    assert text != json_
    assert text == moved


def test_a_run_is_not_stored_under_the_key_of_other_code(tmp_path):
    specification = keys.specification(CONFIG, CONFIGURATION, 1, "a" * 64)
    for changed in ({"code": "0" * 64}, {"numpy": "1.0"}, {"hidden": 0}, {"engine": "compiled"}):
        with pytest.raises(RunError, match="expected the code and NumPy that the run's key was made with"):
            training.train(specification | changed, tmp_path)


def test_the_number_of_classes_is_part_of_the_data():
    arrays = {role: np.zeros((1, 1) if "images" in role else 1, np.uint8) for role in dataset.ROLES}
    assert dataset.fingerprint(arrays, 10) != dataset.fingerprint(arrays, 47)


def test_imports_are_followed_wherever_they_stand():
    wanted = {"analysis.tables", "experiments.tidy", "experiments.plan", "config.settings", "config.quantity"}
    assert {f"pipeline.{name}" for name in wanted} <= set(modules.needed_by("pipeline.analysis.tables"))
    assert "pipeline.report.render" not in modules.imports("pipeline.analysis.tables")
    wanted = {f"pipeline.{name}" for name in ("report.context", "report.formulas", "figures.fonts")}
    assert wanted <= set(modules.imports("pipeline.report.render"))
    for path in (ROOT / "pipeline").rglob("*.py"):
        assert "import pipeline" not in path.read_text(), "imports are looked for in `from pipeline ... import` alone"


def test_packages_hold_no_code():
    for path in (ROOT / "pipeline").rglob("__init__.py"):
        (only,) = ast.parse(path.read_text()).body
        assert isinstance(only, ast.Expr), f"{path}: no module that imports from this package would count its code"
