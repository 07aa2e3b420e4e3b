# In: results/data, results/prepared, results/selection, and the runs whose networks are shown.
# Out: results/networks/{key}, the networks of those runs; results/pictures, and their figures.
NETWORK_FILES = ("network.json", "w1.npy", "logits.npy", "SHA256SUMS")
PICTURES = checked("results/pictures/pictures.json", *build.pictures)

# No part of the rule's text, as in `train`: the key, and the code beside it, decide whether a network is trained again.
NETWORK = "pipeline.pictures.network"


rule network:
    """Train a run once more, for the network of its best epoch."""
    input:
        ancient(prepared(build.split)),
        run=ancient(checked("results/runs/{key}/metrics.json")),
        settings=settings("network"),
    output:
        [f"results/networks/{{key}}/{name}" for name in NETWORK_FILES],
    log:
        "logs/network/{key}.log",
    benchmark:
        "logs/benchmarks/network/{key}.tsv"
    params:
        specification=lambda wildcards: build.specification(wildcards.key),
    shell:
        "{sys.executable:q} -m {NETWORK} --specification {params.specification:q} --data {RESULTS}/prepared/{build.split}"
        " --run {RESULTS}/runs/{wildcards.key} --output {RESULTS}/networks/{wildcards.key} --log {log}"


# Made anew after an edit of the code behind it, comments apart, since that of training is among it.
rule pictures:
    """Choose the images, weights and mistakes that are shown."""
    input:
        DATA,
        prepared(build.split),
        checked("results/selection/selection.json"),
        networks,
        config=local(CONFIG),
        settings=settings("pictures"),
    output:
        PICTURES,
    log:
        "logs/pictures.log",
    benchmark:
        "logs/benchmarks/pictures.tsv"
    shell:
        "{sys.executable:q} -m pipeline.pictures.step --config {input.config} --selection {RESULTS}/selection/selection.json"
        " --data {RESULTS}/data --prepared {RESULTS}/prepared/{build.split} --networks {RESULTS}/networks"
        " --output {RESULTS}/pictures --log {log}"


rule pictures_figures:
    """Draw the pictures."""
    input:
        PICTURES,
        checked("results/selection/selection.json"),
        config=local(CONFIG),
        code=code("pipeline.figures.pictures"),
    output:
        drawn(build.picture_figures),
    log:
        "logs/pictures_figures.log",
    benchmark:
        "logs/benchmarks/pictures_figures.tsv"
    shell:
        "{sys.executable:q} -m pipeline.figures.pictures --results {RESULTS} --output {RESULTS}/figures/pictures --log {log}"
