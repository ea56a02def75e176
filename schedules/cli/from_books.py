"""Words that stand in the books in Chinese, in the language of whoever looks at them."""

import re

from schedules.problems import default_lang

BOTH = re.compile(r"[^/]*[\u3400-\u9fff][^/]* / ([a-z][ -~]* [ -~]*)")
"""What is written down for readers of either language: `中文 / English`, in more words than one."""


def from_books(text: str) -> str:
    """The books' words in the reader's language; what people and platforms have written stays as it is."""
    if default_lang() != "en":
        return text
    from storage.english import english

    return english(text)


def either(text: str) -> str:
    """Of what is written down in both languages, the English for whoever reads that; all else as it is."""
    found = BOTH.fullmatch(text) if default_lang() == "en" else None
    return found[1] if found else text
