"""The figures as SVG, drawn from the tables. Texts stay texts in the STIX face that matplotlib carries and the
report embeds.
"""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure as Canvas

from pipeline.cli.command_line import command
from pipeline.config.settings import Config
from pipeline.experiments import plan
from pipeline.experiments.tidy import fresh, read_csv
from pipeline.figures import catalogue, heat_maps, learning_curves, ratios
from pipeline.figures.catalogue import Figure
from pipeline.figures.drawing import to_svg
from pipeline.figures.style import house_style
from pipeline.files.sealed import write_text


def draw(
    figure: Figure,
    config: Config,
    summary: pd.DataFrame,
    curves: pd.DataFrame,
    histories: pd.DataFrame | None = None,
) -> Canvas:
    """Draw one figure of the catalogue from summary.csv, curves.csv and histories.csv, without which no single run."""
    if figure.kind == "grid":
        return heat_maps.draw(config.experiments[figure.experiment], summary)
    if figure.kind == "ratio":
        return ratios.draw(config.experiments[figure.experiment], summary)
    return learning_curves.draw(figure, config, summary, curves, histories)


def write_all(config: Path, selection: Path, summary: Path, curves: Path, *, histories: Path, output: Path) -> None:
    """Write every figure of the catalogue as output/{name}.svg."""
    settings = plan.load_selected(config, selection)
    tables = read_csv(summary), read_csv(curves), fresh(read_csv(histories), settings)
    with house_style():
        for name, figure in catalogue.figures(settings).items():
            write_text(output / f"{name}.svg", to_svg(draw(figure, settings, *tables)))


main = command(write_all)

if __name__ == "__main__":
    main()
