# In: everything in results/, and templates/.
# Out: results/report, and report/ as a whole.
REPORTS = [f"results/report/{format}/report.{format}" for format in build.formats]


rule report:
    """Set the report, as HTML or as PDF."""
    input:
        # no file: before anything is trained, a page is set with what the report is made of
        lambda wildcards: build.set_specimen(
            patches.is_building(workflow), workflow.executor_settings
        ),
        checked(
            "results/theory/theory.json",
            "results/data/data.json",
            "results/selection/selection.json",
            "results/runs.csv",
            "results/histories.csv",
            *build.verdicts,
            *TABLES,
            *build.collapse,
            *drawings(*build.shown_figures),
            *PICTURES,
            *TESTS,
        ),
        config=local(CONFIG),
        benchmark=local(build.benchmark),
        templates=local(build.templates),
        code=code("pipeline.report.render"),
        project=local("pyproject.toml"),
    output:
        for_report("results/report/{format}/report.{format}", "Report"),
        "results/report/{format}/SHA256SUMS",
    log:
        "logs/report.{format}.log",
    benchmark:
        "logs/benchmarks/report.{format}.tsv"
    params:
        # a function, or Snakemake would take {name} in a text for one of its wildcards
        title_block=lambda wildcards: build.title_block,
    shell:
        "{sys.executable:q} -m pipeline.report.render {wildcards.format} --title-block {params.title_block:q}"
        " --results {RESULTS} --templates templates --lock {LOCK} --project {input.project}"
        " --benchmark {input.benchmark} --output {RESULTS}/report/{wildcards.format}/report.{wildcards.format} --log {log}"


# report/ is exchanged as a whole, which Snakemake knows of by published.json alone: it deletes the output of a job before
# the job runs. That mark is gone whenever something else lies in report/ than was published.
rule publish:
    """Exchange report/ as a whole for that of this build."""
    input:
        checked("results/timings.csv", *build.crate_results, *REPORTS),
        reports=REPORTS,
        results=build.crate_results,
        gate=local("results/theory.verified"),
        workflow=local(build.workflow),
        made_from=local([CONFIG, *build.crate_inputs]),
        config=local(CONFIG),
        citation=local("CITATION.cff"),
        code=code("pipeline.crate.step"),
        project=local("pyproject.toml"),
    output:
        local("results/published.json"),
    log:
        "logs/publish.log",
    benchmark:
        "logs/benchmarks/publish.tsv"
    params:
        # a function, or Snakemake would take {name} in a text for one of its wildcards
        title_block=lambda wildcards: build.title_block,
    shell:
        "{sys.executable:q} -m pipeline.crate.step --title-block {params.title_block:q}"
        " --reports {input.reports} --workflow {input.workflow} --inputs {input.made_from}"
        " --results {input.results} --folder {RESULTS} --config {input.config} --data {RESULTS}/data"
        " --timings {RESULTS}/timings.csv --citation {input.citation} --lock {LOCK} --project {input.project}"
        ' --started "$REPORT_BUILD_STARTED" --output {output} --log {log}'
