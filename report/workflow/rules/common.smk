# What rules have in common.


def checked(*files):
    """The files, and the SHA256SUMS beside them, which tell a step that they are what was written."""
    return [*files, *dict.fromkeys(f"{Path(file).parent}/SHA256SUMS" for file in files)]


def code(*modules):
    """The files behind these modules: the project's own, which no storage holds."""
    return local(files_behind(*modules))


def settings(name):
    """What of the configuration a step depends on, which is newer after an edit of that alone."""
    return local(f"{RESULTS}/settings/{name}.txt")


def for_report(path, category):
    """Mark a file for `snakemake --report`, which lists it by its name, in a category."""
    caption = f"{workflow.basedir}/rules/captions/{category.lower()}.rst"
    return report(path, caption, category=category, labels={"name": Path(path).name})


def drawings(*names):
    """The files of these figures."""
    return [f"results/figures/{drawing(name)}" for name in names]


def drawn(names):
    """The files of these figures as the output of the step that draws them."""
    files = checked(*drawings(*names))
    return [
        file if file.endswith("SHA256SUMS") else for_report(file, "Figures")
        for file in files
    ]


def prepared(split):
    """The files of the images divided so."""
    return [f"results/prepared/{split}/{name}" for name in PREPARED]


def of_runs(keys, *names):
    """The files of the runs of these keys; all of them where none is named."""
    return expand("results/runs/{key}/{name}", key=keys, name=names or RUN)


def candidate_keys(wildcards):
    """The keys of the runs that best_of experiments choose from."""
    checkpoints.prepare.get(split=build.split)
    return build.candidate_keys()


def wanted_keys(wildcards):
    """The keys of the runs that make check asks for, once the images are divided as they need."""
    checkpoints.prepare.get(split=build.split)
    for split in build.wanted_splits():
        checkpoints.prepare.get(split=split)
    return build.wanted_keys()


def all_keys(wildcards):
    """The keys of all runs, which the data and the selection decide."""
    checkpoints.prepare.get(split=build.split)
    checkpoints.selection.get()
    return build.all_keys()


def networks(wildcards):
    """The networks of the runs that are pictured."""
    all_keys(wildcards)
    return expand(
        "results/networks/{key}/{name}", key=build.network_keys(), name=NETWORK_FILES
    )
