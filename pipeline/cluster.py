"""What Snakemake does not tell of the jobs of a cluster, each of which holds many runs, and does not tell them."""

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from snakemake.jobs import GroupJob
from snakemake.logging import logger

GROUP = "training"
PROFILE = "profiles/slurm/config.yaml"


class Batches:
    """Which runs make one job of the cluster; how many, the profile says by `group-components: training=50`.

    A run stays in its batch for the length of a build. Snakemake's own groups change whenever a checkpoint ends, and
    then a run may be in two of them.
    """

    def __init__(self) -> None:
        self._rules: dict[str, dict[str, int]] = {}

    def of(self, workflow: Any, rule: str, name: str) -> str:
        """The group, in Snakemake's sense, of one job of a rule.

        In a job on the cluster, where Snakemake starts anew and is told of none of this, there is one group: what the
        job holds is run together on the CPUs that it has, and what fails keeps back nothing else.
        """
        if not workflow.is_main_process:
            workflow.group_settings.group_components = {GROUP: sys.maxsize}
            workflow.execution_settings.keep_going = True
            if cpus := os.environ.get("SLURM_CPUS_PER_TASK"):
                workflow.global_resources["_cores"] = int(cpus)
            return GROUP
        size = workflow.group_settings.group_components.get(GROUP, 1)
        members = self._rules.setdefault(rule, {})
        batch = f"{rule}-{members.setdefault(name, len(members)) // size}"
        workflow.parent_groupids[batch] = GROUP
        return batch


def explain_failures() -> None:
    """Let Snakemake say what became of a job on the cluster: it calls each run in it failed, and keeps the reason."""
    GroupJob.log_error = _log_error


def _log_error(job: Any, msg: str = "", aux_logs: Sequence[str | None] = (), **_: Any) -> None:
    for line in problems(job.jobs, msg, [Path(os.path.relpath(log)) for log in aux_logs if log]):
        logger.error(line)


def problems(runs: Sequence[Any], message: str, logs: Sequence[Path]) -> list[str]:
    """A line on a job that failed, and what is known of each of its runs that had begun and gave no result.

    `message` is what the executor says, `logs` are Slurm's.
    """
    lost = [run for run in runs if not all(Path(file).exists() for file in run.output)]
    first = (
        f"A job on the cluster: expected {len(runs)} of {len(runs)} runs trained, found {len(runs) - len(lost)}. "
        f"{_reason(message, logs)} Hint: see {logs[0] if logs else PROFILE}; the same command trains what is missing."
    )
    begun = [run for run in lost if Path(run.output[0]).parent.exists()]
    return [first, *(line for run in begun for line in _log(Path(run.log[0])))]


def _reason(message: str, logs: Sequence[Path]) -> str:
    """Why Slurm ended a job or did not take it, in a line."""
    said = re.split(r"Detailed failure reason|For further error details|\n +sbatch call:", message)[0]
    errors = [
        error.strip("* ") + "."
        for log in logs
        if log.exists()
        for error in re.findall(r"^slurmstepd\S*: error: (.*)", log.read_text(errors="replace"), re.MULTILINE)
    ]
    return " ".join([*said.split(), *errors[-1:]])


def _log(path: Path) -> list[str]:
    """What a run without a result has written, or that it was cut off."""
    written = path.read_text(errors="replace").splitlines() if path.exists() else []
    return [f"{path}: {line}" for line in written or ["expected a run that ends, found it cut off."]]
