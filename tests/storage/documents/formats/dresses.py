"""Every dress by the id of its format; one module per family of platforms."""

from collections.abc import Mapping

from tests.storage.documents.formats import china, first
from tests.storage.documents.formats.dress import Dress

DRESSES: Mapping[str, Dress] = {**china.DRESSES, **first.DRESSES}
