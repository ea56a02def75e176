"""Files that lie beside a flow: other flows, Python files."""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
"""Flows of the checkout are called `flows/…` wherever the command was typed; such paths count from here."""


def file_beside(flow_path: str, name: str) -> Path | None:
    """The file `name` in the folder of the flow, None when there is none."""
    beside = Path(flow_path).parent / name
    for candidate in (beside, CHECKOUT / beside):
        if candidate.is_file():
            return candidate
    return None
