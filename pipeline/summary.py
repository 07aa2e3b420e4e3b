"""What a finished build says at its end: where the report is and what it was built on."""

import json
import sys
from pathlib import Path

from pipeline.errors import InputError
from pipeline.sealed import read_text

REPORTS = (Path("report/report.html"), Path("report/report.pdf"))
RECORD = Path("report/build.json")


def summary(results: Path) -> str:
    """The paths of the report and one line on the data and runs behind it; empty before the first whole build.

    Of a file that is not what its step wrote, what is wrong with it.
    """
    try:
        return _summary(results)
    except InputError as error:
        return "\n".join(error.problems)


def _summary(results: Path) -> str:
    if not all(path.exists() for path in (results / "data" / "data.json", results / "runs.csv", *REPORTS)):
        return ""
    manifest = json.loads(read_text(results / "data" / "data.json"))
    keys = {line.split(",")[1] for line in read_text(results / "runs.csv").splitlines()[1:]}
    images = f"{manifest['training_images']:,} training and {manifest['testing_images']:,} testing images"
    lines = [str(path) for path in (*REPORTS, RECORD) if path.exists()]
    lines.append(f"Built on {manifest['name']} ({images}) from {len(keys):,} runs.")
    if manifest["fallback"]:
        lines.append(
            "WARNING: this is the small sample, because the data set could not be had. "
            "Hint: mend what logs/data.log names, then run `snakemake --cores all --forcerun data`."
        )
    return "\n".join(lines)


def main() -> None:
    """Print the summary of the present build."""
    sys.stdout.write(summary(Path("results")) + "\n")


if __name__ == "__main__":
    main()
