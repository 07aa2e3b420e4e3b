# In: the neurons of config.yaml and the equations of templates/sections/theory.html.j2.
# Out: results/theory.json, results/evidence/mathematics.csv on what the write-up states there, and results/theory.verified
# where all that the report states holds.


rule theory:
    """Check what section 1 states."""
    input:
        code=files_behind("pipeline.theory.step"),
    output:
        theory="results/theory.json",
        table=for_report("results/evidence/mathematics.csv", "Evidence"),
    log:
        "logs/theory.log",
    benchmark:
        "logs/benchmarks/theory.tsv"
    params:
        neurons=build.neurons,
        numerics=build.config.numerics,
    shell:
        "{sys.executable:q} -m pipeline.theory.step --neurons {params.neurons:q} --output {output.theory}"
        " --table {output.table} --log {log}"


rule gate:
    """Pass only if every check of section 1 did, and was of what the template prints."""
    input:
        theory="results/theory.json",
        template="templates/sections/theory.html.j2",
        code=files_behind("pipeline.report.gate"),
    output:
        "results/theory.verified",
    log:
        "logs/gate.log",
    benchmark:
        "logs/benchmarks/gate.tsv"
    shell:
        "{sys.executable:q} -m pipeline.report.gate --theory {input.theory} --template {input.template}"
        " --output {output} --log {log}"
