# In: config.yaml and the MNIST files (MNIST_DIR, the user cache or a mirror); report/benchmark.json where there is one.
# Out: report/report.html and report/report.pdf, the numbers behind them in report/results, report/ro-crate-metadata.json
# on what they are made from and with, and report/build.json on how they were built; all of one build, or none.
#
# data -> prepare -> train (one job per run) -> selection -> train (the selected ones) -> runs -> tables -> figures -> report
# prepare, runs -> collapse -> report: the critical coefficient of section 3.2
# evidence -> report: the write-up's numbers and claims, held against the runs
# prepare -> randomisation (one job per test) -> randomisation_figure -> report, where config.yaml asks for it
# speed -> report, where there is report/benchmark.json
# data, prepare, selection -> network (one job per run) -> pictures -> pictures_figures -> report
# theory -> report; gate: a report whose mathematics fails its checks is not published
# report -> publish: report/ becomes that of this build
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, workflow.basedir)

from pipeline.figures.catalogue import drawing
from pipeline.workflow import job_failures, patches
from pipeline.workflow.batches import GROUP, Batches, run_together
from pipeline.workflow.build import Build
from pipeline.workflow.sources import LOCK, files_behind
from pipeline.workflow.summary import summary

stored = patches.storage(workflow)
if workflow.is_main_process:
    job_failures.explain()
    patches.use_image()
    patches.hide_transfers()
    patches.see_deleted_copies()
else:
    patches.store_each_run()
build = (Build.open if workflow.is_main_process else Build.of_job)(
    stored,
    workflow.config_settings.configfiles,
    workflow.config_settings.config_args,
)
# results/, or where the copies lie of what a storage holds of it
RESULTS = stored.path("results")
CONFIG = f"{RESULTS}/config.json"
batches = Batches()
# Jobs inherit these: they parse this file again.
os.environ |= build.environment
os.environ.setdefault("REPORT_BUILD_STARTED", datetime.now(UTC).isoformat())


# All but the runs, which are sent to a cluster where there is one.
localrules:
    all,
    theory,
    gate,
    data,
    prepare,
    check,
    selection,
    runs,
    recovery,
    tables,
    figures,
    collapse,
    collapse_figure,
    evidence,
    evidence_figures,
    speed,
    randomisation,
    randomisation_figure,
    network,
    pictures,
    pictures_figures,
    report,
    publish,


wildcard_constraints:
    key="[0-9a-f]{16}",
    format="html|pdf",
    test=r"[a-z_]+[0-9.e-]*",
    split="[0-9.e-]+-(?:[0-9]+|file)",


include: "rules/common.smk"
include: "rules/theory.smk"
include: "rules/data.smk"
include: "rules/training.smk"
include: "rules/results.smk"
include: "rules/evidence.smk"
include: "rules/randomisation.smk"
include: "rules/pictures.smk"
include: "rules/report.smk"


# Also what the report is made from, so that a file which was deleted, or whose job failed, is made again.
rule all:
    """The report in report/, and all that it is made from."""
    default_target: True
    input:
        local("results/published.json"),
        local("results/theory.verified"),
        DATA,
        prepared(build.split),
        checked("results/selection/selection.json"),
        lambda wildcards: of_runs(all_keys(wildcards)),
        "results/norms.csv",
        checked(*build.crate_results, *drawings(*build.shown_figures), *REPORTS),
        PICTURES,


# make prints the summary itself, also when there was nothing to do.
onsuccess:
    if not os.environ.get("SUMMARY_FOLLOWS"):
        print(summary(Path()))
