"""Every kind that this desk knows: the built-in ones, those that people taught it, and titles that people explained."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from storage.documents import kinds
from storage.documents.document import Kind
from storage.documents.edited import EditedFile
from storage.documents.file import SourceFile
from storage.documents.layout import Layout
from storage.documents.mapping import Drift, nearest_drift
from storage.documents.table import has_columns
from storage.errors import FileError, FileUnknown, HeaderDrift


class Meaning(NamedTuple):
    """In files of `kind` from `shop` ("" for every shop) the title `title` is the column `column`."""

    kind: str
    shop: str
    title: str
    column: str


@dataclass(frozen=True)
class Shelf:
    """`taught`: kinds by name beside the built-in ones; `meanings`: what was explained of changed headers."""

    taught: Mapping[str, Kind] = field(default_factory=dict)
    meanings: Sequence[Meaning] = ()

    @property
    def kinds(self) -> dict[str, Kind]:
        """Every kind by name, sorted."""
        return dict(sorted((kinds.KINDS | dict(self.taught)).items()))

    def find(self, file: SourceFile, kind: str, shop: str) -> tuple[Kind, SourceFile]:
        """The file's kind and the file under the names that its titles mean; `kind` names it, "" asks the content.

        Raises HeaderDrift where a known kind's columns go by other names, FileUnknown, FileBroken.
        """
        if kind:
            known = self.kinds.get(kind) or kinds.named(kind, file)
            return known, self.meant(file, kind, shop)
        if explained := self._explained(file, shop):
            return explained
        try:
            known = kinds.identify(file)
            return known, self.meant(file, known.KIND, shop)
        except FileUnknown as unknown:
            if taught := self._taught(file):
                return taught
            if drift := self.drift(file):
                raise drifted(file, drift) from unknown
            raise FileUnknown(file.name, str(unknown.facts["seen"]), list(self.kinds)) from unknown

    def meant(self, file: SourceFile, kind: str, shop: str) -> SourceFile:
        """The file with the titles explained for this kind and shop, itself where none was."""
        titles = {one.title: one.column for place in ("", shop) for one in self.meanings if one[:2] == (kind, place)}
        return EditedFile(file, titles) if titles else file

    def drift(self, file: SourceFile, kind: str = "") -> Drift | None:
        """The kind (this one, if it is named) that the file is with changed titles; None where it is like none."""
        known = [self.kinds[kind]] if kind in self.kinds else self.kinds.values()
        return nearest_drift(file, [one for one in known if isinstance(one, Layout)])

    def explain(self, file: SourceFile, kind: str, refused: FileError) -> FileError:
        """The refusal of a file whose kind is known: a question where titles have changed, else as it was."""
        drift = self.drift(file, kind) or self.drift(file)
        return drifted(file, drift) if drift else refused

    def _taught(self, file: SourceFile) -> tuple[Kind, SourceFile] | None:
        found = [kind for kind in self.taught.values() if kind.identify(file)]
        return (found[0], file) if len(found) == 1 else None

    def _explained(self, file: SourceFile, shop: str) -> tuple[Kind, SourceFile] | None:
        """The kind under whose explained titles the file is known, where it has one of those titles: a person said so.

        A kind that asks for less may know the file without them, and would find a column missing.
        """
        mine = [one for one in self.meanings if one.kind in self.kinds and one.shop in ("", shop)]
        there = [one for one in mine if any(has_columns(part, [one.title]) for part in file.parts())] if mine else []
        tried = [(self.kinds[name], self.meant(file, name, shop)) for name in sorted({one.kind for one in there})]
        found = [(kind, meant) for kind, meant in tried if kind.identify(meant) and not _whole(kind, file)]
        return found[0] if len(found) == 1 else None


def _whole(kind: Kind, file: SourceFile) -> bool:
    """Whether the file has every column of the kind without an explanation: then it needs none."""
    return isinstance(kind, Layout) and any(has_columns(part, (*kind.required, *kind.tells)) for part in file.parts())


def drifted(file: SourceFile, drift: Drift) -> HeaderDrift:
    """The question that a changed header asks, in words."""
    asked = [f"{one.column.partition('|')[0]}（像「{one.title}」）" if one.title else one.column.partition("|")[0]
             for one in drift.proposals]  # fmt: skip
    return HeaderDrift(file.name, drift.kind, asked, drift.unknown)
