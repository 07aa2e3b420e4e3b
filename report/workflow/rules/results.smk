# In: results/runs, results/prepared, and report/benchmark.json where there is one.
# Out: results/runs.csv, histories.csv, norms.csv, collapse.json, results/tables, the figures of section 3 and of speed.


rule runs:
    """Gather all runs as tables."""
    input:
        config="results/config.json",
        data="results/data/data.json",
        selection="results/selection.json",
        runs=lambda wildcards: build.all_runs(
            checkpoints.prepare.get(split="").output[-1],
            checkpoints.selection.get().output[0],
        ),
        code=files_behind("pipeline.experiments.runs"),
    output:
        runs=for_report("results/runs.csv", "Runs"),
        histories="results/histories.csv",
        norms="results/norms.csv",
    log:
        "logs/runs.log",
    benchmark:
        "logs/benchmarks/runs.tsv"
    shell:
        "{sys.executable:q} -m pipeline.experiments.runs --config {input.config} --data results/data --selection {input.selection}"
        " --runs results/runs --output results --log {log}"


rule tables:
    """Average over the seeds: the tables of section 3, and the curves."""
    input:
        config="results/config.json",
        selection="results/selection.json",
        runs="results/runs.csv",
        histories="results/histories.csv",
        code=files_behind("pipeline.analysis.tables"),
    output:
        [for_report(f"results/tables/{name}.csv", "Tables") for name in build.tables],
    log:
        "logs/tables.log",
    benchmark:
        "logs/benchmarks/tables.tsv"
    shell:
        "{sys.executable:q} -m pipeline.analysis.tables --config {input.config} --selection {input.selection} --runs {input.runs}"
        " --histories {input.histories} --output results/tables --log {log}"


rule figures:
    """Draw the figures of section 3."""
    input:
        config="results/config.json",
        selection="results/selection.json",
        summary="results/tables/summary.csv",
        curves="results/tables/curves.csv",
        histories="results/histories.csv",
        code=files_behind("pipeline.figures.step"),
    output:
        [for_report(f"results/figures/{name}.svg", "Figures") for name in build.figures],
    log:
        "logs/figures.log",
    benchmark:
        "logs/benchmarks/figures.tsv"
    shell:
        "{sys.executable:q} -m pipeline.figures.step --config {input.config} --selection {input.selection}"
        " --summary {input.summary} --curves {input.curves} --histories {input.histories} --output results/figures --log {log}"


# Asked for only where section 3.2 is shown.
rule collapse:
    """Find the critical coefficient of section 3.2, and on which side of it each run lies."""
    input:
        config="results/config.json",
        prepared="results/prepared/prepared.json",
        norms="results/norms.csv",
        code=files_behind("pipeline.analysis.collapse"),
    output:
        "results/collapse.json",
        for_report("results/tables/collapse.csv", "Tables"),
    log:
        "logs/collapse.log",
    benchmark:
        "logs/benchmarks/collapse.tsv"
    shell:
        "{sys.executable:q} -m pipeline.analysis.collapse --config {input.config} --prepared results/prepared --norms {input.norms}"
        " --output results --log {log}"


rule collapse_figure:
    """Draw the norms of section 3.2."""
    input:
        config="results/config.json",
        linear="results/collapse.json",
        table="results/tables/collapse.csv",
        code=files_behind("pipeline.figures.collapse"),
    output:
        for_report("results/figures/collapse.svg", "Figures"),
    log:
        "logs/collapse_figure.log",
    benchmark:
        "logs/benchmarks/collapse_figure.tsv"
    shell:
        "{sys.executable:q} -m pipeline.figures.collapse --config {input.config} --linear {input.linear} --table {input.table}"
        " --output {output} --log {log}"


# Asked for only where make bench has left its record: the report is built with or without it.
rule speed:
    """Draw the seconds of an epoch, with this project and with others."""
    input:
        record="report/benchmark.json",
        code=files_behind("pipeline.figures.benchmark"),
    output:
        for_report("results/figures/benchmark.svg", "Figures"),
    log:
        "logs/speed.log",
    benchmark:
        "logs/benchmarks/speed.tsv"
    shell:
        "{sys.executable:q} -m pipeline.figures.benchmark {input.record} --output {output} --log {log}"
