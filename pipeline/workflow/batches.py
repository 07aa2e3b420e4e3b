"""How runs are put together into the jobs of a cluster, many to one, since starting a job takes longer than a run."""

import os
from typing import Any

from pipeline.workflow import patches

GROUP = "training"
# How many CPUs a job has: Slurm says the one, a profile for another platform the other (precommand).
CPUS = ("SLURM_CPUS_PER_TASK", "REPORT_JOB_CPUS")


class Batches:
    """Which runs make one job; how many, the profile says by `group-components: training=50`.

    A run stays in its batch for the length of a build. Snakemake's own groups change whenever a checkpoint ends, and
    then a run may be in two of them.
    """

    def __init__(self) -> None:
        self._members: dict[str, int] = {}

    def of(self, workflow: Any, key: str) -> str:
        """The batch of a run: a group, in Snakemake's sense."""
        place = self._members.setdefault(key, len(self._members))
        batch = f"train-{place // patches.group_size(workflow, GROUP)}"
        patches.add_group(workflow, batch, GROUP)
        return batch


def run_together(workflow: Any) -> list[str]:
    """Have all runs of a job, which are one group where it runs, trained on the CPUs that it has; returns no file."""
    cpus = [int(found) for found in map(os.environ.get, CPUS) if found]
    patches.join_group(workflow, GROUP, cpus[-1] if cpus else None)
    return []
