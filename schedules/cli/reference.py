"""The reference of all verbs, generated from the verbs: flows/VERBS.md."""

from bots.flow.reference import reference
from bots.steps import STEPS
from schedules.settings import ROOT

BANNER = "<!-- 由动词自己生成，不要手改：yeban reference --write / generated from the verbs, do not edit -->\n\n"


def verbs_page() -> str:
    """The page in both languages, Chinese first."""
    return BANNER + reference(STEPS, "zh").rstrip() + "\n\n---\n\n" + reference(STEPS, "en").rstrip() + "\n"


def write_verbs_page() -> str:
    """Renew flows/VERBS.md; returns its path."""
    path = ROOT / "flows" / "VERBS.md"
    path.write_text(verbs_page(), "utf-8")
    return str(path)
