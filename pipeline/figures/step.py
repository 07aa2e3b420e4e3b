"""The figures as SVG, drawn from the tables. Texts stay texts in the STIX face that matplotlib carries and the
report embeds.
"""

import argparse
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure as Canvas

from pipeline.cli.console import run_step
from pipeline.config.settings import Config
from pipeline.experiments import plan
from pipeline.experiments.tidy import read_csv
from pipeline.figures import catalogue, heat_maps, learning_curves
from pipeline.figures.catalogue import Figure
from pipeline.figures.drawing import to_svg
from pipeline.figures.style import house_style
from pipeline.files.sealed import write_text


def draw(figure: Figure, config: Config, summary: pd.DataFrame, curves: pd.DataFrame) -> Canvas:
    """Draw one figure of the catalogue from summary.csv and curves.csv."""
    if figure.kind == "grid":
        return heat_maps.draw(config.experiments[figure.experiment], summary)
    return learning_curves.draw(figure, config, summary, curves)


def write_all(config: Path, selection: Path, summary: Path, curves: Path, output: Path) -> None:
    """Write every figure of the catalogue as output/{name}.svg."""
    settings = plan.load_selected(config, selection)
    tables = read_csv(summary), read_csv(curves)
    with house_style():
        for name, figure in catalogue.figures(settings).items():
            write_text(output / f"{name}.svg", to_svg(draw(figure, settings, *tables)))


def main() -> None:
    """Command line of the figures step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", required=True, type=Path, help="the resolved configuration")
    parser.add_argument("--selection", required=True, type=Path, help="the selected configurations")
    parser.add_argument("--summary", required=True, type=Path, help="summary.csv")
    parser.add_argument("--curves", required=True, type=Path, help="curves.csv")
    parser.add_argument("--output", required=True, type=Path, help="folder for the figures")
    parser.add_argument("--log", type=Path)
    a = parser.parse_args()
    run_step(lambda: write_all(a.config, a.selection, a.summary, a.curves, a.output), a.log)


if __name__ == "__main__":
    main()
