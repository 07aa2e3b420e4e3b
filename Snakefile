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

from pipeline.workflow import job_failures, patches
from pipeline.workflow.batches import GROUP, Batches, run_together
from pipeline.workflow.build import Build
from pipeline.workflow.sources import LOCK, files_behind
from pipeline.workflow.summary import summary

if workflow.is_main_process:
    build = Build.open(
        Path("config.yaml"),
        workflow.config_settings.configfiles,
        workflow.config_settings.config_args,
        workflow.storage_settings.default_storage_provider,
    )
    job_failures.explain()
else:
    build = Build.of_job()
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
    evidence_figure,
    overview_figure,
    claims_figure,
    thresholds_figure,
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
    split=r"|/[0-9.e-]+-(?:[0-9]+|file)",  # none is the report's


# Also what the report is made from, so that a file which was deleted, or whose job failed, is made again.
rule all:
    """The report in report/, and all that it is made from."""
    input:
        "results/published.json",
        expand("results/report/report.{format}", format=build.formats),
        "results/data/data.json",
        "results/prepared/prepared.json",
        "results/selection.json",
        lambda wildcards: build.all_runs(
            checkpoints.prepare.get(split="").output[-1],
            checkpoints.selection.get().output[0],
        ),
        "results/theory.json",
        "results/theory.verified",
        "results/runs.csv",
        "results/histories.csv",
        "results/norms.csv",
        "results/pictures.json",
        build.verdicts,
        expand("results/tables/{name}.csv", name=build.tables),
        build.collapse,
        expand("results/figures/{name}.svg", name=build.shown_figures),
        expand(
            "results/randomisation/{test}.{kind}",
            test=build.tests,
            kind=["csv", "json"],
        ),


include: "rules/common.smk"
include: "rules/theory.smk"
include: "rules/data.smk"
include: "rules/training.smk"
include: "rules/results.smk"
include: "rules/evidence.smk"
include: "rules/randomisation.smk"
include: "rules/pictures.smk"
include: "rules/report.smk"


# make prints the summary itself, also when there was nothing to do.
onsuccess:
    if not os.environ.get("SUMMARY_FOLLOWS"):
        print(summary(Path("results")))
