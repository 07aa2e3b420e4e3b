# In: MNIST (MNIST_DIR, the user cache or a mirror).
# Out: results/data, checked; results/prepared, what runs are trained on, in a folder for each way to divide the images:
# 0.2-1024 holds out a fifth, drawn with seed 1024.
SETS = ("training", "testing")
LABELS = checked(
    "results/data/data.json", *(f"results/data/{name}_labels.npy" for name in SETS)
)
DATA = [*LABELS, *(f"results/data/{name}_images.npy" for name in SETS)]
PREPARED = [
    "prepared.json",
    "pixels.npy",
    *(
        f"{name}_{kind}.npy"
        for name in (*SETS, "validation")
        for kind in ("images", "labels", "lengths")
    ),
    "SHA256SUMS",
]


# Which data there are decides the keys of the runs, so this is settled before anything is trained.
rule data:
    """Find MNIST, or download it, and check every byte."""
    input:
        # no file: every target but theory's needs the data, and so asks whether a build may begin
        lambda wildcards: build.begin(
            patches.is_building(workflow), workflow.executor_settings
        ),
        config=local(ancient(CONFIG)),
        settings=settings("data"),
        code=code("pipeline.data.mnist"),
    output:
        DATA,
    log:
        "logs/data.log",
    benchmark:
        "logs/benchmarks/data.tsv"
    shell:
        "{sys.executable:q} -m pipeline.data.mnist --config {input.config} --output {RESULTS}/data --log {log}"


# What every run would do first is done once. A checkpoint, so that the runs are looked at again after it: jobs behind
# an ancient input are passed over while what makes it is due.
checkpoint prepare:
    """Divide the images, and do once what every run would do first."""
    input:
        DATA,
        code=code("pipeline.data.preparation"),
    output:
        prepared("{split}"),
    log:
        "logs/prepare/{split}.log",
    benchmark:
        "logs/benchmarks/prepare/{split}.tsv"
    params:
        split=lambda wildcards: build.divided(wildcards.split),
    shell:
        "{sys.executable:q} -m pipeline.data.preparation --split {params.split:q} --data {RESULTS}/data"
        " --output {RESULTS}/prepared/{wildcards.split} --log {log}"
