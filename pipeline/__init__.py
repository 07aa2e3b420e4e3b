"""From the MNIST files to the report: one module per step, data flows one way (see README.md)."""
