# In: results/runs.csv, histories.csv, norms.csv, and what the write-up prints and claims (pipeline/writeup).
# Out: results/evidence: evidence.json and its tables; results/recovery; their figures.
PUBLISHED = "pipeline/writeup/published.yaml"
CLAIMS = "pipeline/writeup/claims.yaml"


# What the labels, the runs and the printed numbers tell of the write-up's protocol.
rule recovery:
    """Work out what the write-up does not say of its protocol."""
    input:
        LABELS,
        runs=checked("results/runs.csv"),
        config=local(CONFIG),
        published=local([PUBLISHED, "pipeline/writeup/published.schema.yaml"]),
        code=code("pipeline.evidence.recovery"),
    output:
        checked("results/recovery/recovery.json"),
    log:
        "logs/recovery.log",
    benchmark:
        "logs/benchmarks/recovery.tsv"
    shell:
        "{sys.executable:q} -m pipeline.evidence.recovery --config {input.config} --data {RESULTS}/data"
        " --runs {RESULTS}/runs.csv --published {PUBLISHED} --output {RESULTS}/recovery/recovery.json --log {log}"


rule evidence:
    """Hold the write-up's numbers and claims against the runs."""
    input:
        LABELS,
        checked(
            "results/selection/selection.json",
            "results/runs.csv",
            "results/histories.csv",
            "results/norms.csv",
        ),
        config=local(CONFIG),
        published=local([PUBLISHED, "pipeline/writeup/published.schema.yaml"]),
        claims=local([CLAIMS, "pipeline/writeup/claims.schema.yaml"]),
        code=code("pipeline.evidence.step"),
    output:
        checked("results/evidence/evidence.json"),
        [
            for_report(f"results/evidence/{name}.csv", "Evidence")
            for name in build.evidence
        ],
    log:
        "logs/evidence.log",
    benchmark:
        "logs/benchmarks/evidence.tsv"
    shell:
        "{sys.executable:q} -m pipeline.evidence.step --results {RESULTS} --published {PUBLISHED} --claimed {CLAIMS}"
        " --output {RESULTS}/evidence --log {log}"


rule evidence_figures:
    """Draw what the verdicts rest on, and all of them for the first page."""
    input:
        checked(
            "results/evidence/evidence.json",
            *(f"results/evidence/{name}.csv" for name in build.evidence),
            "results/theory/mathematics.csv",
        ),
        code=code("pipeline.figures.evidence"),
    output:
        drawn(build.verdict_figures),
    log:
        "logs/evidence_figures.log",
    benchmark:
        "logs/benchmarks/evidence_figures.tsv"
    shell:
        "{sys.executable:q} -m pipeline.figures.evidence --verdicts {RESULTS}/evidence"
        " --mathematics {RESULTS}/theory/mathematics.csv --output {RESULTS}/figures/evidence --log {log}"
