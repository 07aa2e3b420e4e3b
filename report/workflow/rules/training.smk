# In: results/prepared.
# Out: results/runs/{key}, a folder for each run, and results/selection.
RUN = ("metrics.json", "history.csv", "norms.csv", "timing.json", "SHA256SUMS")

# No part of the rule's text: when that changes, Snakemake trains all runs again.
TRAINING = "pipeline.training.step"


# Nothing but the key decides whether a run is trained: its inputs are ancient, its code is in the key.
rule train:
    """Train one run."""
    input:
        lambda wildcards: ancient(prepared(build.split_of(wildcards.key))),
        # no file: asked for before anything is run, but after Snakemake has made its settings
        lambda wildcards: [] if workflow.is_main_process else run_together(workflow),
    output:
        [f"results/runs/{{key}}/{name}" for name in RUN],
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
        split=lambda wildcards: build.split_of(wildcards.key),
    shell:
        "{sys.executable:q} -m {TRAINING} --specification {params.specification:q} --data {RESULTS}/prepared/{params.split}"
        " --output {RESULTS}/runs/{wildcards.key} --log {log}"


# What make check asks for: the runs that the printed numbers of others are held against. Nothing else needs them.
rule check:
    """Train the runs that printed numbers of others are held against."""
    input:
        "results/data/data.json",
        lambda wildcards: of_runs(wanted_keys(wildcards), "metrics.json"),


# The configurations that best_of experiments take over; their runs are known only then.
checkpoint selection:
    """Choose the configurations that best_of experiments take over."""
    input:
        checked("results/data/data.json"),
        lambda wildcards: of_runs(candidate_keys(wildcards)),
        config=local(ancient(CONFIG)),
        settings=settings("selection"),
        code=code("pipeline.experiments.selection"),
    output:
        checked("results/selection/selection.json"),
    log:
        "logs/selection.log",
    benchmark:
        "logs/benchmarks/selection.tsv"
    shell:
        "{sys.executable:q} -m pipeline.experiments.selection --config {input.config} --data {RESULTS}/data"
        " --runs {RESULTS}/runs --output {RESULTS}/selection/selection.json --log {log}"
