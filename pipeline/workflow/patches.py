"""What reaches into Snakemake where it has no interface, each with its reason.

Written for the version that pyproject.toml pins. After another one is pinned, `make test-all` tells what does not fit.
"""

import sys
from collections.abc import Callable
from typing import Any

from snakemake.jobs import GroupJob


def is_building(workflow: Any) -> bool:
    """Whether files are made: this is no dry run, no list of rules, and not the process of a job.

    Reason: input functions are called in all of these, and a build may begin in the one alone.
    """
    return bool(workflow.is_main_process and workflow.execution_settings and not workflow.dryrun)


def group_size(workflow: Any, group: str) -> int:
    """How many jobs of a group the profile puts together (`group-components`).

    Reason: Snakemake puts them together anew whenever a checkpoint ends; see pipeline.workflow.batches.
    """
    size: int = workflow.group_settings.group_components.get(group, 1)
    return size


def add_group(workflow: Any, name: str, parent: str) -> None:
    """Make a group of its own that counts as one of the parent's.

    Reason: resources and settings are given for the parent, whose name a profile can know.
    """
    workflow.parent_groupids[name] = parent


def join_group(workflow: Any, group: str, cores: int | None) -> None:
    """Have all jobs of a group run here as one, `cores` at a time (None: as Snakemake has it), whichever of them fail.

    Reason: in a job of a cluster Snakemake starts anew, and is told neither of the group nor of the job's CPUs, nor
    that a run which fails keeps back no other.
    """
    workflow.group_settings.group_components = {group: sys.maxsize}
    workflow.execution_settings.keep_going = True
    if cores is not None:
        workflow.global_resources["_cores"] = cores


def tell_failures_by(log_error: Callable[..., None]) -> None:
    """Have a job of several runs that failed told by a function of ours.

    Reason: Snakemake calls every run of such a job failed, and keeps to itself why.
    """
    GroupJob.log_error = log_error
