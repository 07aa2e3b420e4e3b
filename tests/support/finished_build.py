"""A finished build of tests/config.yaml without training: every file that it has, with a few numbers in its tables."""

import json
import shutil
from pathlib import Path
from typing import Any

from configuration import CONFIG_YAML, ROOT

from pipeline.config import load as config
from pipeline.crate.publication import checksum
from pipeline.environment import machine_class, software
from pipeline.files import sealed
from pipeline.verification import reference
from pipeline.workflow.build import Build

KEY = "0123456789abcdef"
SUMMARY = "experiment,learning_rate,metric,mean,sd,n\n"
TABLES = {
    "runs.csv": (
        "experiment,key,learning_rate,seed,training_loss,testing_accuracy,best_epoch,status\n"
        f"single,{KEY},0.1,1,0.25,0.92,9,ok\n"
        f"single,{KEY},0.1,2,0.26,0.93,10,ok\n"
    ),
    "tables/summary.csv": (
        SUMMARY + "single,0.1,training_accuracy,0.9123,0.001,2\nsingle,0.1,training_loss,0.255,0.0071,2\n"
        "single,0.2,training_accuracy,0.9345,0.001,2\n"
    ),
    "evidence/cells.csv": (
        "table,row,column,published,mean,sd,n,low,high,verdict\n"
        "Table 4,training_accuracy,learning_rate 1,0.9450,0.9443,0.001,5,0.9413,0.9474,reproduced\n"
        "Table 4,testing_accuracy,learning_rate 1,0.9471,0.9464,0.0018,5,0.9410,0.9519,reproduced\n"
    ),
    "evidence/claims.csv": (
        "claim,test,statistic,verdict,sentence\n"
        "It oscillates.,a; b,0.29 percentage points (−0.17 to 0.75),undetermined,It cannot be told.\n"
    ),
}


def make(project: Path) -> Path:
    """Make a project with a finished build on all of MNIST in a folder, which is the working directory."""
    project.mkdir(parents=True, exist_ok=True)
    (project / "locks").mkdir(exist_ok=True)
    shutil.copy(CONFIG_YAML, project / CONFIG_YAML.name)
    shutil.copy(ROOT / "locks/requirements.lock", project / "locks")
    tree = config.read_tree(project / "config.yaml", {})
    results = project / "results"
    write_json(results / "config.json", config.resolved(tree))
    write_json(results / "data/data.json", {"name": "MNIST", "source": "mnist", "fingerprint": "f" * 64})
    write_json(results / f"runs/{KEY}/metrics.json", {"specification": {"code": "c" * 64, "numpy": "2.4.6"}})
    for name in reference.outputs(Build(config.parse(tree, "config.yaml"), tree)):
        content = (
            '{"test": "a", "epochs_to_fit": 100}' if name.endswith(".json") else TABLES.get(name, "epoch,x\n1,2\n")
        )
        write(results / name, content)
    record(project, machine_class.describe())
    return project


def record(project: Path, machine: dict[str, Any]) -> None:
    """Write published.json as the build of these results on a machine of this class leaves it."""
    files = {"report.html": checksum(project / "results/report/html/report.html")}
    packages = software.pins(project / "locks/requirements.lock")
    told = {"edition": 1, "machine_class": machine, "packages": packages, "files": files}
    write_json(project / "results/published.json", told)


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text in a file, which must have it."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    sealed.write_text(path, text.replace(old, new, 1))


def write(path: Path, text: str) -> None:
    """Write a file, with its folder."""
    sealed.write_text(path, text)


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file, with its folder."""
    write(path, json.dumps(value))
