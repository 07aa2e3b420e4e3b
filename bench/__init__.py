"""The training loop of pipeline.sgd beside its peers: `make bench`."""
