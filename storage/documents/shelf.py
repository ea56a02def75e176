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
from storage.errors import FileUnknown, HeaderDrift, HeaderMissing


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
        try:
            return kinds.identify(file), file
        except FileUnknown as unknown:
            found = self._taught(file) or self._explained(file, shop)
            if found is not None:
                return found
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

    def explain(self, file: SourceFile, kind: str, missing: HeaderMissing) -> HeaderDrift | HeaderMissing:
        """The refusal of a file whose kind was named: a question where titles have changed, else as it was."""
        drift = self.drift(file, kind)
        return drifted(file, drift) if drift else missing

    def _taught(self, file: SourceFile) -> tuple[Kind, SourceFile] | None:
        found = [kind for kind in self.taught.values() if kind.identify(file)]
        return (found[0], file) if len(found) == 1 else None

    def _explained(self, file: SourceFile, shop: str) -> tuple[Kind, SourceFile] | None:
        names = sorted({one.kind for one in self.meanings if one.kind in self.kinds and one.shop in ("", shop)})
        tried = [(self.kinds[name], self.meant(file, name, shop)) for name in names]
        found = [(kind, meant) for kind, meant in tried if kind.identify(meant)]
        return found[0] if len(found) == 1 else None


def drifted(file: SourceFile, drift: Drift) -> HeaderDrift:
    """The question that a changed header asks, in words."""
    asked = [f"{one.column.partition('|')[0]}（像「{one.title}」）" if one.title else one.column.partition("|")[0]
             for one in drift.proposals]  # fmt: skip
    return HeaderDrift(file.name, drift.kind, asked, drift.unknown)
