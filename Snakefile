# In: config.yaml and the MNIST files (MNIST_DIR, the user cache or a mirror); report/benchmark.json where there is one.
# Out: report/report.html and report/report.pdf, the numbers behind them in report/results, report/ro-crate-metadata.json
# on what they are made from and with, and report/build.json on how they were built; all of one build, or none.
#
# data -> prepare -> train (one job per run) -> selection -> train (the selected ones) -> runs -> tables -> figures -> report
# prepare, runs -> collapse -> report: the critical coefficient of section 3.2
# evidence -> report: the write-up's numbers and claims, held against the runs
# prepare -> randomisation (one job per test) -> randomisation_figure -> report, where config.yaml asks for it
# speed -> report, where there is report/benchmark.json
# theory -> report; gate: a report whose mathematics fails its checks is not published
# report -> publish: report/ becomes that of this build
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, workflow.basedir)

from pipeline.workflow import job_failures
from pipeline.workflow.batches import GROUP, Batches, run_together
from pipeline.workflow.build import Build
from pipeline.workflow.sources import LOCK, needed_by
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


def is_building():
    """Whether this is no dry run, and not the process of a job."""
    return bool(
        workflow.is_main_process and workflow.execution_settings and not workflow.dryrun
    )


# All but the runs, which are sent to a cluster where there is one. What a run may take is measured on MNIST: at most
# 36 s and 104 MB, and 280 MB for the two Snakemakes of a job.
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
    claims_figure,
    speed,
    randomisation,
    randomisation_figure,
    report,
    publish,


wildcard_constraints:
    key="[0-9a-f]{16}",
    format="html|pdf",
    test=r"[a-z_]+[0-9.e-]*",


# Also what the report is made from, so that a file which was deleted, or whose job failed, is made again.
rule all:
    input:
        "results/published.json",
        expand("results/report/report.{format}", format=build.formats),
        "results/data/data.json",
        "results/prepared/prepared.json",
        "results/selection.json",
        lambda wildcards: build.all_runs(
            checkpoints.prepare.get().output[-1], checkpoints.selection.get().output[0]
        ),
        "results/theory.json",
        "results/theory.verified",
        "results/runs.csv",
        "results/histories.csv",
        "results/norms.csv",
        "results/recovery.json",
        expand("results/tables/{name}.csv", name=build.tables),
        build.collapse,
        expand("results/figures/{name}.svg", name=build.shown_figures),
        expand("results/evidence/{name}.csv", name=build.evidence),
        expand(
            "results/randomisation/{test}.{kind}",
            test=build.tests,
            kind=["csv", "json"],
        ),


rule theory:
    input:
        code=needed_by("pipeline.theory.step"),
    output:
        "results/theory.json",
    log:
        "logs/theory.log",
    benchmark:
        "logs/benchmarks/theory.tsv"
    params:
        neurons=build.neurons,
        numerics=build.config.numerics,
    shell:
        "{sys.executable:q} -m pipeline.theory.step --neurons {params.neurons:q} --output {output} --log {log}"


rule gate:
    input:
        theory="results/theory.json",
        template="templates/sections/theory.html.j2",
        code=needed_by("pipeline.report.gate"),
    output:
        "results/theory.verified",
    log:
        "logs/gate.log",
    benchmark:
        "logs/benchmarks/gate.tsv"
    shell:
        "{sys.executable:q} -m pipeline.report.gate --theory {input.theory} --template {input.template}"
        " --output {output} --log {log}"


# Which data there are decides the keys of the runs, so this is settled before anything is trained.
rule data:
    input:
        # no file: every target but theory's needs the data, and so asks whether a build may begin
        lambda wildcards: build.begin(is_building(), workflow.executor_settings),
        code=needed_by("pipeline.data.mnist"),
    output:
        "results/data/training_images.npy",
        "results/data/training_labels.npy",
        "results/data/testing_images.npy",
        "results/data/testing_labels.npy",
        "results/data/data.json",
    log:
        "logs/data.log",
    benchmark:
        "logs/benchmarks/data.tsv"
    params:
        # a function, or Snakemake would take {name} in a text for one of its wildcards
        settings=lambda wildcards: build.data_settings,
    shell:
        "{sys.executable:q} -m pipeline.data.mnist --config results/config.json --output results/data --log {log}"


