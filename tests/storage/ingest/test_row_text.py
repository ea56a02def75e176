"""Rows as JSON text: whatever stands in them, the text is the one that `json` writes."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.row_text import RowText

_CELLS = st.one_of(
    st.text(max_size=12),
    st.integers(),
    st.booleans(),
    st.none(),
    st.sampled_from(["\t6912", "a\u3000b", '"', "%s", ""]),
)
_TITLES = st.one_of(st.sampled_from(["订单编号", "退款率%", 'a"b', "%(x)s", "\t", "备注"]), st.text(max_size=4))


@pytest.mark.parametrize("sort_keys", [False, True])
@settings(max_examples=50, deadline=None)
@given(rows=st.lists(st.dictionaries(_TITLES, _CELLS, max_size=5), max_size=4))
def test_rows_read_as_json_writes_them(sort_keys: bool, rows: list[dict[str, object]]) -> None:
    """Every row, whichever rows came before it, is written letter by letter as json writes it."""
    written = RowText(sort_keys=sort_keys)
    for row in [*rows, *rows]:
        assert written(row) == json.dumps(row, ensure_ascii=False, sort_keys=sort_keys)
