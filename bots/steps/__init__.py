"""The verbs, one file each: model, docstring, example, run."""
