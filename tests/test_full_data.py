"""Every experiment of config.yaml in its real shape on real MNIST, with few epochs and seeds.

Needs MNIST_DIR; the only test that does.
"""

import os

import pandas as pd
import pytest
from conftest import Project
from pypdf import PdfReader

MNIST_DIR = os.environ.get("MNIST_DIR")


@pytest.mark.skipif(not MNIST_DIR, reason="MNIST_DIR is not set: real MNIST was not used")
def test_a_shortened_build_on_real_mnist(make_project):
    project: Project = make_project()
    folder = os.path.abspath(str(MNIST_DIR))  # noqa: PTH100 - the build runs in another folder
    settings = ("--config", "source=mnist", "epochs=2", "replicates=2")
    output = project.build(*settings, MNIST_DIR=folder)
    assert "Built on MNIST (60,000 training and 10,000 testing images)" in output
    runs = pd.read_csv(project / "results/runs.csv")
    expected = {"best": 2, "published_best": 2, "default": 2, "grid": 48, "learning_rates": 8, "regularization": 10}
    assert runs.groupby("experiment").size().to_dict() == expected
    means = runs.groupby(["experiment", "learning_rate", "reg"])["testing_accuracy"].mean()
    assert means["learning_rates"].min() > 0.85, "two epochs are enough for most digits"
    assert means["regularization"][0.1][1.0] < 0.2, "the largest coefficient prevents learning"
    text = "\n".join(page.extract_text() for page in PdfReader(project / "report/report.pdf").pages)
    for number in range(1, 9):
        assert f"Table {number}." in text
    for number in range(1, 14):
        assert f"Figure {number}." in text
    assert project.planned(*settings, MNIST_DIR=folder) == {}