# What every run would do first is done once. A checkpoint, so that the runs are looked at again after it: jobs behind
# an ancient input are passed over while what makes it is due.
checkpoint prepare:
    input:
        "results/data/training_images.npy",
        "results/data/training_labels.npy",
        "results/data/testing_images.npy",
        "results/data/testing_labels.npy",
        data="results/data/data.json",
        code=needed_by("pipeline.data.preparation"),
    output:
        "results/prepared/pixels.npy",
        expand(
            "results/prepared/{set}_{array}.npy",
            set=["training", "validation", "testing"],
            array=["images", "labels", "lengths"],
        ),
        "results/prepared/prepared.json",
    log:
        "logs/prepare.log",
    benchmark:
        "logs/benchmarks/prepare.tsv"
    params:
        split=build.split,
    shell:
        "{sys.executable:q} -m pipeline.data.preparation --split {params.split:q} --data results/data"
        " --output results/prepared --log {log}"


# Nothing but the key decides whether a run is trained: its inputs are ancient, its code is in the key.
rule train:
    input:
        ancient("results/prepared/prepared.json"),
        # no file: asked for before anything is run, but after Snakemake has made its settings
        lambda wildcards: [] if workflow.is_main_process else run_together(workflow),
    output:
        "results/runs/{key}/history.csv",
        "results/runs/{key}/norms.csv",
        "results/runs/{key}/metrics.json",
        "results/runs/{key}/timing.json",
    log:
        "logs/train/{key}.log",
    benchmark:
        "logs/benchmarks/train/{key}.tsv"
    group:
        lambda wildcards: (
            batches.of(workflow, wildcards.key) if workflow.is_main_process else GROUP
        )
    threads: 1
    resources:
        mem_mb=500,
        runtime=2,
    params:
        run=lambda wildcards: build.specification(wildcards.key),
    shell:
        "{sys.executable:q} -m pipeline.training.step --run {params.run:q} --data results/prepared"
        " --output results/runs/{wildcards.key} --log {log}"


# What make check asks for: the runs that the printed numbers of others are held against. Nothing else needs them.
rule check:
    input:
        "results/data/data.json",
        lambda wildcards: (
            checkpoints.prepare.get() and build.wanted_runs("results/data/data.json")
        ),


# The configurations that best_of experiments take over; their runs are known only then.
checkpoint selection:
    input:
        config=ancient("results/config.json"),
        data="results/data/data.json",
        runs=lambda wildcards: build.candidate_runs(
            checkpoints.prepare.get().output[-1]
        ),
        code=needed_by("pipeline.experiments.selection"),
    output:
        "results/selection.json",
    log:
        "logs/selection.log",
    benchmark:
        "logs/benchmarks/selection.tsv"
    params:
        choices=build.choices,
    shell:
        "{sys.executable:q} -m pipeline.experiments.selection --config {input.config} --data results/data --runs results/runs"
        " --output {output} --log {log}"


rule runs:
    input:
        config="results/config.json",
        data="results/data/data.json",
        selection="results/selection.json",
        runs=lambda wildcards: build.all_runs(
            checkpoints.prepare.get().output[-1], checkpoints.selection.get().output[0]
        ),
        code=needed_by("pipeline.experiments.runs"),
    output:
        runs="results/runs.csv",
        histories="results/histories.csv",
        norms="results/norms.csv",
    log:
        "logs/runs.log",
    benchmark:
        "logs/benchmarks/runs.tsv"
    shell:
        "{sys.executable:q} -m pipeline.experiments.runs --config {input.config} --data results/data --selection {input.selection}"
        " --runs results/runs --output results --log {log}"


# What the labels, the runs and the printed numbers tell of the write-up's protocol.
rule recovery:
    input:
        config="results/config.json",
        labels=["results/data/training_labels.npy", "results/data/testing_labels.npy"],
        data="results/data/data.json",
        runs="results/runs.csv",
        published="pipeline/writeup/published.yaml",
        schema="pipeline/writeup/published.schema.yaml",
        code=needed_by("pipeline.evidence.recovery"),
    output:
        "results/recovery.json",
    log:
        "logs/recovery.log",
    benchmark:
        "logs/benchmarks/recovery.tsv"
    shell:
        "{sys.executable:q} -m pipeline.evidence.recovery --config {input.config} --data results/data --runs {input.runs}"
        " --published {input.published} --output {output} --log {log}"


