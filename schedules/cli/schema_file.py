"""flows/yeban.schema.json: what an editor knows of flows, written from the verbs."""

import json
from pathlib import Path

from schedules.settings import ROOT

SCHEMA_FILE = ROOT / "flows" / "yeban.schema.json"


def schema_text() -> str:
    """The JSON Schema of flows with today's verbs."""
    from bots.flow.schema import json_schema
    from bots.steps import STEPS

    return json.dumps(json_schema(STEPS), ensure_ascii=False, indent=1) + "\n"


def write_schema() -> Path:
    """flows/yeban.schema.json is what today's verbs say; the first line of a flow names it. Returns its path."""
    SCHEMA_FILE.write_text(schema_text(), "utf-8")
    return SCHEMA_FILE
