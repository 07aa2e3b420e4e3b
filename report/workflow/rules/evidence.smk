# In: runs.csv, histories.csv, norms.csv, and what the write-up prints and claims (pipeline/writeup).
# Out: results/evidence.json and the tables in results/evidence, results/recovery.json, and their figures.


# What the labels, the runs and the printed numbers tell of the write-up's protocol.
rule recovery:
    """Work out what the write-up does not say of its protocol."""
    input:
        config="results/config.json",
        labels=["results/data/training_labels.npy", "results/data/testing_labels.npy"],
        data="results/data/data.json",
        runs="results/runs.csv",
        published="pipeline/writeup/published.yaml",
        schema="pipeline/writeup/published.schema.yaml",
        code=files_behind("pipeline.evidence.recovery"),
    output:
        "results/recovery.json",
    log:
        "logs/recovery.log",
    benchmark:
        "logs/benchmarks/recovery.tsv"
    shell:
        "{sys.executable:q} -m pipeline.evidence.recovery --config {input.config} --data results/data --runs {input.runs}"
        " --published {input.published} --output {output} --log {log}"


rule evidence:
    """Hold the write-up's numbers and claims against the runs."""
    input:
        config="results/config.json",
        labels=["results/data/training_labels.npy", "results/data/testing_labels.npy"],
        data="results/data/data.json",
        selection="results/selection.json",
        runs="results/runs.csv",
        histories="results/histories.csv",
        norms="results/norms.csv",
        published="pipeline/writeup/published.yaml",
        schema="pipeline/writeup/published.schema.yaml",
        claimed="pipeline/writeup/claims.yaml",
        claims_schema="pipeline/writeup/claims.schema.yaml",
        code=files_behind("pipeline.evidence.step"),
    output:
        "results/evidence.json",
        [
            for_report(f"results/evidence/{name}.csv", "Evidence")
            for name in build.evidence
        ],
    log:
        "logs/evidence.log",
    benchmark:
        "logs/benchmarks/evidence.tsv"
    shell:
        "{sys.executable:q} -m pipeline.evidence.step --results results --published {input.published}"
        " --claimed {input.claimed} --output results/evidence --log {log}"


rule evidence_figure:
    """Draw every printed number on the interval of its runs."""
    input:
        cells="results/evidence/cells.csv",
        code=files_behind("pipeline.figures.cells"),
    output:
        for_report("results/figures/evidence-cells.svg", "Figures"),
    log:
        "logs/evidence_figure.log",
    benchmark:
        "logs/benchmarks/evidence_figure.tsv"
    shell:
        "{sys.executable:q} -m pipeline.figures.cells {input.cells} --output {output} --log {log}"


rule overview_figure:
    """Draw the verdicts of the whole report, for its first page."""
    input:
        [
            f"results/evidence/{name}.csv"
            for name in ("cells", "audit", "mathematics", "claims")
        ],
        code=files_behind("pipeline.figures.overview"),
    output:
        for_report("results/figures/evidence-overview.svg", "Figures"),
    log:
        "logs/overview_figure.log",
    benchmark:
        "logs/benchmarks/overview_figure.tsv"
    shell:
        "{sys.executable:q} -m pipeline.figures.overview results/evidence --output {output} --log {log}"


rule claims_figure:
    """Draw the curves that the claims rest on."""
    input:
        "results/evidence.json",
        code=files_behind("pipeline.figures.claims"),
    output:
        for_report("results/figures/claims-curves.svg", "Figures"),
    log:
        "logs/claims_figure.log",
    benchmark:
        "logs/benchmarks/claims_figure.tsv"
    shell:
        "{sys.executable:q} -m pipeline.figures.claims --results results --output {output} --log {log}"


rule thresholds_figure:
    """Draw how the verdict of each test moves with its threshold."""
    input:
        "results/evidence.json",
        code=files_behind("pipeline.figures.thresholds"),
    output:
        for_report("results/figures/claims-thresholds.svg", "Figures"),
    log:
        "logs/thresholds_figure.log",
    benchmark:
        "logs/benchmarks/thresholds_figure.tsv"
    shell:
        "{sys.executable:q} -m pipeline.figures.thresholds --results results --output {output} --log {log}"
