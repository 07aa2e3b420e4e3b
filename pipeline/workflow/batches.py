"""How runs are put together into the jobs of a cluster, many to one, since starting a job takes longer than a run.

Written for Snakemake 9.27: it reads and sets what Snakemake has no interface for.
"""

import os
import sys
from typing import Any

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
        size = workflow.group_settings.group_components.get(GROUP, 1)
        batch = f"train-{self._members.setdefault(key, len(self._members)) // size}"
        workflow.parent_groupids[batch] = GROUP
        return batch


def run_together(workflow: Any) -> list[str]:
    """Have all runs of a job, which are one group where it runs, trained on the CPUs that it has; returns no file.

    Snakemake starts anew there and is told of none of this, nor that a run which fails keeps back no other.
    """
    workflow.group_settings.group_components = {GROUP: sys.maxsize}
    workflow.execution_settings.keep_going = True
    for cpus in filter(None, map(os.environ.get, CPUS)):
        workflow.global_resources["_cores"] = int(cpus)
    return []
