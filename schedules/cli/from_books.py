"""Words that stand in the books in Chinese, in the language of whoever looks at them."""

from schedules.problems import default_lang


def from_books(text: str) -> str:
    """The books' words in the reader's language; what people and platforms have written stays as it is."""
    if default_lang() != "en":
        return text
    from storage.english import english

    return english(text)
