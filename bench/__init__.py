"""The engines of this project beside their peers: `make bench`."""
