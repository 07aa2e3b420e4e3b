# What rules have in common.


def for_report(path, category):
    """Mark a file for `snakemake --report`, which lists it by its name, in a category."""
    caption = f"{workflow.basedir}/rules/captions/{category.lower()}.rst"
    return report(path, caption, category=category, labels={"name": Path(path).name})
