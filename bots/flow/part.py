"""The base of everything that is written in a file: keys with types, closed to any other key."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, model_validator

NO_WORDS: Mapping[str, str] = MappingProxyType({})
NO_NODES: Mapping[str, Any] = MappingProxyType({})


def key_of(field: str) -> str:
    """Return the key that a person writes for a field: `in_` is `in`, because `in` is a word of Python's own."""
    return field.rstrip("_")


class Part(BaseModel):
    """A mapping in a file. Immutable; an unknown key is refused.

    `short` names the field that a bare text fills, `short_list` the one that a bare list fills: `click: 查询` is
    `click: {name: 查询}`. `keys_zh` gives the Chinese of every key, `words_zh` the Chinese of fixed words among values.
    """

    # A slot, and no private attribute of pydantic's: those cost more than validating the part itself (measured).
    __slots__ = ("_read_from",)

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=True,
        alias_generator=key_of,
        populate_by_name=True,
        protected_namespaces=(),
        defer_build=True,  # most types are read by the short way and never need pydantic's own reader
    )

    short: ClassVar[str] = ""
    short_list: ClassVar[str] = ""
    spill: ClassVar[str] = ""
    """The field that takes the keys which are not the part's own: an element written as one alternative."""
    keys_zh: ClassVar[Mapping[str, str]] = NO_WORDS
    words_zh: ClassVar[Mapping[str, str]] = NO_WORDS

    @property
    def nodes(self) -> Mapping[str, Any]:
        """Field → the node that it was read from; empty for a part that was not read from a file."""
        return getattr(self, "_read_from", NO_NODES)

    def read_from(self, nodes: Mapping[str, Any]) -> None:
        """Note the nodes of the fields; called once, by the parser."""
        object.__setattr__(self, "_read_from", nodes)

    @model_validator(mode="before")
    @classmethod
    def _expand_short(cls, data: Any) -> Any:
        """Let a bare text or list stand for the mapping it abbreviates."""
        if cls.short and not isinstance(data, (dict, list, tuple, BaseModel)):
            return {cls.short: data}
        if cls.short_list and isinstance(data, (list, tuple)):
            return {cls.short_list: data}
        return data

    def __eq__(self, other: object) -> bool:
        """Compare by what is written, not by where it stands."""
        return type(other) is type(self) and isinstance(other, Part) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        """Hash what is written; a part that holds a mapping cannot be hashed."""
        return hash((type(self), *self.__dict__.values()))
