# In: MNIST (MNIST_DIR, the user cache or a mirror).
# Out: results/data, checked; results/prepared, what runs are trained on: the images as the report divides them, and in
# folders below it, such as 0.2-file, as others do whose numbers are checked.


# Which data there are decides the keys of the runs, so this is settled before anything is trained.
rule data:
    """Find MNIST, or download it, and check every byte."""
    input:
        # no file: every target but theory's needs the data, and so asks whether a build may begin
        lambda wildcards: build.begin(
            patches.is_building(workflow), workflow.executor_settings
        ),
        code=files_behind("pipeline.data.mnist"),
    output:
        "results/data/training_images.npy",
        "results/data/training_labels.npy",
        "results/data/testing_images.npy",
        "results/data/testing_labels.npy",
        "results/data/data.json",
    log:
        "logs/data.log",
    benchmark:
        "logs/benchmarks/data.tsv"
    params:
        # a function, or Snakemake would take {name} in a text for one of its wildcards
        settings=lambda wildcards: build.data_settings,
    shell:
        "{sys.executable:q} -m pipeline.data.mnist --config results/config.json --output results/data --log {log}"


# What every run would do first is done once. A checkpoint, so that the runs are looked at again after it: jobs behind
# an ancient input are passed over while what makes it is due.
checkpoint prepare:
    """Divide the images, and do once what every run would do first."""
    input:
        "results/data/training_images.npy",
        "results/data/training_labels.npy",
        "results/data/testing_images.npy",
        "results/data/testing_labels.npy",
        data="results/data/data.json",
        code=files_behind("pipeline.data.preparation"),
    output:
        "results/prepared{split}/pixels.npy",
        expand(
            "results/prepared{{split}}/{set}_{array}.npy",
            set=["training", "validation", "testing"],
            array=["images", "labels", "lengths"],
        ),
        "results/prepared{split}/prepared.json",
    log:
        "logs/prepare{split}.log",
    benchmark:
        "logs/benchmarks/prepare{split}.tsv"
    params:
        split=lambda wildcards: build.split(wildcards.split),
    shell:
        "{sys.executable:q} -m pipeline.data.preparation --split {params.split:q} --data results/data"
        " --output results/prepared{wildcards.split} --log {log}"
