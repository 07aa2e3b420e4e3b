# In: results/runs, results/prepared, and report/benchmark.json where there is one.
# Out: results/runs.csv, histories.csv, norms.csv, timings.csv, results/tables, results/collapse, the figures of section 3
# and of speed.
TABLES = [f"results/tables/{name}.csv" for name in build.tables]


rule runs:
    """Gather all runs as tables."""
    input:
        checked("results/data/data.json", "results/selection/selection.json"),
        lambda wildcards: of_runs(all_keys(wildcards)),
        config=local(CONFIG),
        code=code("pipeline.experiments.runs"),
    output:
        for_report("results/runs.csv", "Runs"),
        "results/histories.csv",
        "results/norms.csv",
        "results/timings.csv",
        "results/SHA256SUMS",
    log:
        "logs/runs.log",
    benchmark:
        "logs/benchmarks/runs.tsv"
    shell:
        "{sys.executable:q} -m pipeline.experiments.runs --config {input.config} --data {RESULTS}/data"
        " --selection {RESULTS}/selection/selection.json --runs {RESULTS}/runs --output {RESULTS} --log {log}"


rule tables:
    """Average over the seeds: the tables of section 3, and the curves."""
    input:
        checked(
            "results/selection/selection.json",
            "results/runs.csv",
            "results/histories.csv",
        ),
        config=local(CONFIG),
        code=code("pipeline.analysis.tables"),
    output:
        [for_report(table, "Tables") for table in TABLES],
        "results/tables/SHA256SUMS",
    log:
        "logs/tables.log",
    benchmark:
        "logs/benchmarks/tables.tsv"
    shell:
        "{sys.executable:q} -m pipeline.analysis.tables --config {input.config} --selection {RESULTS}/selection/selection.json"
        " --runs {RESULTS}/runs.csv --histories {RESULTS}/histories.csv --output {RESULTS}/tables --log {log}"


rule figures:
    """Draw the figures of section 3."""
    input:
        checked(
            "results/selection/selection.json",
            "results/tables/summary.csv",
            "results/tables/curves.csv",
            "results/histories.csv",
        ),
        config=local(CONFIG),
        code=code("pipeline.figures.step"),
    output:
        drawn(build.figures),
    log:
        "logs/figures.log",
    benchmark:
        "logs/benchmarks/figures.tsv"
    shell:
        "{sys.executable:q} -m pipeline.figures.step --config {input.config} --selection {RESULTS}/selection/selection.json"
        " --summary {RESULTS}/tables/summary.csv --curves {RESULTS}/tables/curves.csv"
        " --histories {RESULTS}/histories.csv --output {RESULTS}/figures/experiments --log {log}"


# Asked for only where section 3.2 is shown.
rule collapse:
    """Find the critical coefficient of section 3.2, and on which side of it each run lies."""
    input:
        prepared(build.split),
        checked("results/norms.csv"),
        config=local(CONFIG),
        code=code("pipeline.analysis.collapse"),
    output:
        checked("results/collapse/collapse.json"),
        for_report("results/collapse/collapse.csv", "Tables"),
    log:
        "logs/collapse.log",
    benchmark:
        "logs/benchmarks/collapse.tsv"
    shell:
        "{sys.executable:q} -m pipeline.analysis.collapse --config {input.config} --prepared {RESULTS}/prepared/{build.split}"
        " --norms {RESULTS}/norms.csv --output {RESULTS}/collapse --log {log}"


rule collapse_figure:
    """Draw the norms of section 3.2."""
    input:
        checked("results/collapse/collapse.json", "results/collapse/collapse.csv"),
        config=local(CONFIG),
        code=code("pipeline.figures.collapse"),
    output:
        drawn(["collapse"]),
    log:
        "logs/collapse_figure.log",
    benchmark:
        "logs/benchmarks/collapse_figure.tsv"
    shell:
        "{sys.executable:q} -m pipeline.figures.collapse --config {input.config} --linear {RESULTS}/collapse/collapse.json"
        " --table {RESULTS}/collapse/collapse.csv --output {RESULTS}/figures/collapse/collapse.svg --log {log}"


# Asked for only where make bench has left its record: the report is built with or without it.
rule speed:
    """Draw the seconds of an epoch, with this project and with others."""
    input:
        record=local("report/benchmark.json"),
        code=code("pipeline.figures.benchmark"),
    output:
        drawn(["benchmark"]),
    log:
        "logs/speed.log",
    benchmark:
        "logs/benchmarks/speed.tsv"
    shell:
        "{sys.executable:q} -m pipeline.figures.benchmark {input.record} --output {RESULTS}/figures/speed/benchmark.svg --log {log}"