rule tables:
    input:
        config="results/config.json",
        selection="results/selection.json",
        runs="results/runs.csv",
        histories="results/histories.csv",
        code=needed_by("pipeline.analysis.tables"),
    output:
        expand("results/tables/{name}.csv", name=build.tables),
    log:
        "logs/tables.log",
    benchmark:
        "logs/benchmarks/tables.tsv"
    shell:
        "{sys.executable:q} -m pipeline.analysis.tables --config {input.config} --selection {input.selection} --runs {input.runs}"
        " --histories {input.histories} --output results/tables --log {log}"


rule figures:
    input:
        config="results/config.json",
        selection="results/selection.json",
        summary="results/tables/summary.csv",
        curves="results/tables/curves.csv",
        code=needed_by("pipeline.figures.step"),
    output:
        expand("results/figures/{name}.svg", name=build.figures),
    log:
        "logs/figures.log",
    benchmark:
        "logs/benchmarks/figures.tsv"
    shell:
        "{sys.executable:q} -m pipeline.figures.step --config {input.config} --selection {input.selection}"
        " --summary {input.summary} --curves {input.curves} --output results/figures --log {log}"


# Asked for only where section 3.2 is shown.
rule collapse:
    input:
        config="results/config.json",
        prepared="results/prepared/prepared.json",
        norms="results/norms.csv",
        code=needed_by("pipeline.analysis.collapse"),
    output:
        "results/collapse.json",
        "results/tables/collapse.csv",
    log:
        "logs/collapse.log",
    benchmark:
        "logs/benchmarks/collapse.tsv"
    shell:
        "{sys.executable:q} -m pipeline.analysis.collapse --config {input.config} --prepared results/prepared --norms {input.norms}"
        " --output results --log {log}"


rule collapse_figure:
    input:
        config="results/config.json",
        linear="results/collapse.json",
        table="results/tables/collapse.csv",
        code=needed_by("pipeline.figures.collapse"),
    output:
        "results/figures/collapse.svg",
    log:
        "logs/collapse_figure.log",
    benchmark:
        "logs/benchmarks/collapse_figure.tsv"
    shell:
        "{sys.executable:q} -m pipeline.figures.collapse --config {input.config} --linear {input.linear} --table {input.table}"
        " --output {output} --log {log}"


rule evidence:
    input:
        config="results/config.json",
        data="results/data/data.json",
        selection="results/selection.json",
        runs="results/runs.csv",
        histories="results/histories.csv",
        norms="results/norms.csv",
        published="pipeline/writeup/published.yaml",
        schema="pipeline/writeup/published.schema.yaml",
        code=needed_by("pipeline.evidence.step"),
    output:
        expand("results/evidence/{name}.csv", name=build.evidence),
    log:
        "logs/evidence.log",
    benchmark:
        "logs/benchmarks/evidence.tsv"
    shell:
        "{sys.executable:q} -m pipeline.evidence.step --results results --published {input.published}"
        " --output results/evidence --log {log}"


rule evidence_figure:
    input:
        cells="results/evidence/cells.csv",
        code=needed_by("pipeline.figures.cells"),
    output:
        "results/figures/evidence-cells.svg",
    log:
        "logs/evidence_figure.log",
    benchmark:
        "logs/benchmarks/evidence_figure.tsv"
    shell:
        "{sys.executable:q} -m pipeline.figures.cells {input.cells} --output {output} --log {log}"


rule claims_figure:
    input:
        runs="results/runs.csv",
        histories="results/histories.csv",
        norms="results/norms.csv",
        code=needed_by("pipeline.figures.claims"),
    output:
        "results/figures/claims-curves.svg",
    log:
        "logs/claims_figure.log",
    benchmark:
        "logs/benchmarks/claims_figure.tsv"
    shell:
        "{sys.executable:q} -m pipeline.figures.claims --results results --output {output} --log {log}"


# Asked for only where make bench has left its record: the report is built with or without it.
rule speed:
    input:
        record="report/benchmark.json",
        code=needed_by("pipeline.figures.benchmark"),
    output:
        "results/figures/benchmark.svg",
    log:
        "logs/speed.log",
    benchmark:
        "logs/benchmarks/speed.tsv"
    shell:
        "{sys.executable:q} -m pipeline.figures.benchmark {input.record} --output {output} --log {log}"


