"""Benchmarks: medians as ratios in one run, against the plain libraries. `yeban bench [NAME] [--json]`."""
