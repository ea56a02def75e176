"""What an editor knows of flows, written from the verbs, and of files of settings, from what reads them."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from schedules.homes import default_home
from schedules.problems import DeskError
from schedules.settings import ROOT

SCHEMA_FILE = ROOT / "flows" / "yeban.schema.json"
FILES = {
    "delivery": ("schedules.delivery.rules", "DeliveryFile"),
    "feeds": ("schedules.feeds", "FeedsFile"),
    "notify": ("schedules.notify.settings", "NotifySettings"),
    "plan": ("schedules.plan", "NightPlan"),
    "settings": ("schedules.settings", "Settings"),
}
"""Files of settings with the module and the class that reads each."""
NOT_WRITTEN = {"settings": ("home",)}
"""What the program knows by itself and the file does not say."""


class NoSchema(DeskError):
    """There is no such file of settings."""

    who = "author"
    code = "D-SCHEMA"

    def __init__(self, name: str) -> None:
        """Facts: what was asked for."""
        super().__init__(
            f"没有叫「{name}」的设置文件。",
            f"there is no file of settings called {name}.",
            f"有这些：{'、'.join(FILES)}",
            f"there are: {', '.join(FILES)}",
        )


def file_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of that file of settings. Raises NoSchema."""
    if name not in FILES:
        raise NoSchema(name)
    module, model = FILES[name]
    reads: type[BaseModel] = getattr(import_module(module), model)
    found = reads.model_json_schema()
    for key in NOT_WRITTEN.get(name, ()):
        del found["properties"][key]
        found["required"].remove(key)
    if name == "delivery":
        from schedules.delivery.rules import BANK
        from storage.documents.kinds import KINDS

        offered = {"anyOf": [{"enum": [BANK, *sorted(KINDS)]}, {"type": "string"}]}
        found["$defs"]["Rule"]["properties"]["kinds"]["items"] = offered
    return {"title": f"{name}.yaml", **{key: value for key, value in found.items() if key != "title"}}


def file_schema_text(name: str) -> str:
    """The same as text. Raises NoSchema."""
    return json.dumps(file_schema(name), ensure_ascii=False, indent=1) + "\n"


def write_file_schema(name: str) -> Path:
    """The schema lies in the home, beside the file, whose first line may name it. Returns its path. Raises NoSchema."""
    text = file_schema_text(name)
    path = default_home() / f"{name}.schema.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def schema_text() -> str:
    """The JSON Schema of flows with today's verbs."""
    from bots.flow.schema import json_schema
    from bots.steps import STEPS

    return json.dumps(json_schema(STEPS), ensure_ascii=False, indent=1) + "\n"


def write_schema() -> Path:
    """flows/yeban.schema.json is what today's verbs say; the first line of a flow names it. Returns its path."""
    SCHEMA_FILE.write_text(schema_text(), "utf-8")
    return SCHEMA_FILE