# Trained anew after an edit of its settings or of the code behind its numbers, comments apart, as runs are. Not sent to
# a cluster: where a job is lost, Snakemake keeps the old files of a name as if they were new.
rule randomisation:
    input:
        "results/prepared/prepared.json",
    output:
        "results/randomisation/{test}.csv",
        "results/randomisation/{test}.json",
    log:
        "logs/randomisation/{test}.log",
    benchmark:
        "logs/benchmarks/randomisation.{test}.tsv"
    params:
        training=build.tests_training,
        code=build.tests_code,
    shell:
        "{sys.executable:q} -m pipeline.randomisation.step --test {wildcards.test} --training {params.training:q}"
        " --data results/prepared --output results/randomisation --log {log}"


rule randomisation_figure:
    input:
        expand(
            "results/randomisation/{test}.{kind}",
            test=build.tests,
            kind=["csv", "json"],
        ),
        code=needed_by("pipeline.figures.randomisation"),
    output:
        "results/figures/randomisation.svg",
    log:
        "logs/randomisation_figure.log",
    benchmark:
        "logs/benchmarks/randomisation_figure.tsv"
    params:
        tests=build.tests,
    shell:
        "{sys.executable:q} -m pipeline.figures.randomisation {params.tests} --results results/randomisation"
        " --output {output} --log {log}"


rule report:
    input:
        # no file: before anything is trained, a page is set with what the report is made of
        lambda wildcards: build.set_specimen(is_building(), workflow.executor_settings),
        config="results/config.json",
        theory="results/theory.json",
        data="results/data/data.json",
        recovery="results/recovery.json",
        selection="results/selection.json",
        runs="results/runs.csv",
        histories="results/histories.csv",
        norms="results/norms.csv",
        published="pipeline/writeup/published.yaml",
        schema="pipeline/writeup/published.schema.yaml",
        evidence=expand("results/evidence/{name}.csv", name=build.evidence),
        tables=expand("results/tables/{name}.csv", name=build.tables),
        collapse=build.collapse,
        figures=expand("results/figures/{name}.svg", name=build.shown_figures),
        benchmark=build.benchmark,
        randomisation=expand(
            "results/randomisation/{test}.{kind}",
            test=build.tests,
            kind=["csv", "json"],
        ),
        templates=build.templates,
        code=needed_by("pipeline.report.render"),
        project="pyproject.toml",
    output:
        "results/report/report.{format}",
    log:
        "logs/report.{format}.log",
    benchmark:
        "logs/benchmarks/report.{format}.tsv"
    params:
        # as in rule data
        title_block=lambda wildcards: build.title_block,
    shell:
        "{sys.executable:q} -m pipeline.report.render {wildcards.format} --title-block {params.title_block:q}"
        " --results results --templates templates --lock {LOCK} --project {input.project}"
        " --published {input.published} --benchmark {input.benchmark}"
        " --output {output} --log {log}"


# report/ is exchanged as a whole, which Snakemake knows of by published.json alone: it deletes the output of a job before
# the job runs. That mark is gone whenever something else lies in report/ than was published.
rule publish:
    input:
        reports=expand("results/report/report.{format}", format=build.formats),
        gate="results/theory.verified",
        workflow="Snakefile",
        made_from=build.crate_inputs,
        results=build.crate_results,
        config="results/config.json",
        data="results/data/data.json",
        runs="results/runs.csv",
        citation="CITATION.cff",
        code=needed_by("pipeline.crate.step"),
        project="pyproject.toml",
    output:
        "results/published.json",
    log:
        "logs/publish.log",
    benchmark:
        "logs/benchmarks/publish.tsv"
    params:
        # as in rule data
        title_block=lambda wildcards: build.title_block,
    shell:
        "{sys.executable:q} -m pipeline.crate.step --title-block {params.title_block:q}"
        " --reports {input.reports} --workflow {input.workflow} --inputs {input.made_from}"
        " --results {input.results} --config {input.config} --data results/data"
        " --citation {input.citation} --lock {LOCK} --project {input.project}"
        ' --benchmarks logs/benchmarks --started "$REPORT_BUILD_STARTED" --output {output} --log {log}'


# make prints the summary itself, also when there was nothing to do.
onsuccess:
    if not os.environ.get("SUMMARY_FOLLOWS"):
        print(summary(Path("results")))
