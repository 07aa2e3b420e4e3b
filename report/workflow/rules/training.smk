# In: results/prepared.
# Out: results/runs/{key}, a folder for each run, and results/selection.json.


# No part of the rule's text: when that changes, Snakemake trains all runs again.
TRAINING = "pipeline.training.step"


# Nothing but the key decides whether a run is trained: its inputs are ancient, its code is in the key.
rule train:
    """Train one run."""
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
    # measured on MNIST: at most 36 s and 104 MB, and 280 MB for the two Snakemakes of a job
    resources:
        mem_mb=500,
        runtime=2,
    params:
        specification=lambda wildcards: build.specification(wildcards.key),
        # Snakemake keeps no note of a parameter that depends on the input: another folder with the same images, where
        # the report's split becomes another, trains nothing again
        prepared=lambda wildcards, input: build.prepared(wildcards.key),
    shell:
        "{sys.executable:q} -m {TRAINING} --specification {params.specification:q} --data {params.prepared}"
        " --output results/runs/{wildcards.key} --log {log}"


def wanted_runs(wildcards):
    """The runs that make check asks for, once the images are divided as they need; which data these are comes first."""
    checkpoints.prepare.get(split="")
    for split in build.wanted_splits("results/data/data.json"):
        checkpoints.prepare.get(split=split)
    return build.wanted_runs("results/data/data.json")


# What make check asks for: the runs that the printed numbers of others are held against. Nothing else needs them.
rule check:
    """Train the runs that printed numbers of others are held against."""
    input:
        "results/data/data.json",
        wanted_runs,


# The configurations that best_of experiments take over; their runs are known only then.
checkpoint selection:
    """Choose the configurations that best_of experiments take over."""
    input:
        config=ancient("results/config.json"),
        data="results/data/data.json",
        runs=lambda wildcards: build.candidate_runs(
            checkpoints.prepare.get(split="").output[-1]
        ),
        code=files_behind("pipeline.experiments.selection"),
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
