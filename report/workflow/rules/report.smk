# In: everything in results/, and templates/.
# Out: results/report, and report/ as a whole.


rule report:
    """Set the report, as HTML or as PDF."""
    input:
        # no file: before anything is trained, a page is set with what the report is made of
        lambda wildcards: build.set_specimen(
            patches.is_building(workflow), workflow.executor_settings
        ),
        config="results/config.json",
        theory="results/theory.json",
        data="results/data/data.json",
        selection="results/selection.json",
        runs="results/runs.csv",
        histories="results/histories.csv",
        verdicts=build.verdicts,
        tables=expand("results/tables/{name}.csv", name=build.tables),
        collapse=build.collapse,
        figures=expand("results/figures/{name}.svg", name=build.shown_figures),
        benchmark=build.benchmark,
        pictures="results/pictures.json",
        randomisation=expand(
            "results/randomisation/{test}.{kind}",
            test=build.tests,
            kind=["csv", "json"],
        ),
        templates=build.templates,
        code=files_behind("pipeline.report.render"),
        project="pyproject.toml",
    output:
        for_report("results/report/report.{format}", "Report"),
    log:
        "logs/report.{format}.log",
    benchmark:
        "logs/benchmarks/report.{format}.tsv"
    params:
        # a function, or Snakemake would take {name} in a text for one of its wildcards
        title_block=lambda wildcards: build.title_block,
    shell:
        "{sys.executable:q} -m pipeline.report.render {wildcards.format} --title-block {params.title_block:q}"
        " --results results --templates templates --lock {LOCK} --project {input.project}"
        " --benchmark {input.benchmark} --output {output} --log {log}"


# report/ is exchanged as a whole, which Snakemake knows of by published.json alone: it deletes the output of a job before
# the job runs. That mark is gone whenever something else lies in report/ than was published.
rule publish:
    """Exchange report/ as a whole for that of this build."""
    input:
        reports=expand("results/report/report.{format}", format=build.formats),
        gate="results/theory.verified",
        workflow=build.workflow,
        made_from=build.crate_inputs,
        results=build.crate_results,
        config="results/config.json",
        data="results/data/data.json",
        runs="results/runs.csv",
        citation="CITATION.cff",
        code=files_behind("pipeline.crate.step"),
        project="pyproject.toml",
    output:
        "results/published.json",
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
        " --results {input.results} --config {input.config} --data results/data"
        " --citation {input.citation} --lock {LOCK} --project {input.project}"
        ' --benchmarks logs/benchmarks --started "$REPORT_BUILD_STARTED" --output {output} --log {log}'
