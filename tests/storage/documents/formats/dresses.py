"""Every dress by the id of its format; one module per family of platforms."""

from collections.abc import Mapping

from tests.storage.documents.formats import ali_tencent, china, first, world
from tests.storage.documents.formats.dress import Dress

DRESSES: Mapping[str, Dress] = {**ali_tencent.DRESSES, **china.DRESSES, **first.DRESSES, **world.DRESSES}
