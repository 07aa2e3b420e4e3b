# In: the neurons of config.yaml and the equations of templates/sections/theory.html.j2.
# Out: results/theory: theory.json, and mathematics.csv on what the write-up states there; results/theory.verified where
# all that the report states holds.
THEORY = checked("results/theory/theory.json")


rule theory:
    """Check what section 1 states."""
    input:
        settings=settings("theory"),
        code=code("pipeline.theory.step"),
    output:
        THEORY,
        for_report("results/theory/mathematics.csv", "Evidence"),
    log:
        "logs/theory.log",
    benchmark:
        "logs/benchmarks/theory.tsv"
    params:
        neurons=build.neurons,
    shell:
        "{sys.executable:q} -m pipeline.theory.step --neurons {params.neurons:q} --output {RESULTS}/theory/theory.json"
        " --table {RESULTS}/theory/mathematics.csv --log {log}"


rule gate:
    """Pass only if every check of section 1 did, and was of what the template prints."""
    input:
        THEORY,
        template=local("templates/sections/theory.html.j2"),
        code=code("pipeline.report.gate"),
    output:
        local("results/theory.verified"),
    log:
        "logs/gate.log",
    benchmark:
        "logs/benchmarks/gate.tsv"
    shell:
        "{sys.executable:q} -m pipeline.report.gate --theory {RESULTS}/theory/theory.json --template {input.template}"
        " --output {output} --log {log}"
