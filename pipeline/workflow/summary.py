"""What a finished build says at its end: where the report is and what it was built on."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from pipeline.crate import publication
from pipeline.environment import git
from pipeline.experiments.labels import counted
from pipeline.report import typesetting

SHOWN_FILES = ("report.html", "report.pdf", publication.RECORD)
SHOWN = 3  # differences of a kind that are named


def summary(project: Path) -> str:
    """The paths of the report and one line on the data and runs behind it; empty before the first whole build.

    Then what this machine could not make, and what differs from the committed report. All is told by what is published.
    """
    published, root = publication.read(project / publication.MARK), project / publication.ROOT
    if published is None or publication.files(root) != published["files"]:
        return ""
    manifest = json.loads((root / "results/data/data.json").read_bytes())
    keys = {line.split(",")[1] for line in (root / "results/runs.csv").read_text(encoding="utf-8").splitlines()[1:]}
    images = f"{manifest['training_images']:,} training and {manifest['testing_images']:,} testing images"
    lines = [f"{publication.ROOT}/{name}" for name in SHOWN_FILES if name in published["files"]]
    lines.append(f"Built on {manifest['name']} ({images}) from {len(keys):,} runs.")
    if "pdf" not in typesetting.formats():
        lines.append(typesetting.no_pdf())
    if manifest["fallback"]:
        lines.append(
            "WARNING: this is the small sample, because the data set could not be had. "
            "Hint: mend what logs/data.log names, then run `snakemake --cores all --forcerun data`."
        )
    return "\n".join([*lines, *against_committed(project)])


def against_committed(project: Path) -> list[str]:
    """A line where the report in a project's folder is another than the committed one, with what explains it."""
    names = git.ask(project, "diff", "--name-only", "--relative", "HEAD", "--", publication.ROOT.name) or ""
    changed = set(names.splitlines()) - {f"{publication.ROOT}/{publication.RECORD}"}
    if not changed:
        return []
    reasons = [
        *_differences(project, "another configuration", "config.json"),
        *_differences(project, "other images", "results/data/data.json"),
        *_differences(project, "another class of machine, so other last bits", publication.RECORD, "machine_class"),
    ]
    because = f": {'; '.join(reasons)}" if reasons else ""
    files = counted(len(changed), "file")
    hint = f"`git checkout {publication.ROOT}` brings the committed ones back."
    return [f"{publication.ROOT}/ differs from the committed one in {files} since this build{because}. Hint: {hint}"]


def _differences(project: Path, what: str, name: str, *within: str) -> Iterator[str]:
    """What differs in a file of JSON between the committed report and the present one, in words."""
    committed = git.ask(project, "show", f"HEAD:./{publication.ROOT}/{name}")
    try:
        old, new = json.loads(committed or "{}"), json.loads((project / publication.ROOT / name).read_bytes())
        for key in within:
            old, new = old.get(key, {}), new.get(key, {})
        differing = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    except (OSError, ValueError, TypeError, AttributeError):  # edited by hand
        return
    if differing and old:
        rest = f" and {len(differing) - SHOWN} more" if len(differing) > SHOWN else ""
        yield f"{what} ({', '.join(differing[:SHOWN])}{rest})"


def main() -> None:
    """Print the summary of the present build."""
    sys.stdout.write(summary(Path()) + "\n")


if __name__ == "__main__":
    main()
