"""The training loop of pipeline.training.sgd beside its peers: `make bench`."""
