"""One thing that would go wrong tonight: where, why, and what to do about it while there is still time."""

from dataclasses import dataclass

from schedules.problems import DeskError


@dataclass(frozen=True)
class Concern:
    """`where`: a file, an entry, an account. `sure`: it will fail; else it may, or somebody should know."""

    where: str
    why_zh: str
    why_en: str
    mend_zh: str = ""
    mend_en: str = ""
    sure: bool = True

    def why(self, lang: str) -> str:
        """What would go wrong."""
        return self.why_en if lang == "en" else self.why_zh

    def mend(self, lang: str) -> str:
        """What to do now; may be empty."""
        return self.mend_en if lang == "en" else self.mend_zh


def of_error(where: str, error: DeskError, *, sure: bool = True) -> Concern:
    """What an error of ours says, as a concern."""
    said = error.message("zh"), error.message("en"), error.hint("zh"), error.hint("en")
    return Concern(where, *said, sure=sure)
