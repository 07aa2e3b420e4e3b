"""Builds of unusual configurations: divergence, one seed, sections left out, data that cannot be had."""

import re

import pandas as pd
from conftest import SMALL, Project, text_of


def test_a_diverged_run_is_recorded_and_shown(built: Project):
    built.experiments(learning_rates={"sweep": {"learning_rate": ["1e30", "e^-1"]}})
    tables = SMALL["tables"] | {"learning_rates": {**SMALL["tables"]["learning_rates"]}}
    tables["learning_rates"].pop("rate_of_change")
    built.configure(tables=tables)
    built.build("results/report/html/report.html")
    assert [run["status"] for run in built.metrics()].count("diverged") == 2
    runs = pd.read_csv(built / "results/runs.csv")
    assert runs[runs["status"] == "diverged"]["testing_accuracy"].isna().all()
    assert re.search(r"<td[^>]*>\s*diverged", (built / "results/report/html/report.html").read_text())
    assert "diverged" in (built / "results/figures/experiments/learning_rates-1.svg").read_text()


def test_everything_diverged_still_gives_a_report(built: Project):
    built.configure(defaults={"learning_rate": "1e30", "reg": 1, "batch_size": 64}, replicates=1)
    built.experiments(
        learning_rates={"sweep": {"learning_rate": ["1e30", "2e30"]}},
        grid={"grid": {"learning_rate": ["1e30"], "batch_size": [32, 64]}},
    )
    tables = SMALL["tables"] | {"learning_rates": {"experiment": "learning_rates", "metrics": ["testing_accuracy"]}}
    built.configure(tables=tables)
    built.build("results/report/pdf/report.pdf")
    text = " ".join(text_of(built / "results/report/pdf/report.pdf").split())
    assert "or of the default one diverged, so they cannot be compared" in text


def test_one_seed_gives_plain_numbers(built: Project):
    built.build("results/report/html/report.html", "--config", "replicates=1", "epochs=1")
    _, _, rest = (built / "results/report/html/report.html").read_text().partition('id="table-learning-rates"')
    table, _, _ = rest.partition("</table>")
    assert re.search(r"<td[^>]*>\s*0\.\d{4}", table)
    assert "±" not in table
    used = set(built.used_keys())
    assert {run["specification"]["epochs"] for run in built.metrics() if run["key"] in used} == {1}


def test_sections_can_be_left_out_and_values_added(built: Project):
    tree = dict(SMALL["tables"])
    tree.pop("tuning")
    tree.pop("regularization")
    built.configure(
        tables=tree,
        experiments={
            "learning_rates": {"sweep": {"learning_rate": [1, 0.9, "e^-1"]}, "replicates": 1},
            "widths": {"sweep": {"hidden": [4, 8]}, "fixed": {"learning_rate": 0.5}, "epochs": 1},
            "corner": {"grid": {"reg": [0, 0.001], "hidden": [4, 8], "batch_size": [64]}, "replicates": 1},
        },
    )
    built.build("results/report/html/report.html")
    page = (built / "results/report/html/report.html").read_text()
    assert re.search(r'id="section-further-widths"', page)
    assert re.search(r'id="section-further-corner"', page)
    assert "Widths" in page
    assert "hidden units" in page


def test_a_wrong_configuration_ends_before_anything_starts(make_project):
    project = make_project(**SMALL)
    project.configure(epochz=3, replicates=0)
    result = project.snakemake()
    assert result.returncode == 2
    lines = [line for line in result.stdout.splitlines() if line.startswith("config.yaml: ")]
    assert len(lines) == 2
    assert "did you mean 'epochs'" in result.stdout
    assert "Traceback" not in result.stdout
    assert not (project / "results").exists()


def test_a_batch_too_large_for_the_sample_that_stands_in_is_named(make_project):
    project = make_project(**SMALL)
    tree = {"name": "none", "training_images": 60000, "testing_images": 10000, "classes": 10, "mirrors": []}
    files = {
        role: {"name": role, "sha256": "0" * 64}
        for role in ("training_images", "training_labels", "testing_images", "testing_labels")
    }
    project.configure(source="auto", data=tree | {"files": files})
    project.experiments(default={"single": {"batch_size": 4000}})
    result = project.snakemake()
    assert result.returncode == 1
    assert "WARNING: none could not be had" in result.stdout
    assert "batch_size: expected at most 3,200 (the training set), found 4,000." in result.stdout
    assert "Traceback" not in result.stdout


def test_the_fallback_is_said_loudly_and_on_the_first_page(make_project):
    project = make_project(**SMALL)
    files = {
        role: {"name": role, "sha256": "0" * 64}
        for role in ("training_images", "training_labels", "testing_images", "testing_labels")
    }
    tree = {"name": "Digits", "training_images": 60000, "testing_images": 10000, "classes": 10, "mirrors": []}
    project.configure(source="auto", data=tree | {"files": files})
    output = project.build()
    assert "WARNING: Digits could not be had" in output
    assert "WARNING: this is the small sample" in output
    first_page = text_of(project / "report/report.pdf").partition("Contents")[0]
    assert "Built on a sample." in first_page
    project.configure(source="mnist")
    result = project.snakemake()
    assert result.returncode == 1
    assert "Digits: expected the four files" in result.stdout
