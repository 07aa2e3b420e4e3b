# In: results/prepared.
# Out: results/randomisation, a folder for each test of section 2.3, and their figure.
TESTS = [
    f"results/randomisation/{test}/{test}.{kind}"
    for test in build.tests
    for kind in ("csv", "json")
]


# Trained anew after an edit of its settings or of the code behind its numbers, comments apart, as runs are. Not sent to
# a cluster: where a job is lost, Snakemake keeps the old files of a name as if they were new.
rule randomisation:
    """Train one randomization test of section 2.3, with all its seeds."""
    input:
        prepared(build.split),
        settings=settings("randomisation"),
    output:
        "results/randomisation/{test}/{test}.csv",
        "results/randomisation/{test}/{test}.json",
        "results/randomisation/{test}/SHA256SUMS",
    log:
        "logs/randomisation/{test}.log",
    benchmark:
        "logs/benchmarks/randomisation.{test}.tsv"
    params:
        training=build.tests_training,
    shell:
        "{sys.executable:q} -m pipeline.randomisation.step --test {wildcards.test} --training {params.training:q}"
        " --data {RESULTS}/prepared/{build.split} --output {RESULTS}/randomisation/{wildcards.test} --log {log}"


rule randomisation_figure:
    """Draw the randomization tests."""
    input:
        checked(*TESTS),
        code=code("pipeline.figures.randomisation"),
    output:
        drawn(["randomisation"]),
    log:
        "logs/randomisation_figure.log",
    benchmark:
        "logs/benchmarks/randomisation_figure.tsv"
    params:
        tests=build.tests,
    shell:
        "{sys.executable:q} -m pipeline.figures.randomisation {params.tests} --results {RESULTS}/randomisation"
        " --output {RESULTS}/figures/randomisation/randomisation.svg --log {log}"
