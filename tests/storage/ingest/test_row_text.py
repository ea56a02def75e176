"""Rows as JSON text: whatever stands in them, the text is the one that `json` writes."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.row_text import CellsText, RowText, row_said, titles_text

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


@settings(max_examples=50, deadline=None)
@given(
    titles=st.lists(_TITLES, min_size=1, max_size=4),
    lines=st.lists(
        st.lists(st.one_of(st.sampled_from(["", "\t69", '"', "%s", "1"]), st.text(max_size=4)), max_size=6), max_size=4
    ),
)
def test_cells_are_read_as_the_row_that_they_make(titles: list[str], lines: list[list[str]]) -> None:
    """Empty cells are left out, cells without a title are numbered, of a title that comes twice the last cell counts;
    and what is hidden is hidden in each of them."""
    every = [*titles, *(f"#{n}" for n in range(len(titles) + 1, 7))]
    plain = CellsText(titles, lambda _: [])
    hidden = CellsText(
        titles, lambda named: [(place, lambda _: "*") for place, title in enumerate(named) if title == titles[0]]
    )
    for cells in [*lines, *lines]:
        row = {title: cell for title, cell in zip(every, cells, strict=False) if cell}
        assert row_said(plain(cells), titles_text(titles)) == row
        veiled = {title: "*" if title == titles[0] else cell for title, cell in row.items()}
        assert row_said(hidden(cells), titles_text(titles)) == veiled


def test_a_row_with_its_titles_is_read_as_it_stands() -> None:
    """Rows of small files, of older programs and by hand have their titles with them; one that is not there is {}."""
    assert row_said('{"订单编号": "1"}', '["别的"]') == {"订单编号": "1"}
    assert row_said(None, None) == row_said("", "") == row_said("null", '["订单编号"]') == {}
