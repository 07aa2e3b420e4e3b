# In: results/prepared.
# Out: results/randomisation, two files for each test of section 2.3, and their figure.


# Trained anew after an edit of its settings or of the code behind its numbers, comments apart, as runs are. Not sent to
# a cluster: where a job is lost, Snakemake keeps the old files of a name as if they were new.
rule randomisation:
    """Train one randomization test of section 2.3, with all its seeds."""
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
    """Draw the randomization tests."""
    input:
        expand(
            "results/randomisation/{test}.{kind}",
            test=build.tests,
            kind=["csv", "json"],
        ),
        code=files_behind("pipeline.figures.randomisation"),
    output:
        for_report("results/figures/randomisation.svg", "Figures"),
    log:
        "logs/randomisation_figure.log",
    benchmark:
        "logs/benchmarks/randomisation_figure.tsv"
    params:
        tests=build.tests,
    shell:
        "{sys.executable:q} -m pipeline.figures.randomisation {params.tests} --results results/randomisation"
        " --output {output} --log {log}"
