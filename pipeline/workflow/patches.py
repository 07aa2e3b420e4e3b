"""What reaches into Snakemake where it has no interface, each with its reason.

Written for the version that pyproject.toml pins. After another one is pinned, `make test-all` tells what does not fit.
"""

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from snakemake.io import _IOFile
from snakemake.jobs import GroupJob
from snakemake.logging import logger

from pipeline.workflow.storage import Storage, bring

TRANSFERS = (
    "Retrieving from storage",
    "Finished retrieval",
    "Storing in storage",
    "Finished upload",
    "Removing local copy",
)


def storage(workflow: Any) -> Storage:
    """What Snakemake was told to keep files in (`default-storage-provider`, `default-storage-prefix`).

    Reason: steps are told folders, and the Snakefile reads files itself, where Snakemake tells of the single files of
    jobs alone.
    """
    return Storage(
        workflow.storage_registry.default_storage_provider, workflow.storage_settings.default_storage_prefix or ""
    )


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


def store_each_run() -> None:
    """Have a job that was sent elsewhere give the storage what a run wrote as soon as the run has ended.

    Reason: Snakemake does so at the end of the job, and a job that is killed would lose all its runs.
    """
    from snakemake.dag import DAG  # noqa: PLC0415 - it imports itself where it is the first

    handle = DAG.handle_storage

    async def store(dag: DAG, job: Any, store_in_storage: bool = True, store_only_log: bool = False) -> None:
        trains = dag.workflow.executor_plugin.name == "local"  # of the two processes of a job of Slurm the inner one
        await handle(dag, job, trains, store_only_log)

    async def stored(dag: DAG) -> None:
        pass

    DAG.handle_storage, DAG.store_storage_outputs = store, stored


def see_deleted_copies() -> None:
    """Have no copy of a storage's file that Snakemake has just deleted taken for write-protected.

    Reason: it remembers that the copy was there. A build that is killed leaves such copies, and would end the next one.
    """
    protected = _IOFile.protected

    async def is_protected(file: _IOFile) -> bool:
        return Path(file.file).exists() and await protected(file)

    _IOFile.protected = is_protected


def use_image() -> None:
    """Have pods use the plugins of their image, and have the log of a pod that failed read.

    Reason: Snakemake has each pod load the newest plugins, and asks for the log of an earlier container of the pod.
    There is none, and Kubernetes' answer would end the build.
    """
    plugin: Any = sys.modules.get("snakemake_executor_plugin_kubernetes")  # where it is installed
    if plugin is None:
        return
    plugin.common_settings.auto_deploy_default_storage_provider = False
    api = plugin.kubernetes.client.CoreV1Api
    read = api.read_namespaced_pod_log
    api.read_namespaced_pod_log = lambda self, **told: read(self, **told | {"previous": False})


def hide_transfers() -> None:
    """Have nothing said of each file that is brought from the storage, given to it or deleted here.

    Reason: with thousands of them, nothing else is seen.
    """
    logger.addFilter(lambda record: not str(record.msg).startswith(TRANSFERS))


def is_there(file: Any) -> bool:
    """Whether an output of a job is there, or in the storage.

    Reason: the copies here, which bear the names of the files, come and go. A storage that fails tells nothing.
    """
    try:
        return bool(file.storage_object.exists() if _is_stored(file) else Path(file).exists())
    except Exception:  # each storage has its own
        return False


def log_of(job: Any) -> Path:
    """The log of a job, which may be absent; brought here if the storage has it.

    Reason: Snakemake brings only what a job reads.
    """
    log = job.log[0]
    if _is_stored(log):
        with contextlib.suppress(Exception):  # as in `is_there`
            bring(log.storage_object)
    return Path(log)


def _is_stored(file: Any) -> bool:
    return getattr(file, "is_storage", False)


def tell_failures_by(log_error: Callable[..., None]) -> None:
    """Have a job of several runs that failed told by a function of ours.

    Reason: Snakemake calls every run of such a job failed, and keeps to itself why.
    """
    GroupJob.log_error = log_error
