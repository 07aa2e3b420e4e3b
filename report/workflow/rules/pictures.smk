# In: results/data, results/prepared, results/selection.json, and the runs whose networks are shown.
# Out: results/networks/{key}, the networks of those runs; results/pictures.json, results/pictures, and their figures.


# No part of the rule's text, as in `train`: the key, and the code beside it, decide whether a network is trained again.
NETWORK = "pipeline.pictures.network"


rule network:
    """Train a run once more, for the network of its best epoch."""
    input:
        ancient("results/prepared/prepared.json"),
        run=ancient("results/runs/{key}/metrics.json"),
    output:
        "results/networks/{key}/w1.npy",
        "results/networks/{key}/logits.npy",
        "results/networks/{key}/network.json",
    log:
        "logs/network/{key}.log",
    benchmark:
        "logs/benchmarks/network/{key}.tsv"
    params:
        specification=lambda wildcards: build.specification(wildcards.key),
        code=build.networks_code,
    shell:
        "{sys.executable:q} -m {NETWORK} --specification {params.specification:q} --data results/prepared"
        " --run results/runs/{wildcards.key} --output results/networks/{wildcards.key} --log {log}"


# Made anew after an edit of the code behind it, comments apart, since that of training is among it.
rule pictures:
    """Choose the images, weights and mistakes that are shown."""
    input:
        "results/prepared/prepared.json",
        config="results/config.json",
        selection="results/selection.json",
        data="results/data/data.json",
        networks=lambda wildcards: build.networks(
            checkpoints.prepare.get(split="").output[-1],
            checkpoints.selection.get().output[0],
        ),
    output:
        build.pictures,
        "results/pictures.json",
    log:
        "logs/pictures.log",
    benchmark:
        "logs/benchmarks/pictures.tsv"
    params:
        code=build.pictures_code,
    shell:
        "{sys.executable:q} -m pipeline.pictures.step --config {input.config} --selection {input.selection}"
        " --data results/data --prepared results/prepared --networks results/networks --output results --log {log}"


rule pictures_figures:
    """Draw the pictures."""
    input:
        build.pictures,
        "results/pictures.json",
        config="results/config.json",
        selection="results/selection.json",
        code=files_behind("pipeline.figures.pictures"),
    output:
        [
            for_report(f"results/figures/{name}.svg", "Figures")
            for name in build.picture_figures
        ],
    log:
        "logs/pictures_figures.log",
    benchmark:
        "logs/benchmarks/pictures_figures.tsv"
    shell:
        "{sys.executable:q} -m pipeline.figures.pictures --results results --output results/figures --log {log}"
