"""The configuration: config.yaml and what a command line lays over it, checked and made into experiments.

Comes in: YAML and options. Goes out: frozen dataclasses (`settings`), or a line for each problem. Uses `files` and
`environment`.
"""
