"""What a question to a page is as plain values: every field of it, whatever it holds."""

import json
from dataclasses import asdict

from hypothesis import given
from hypothesis import strategies as st

from bots.browser.driver import Ask, By

plain_ways = st.builds(By, st.sampled_from(["css", "text", "role"]), st.text(max_size=5))
ways = st.builds(
    By, st.sampled_from(["css", "text", "role"]), st.text(max_size=5), name=st.text(max_size=3), exact=st.booleans(),
    within=st.none() | plain_ways, frame=st.text(max_size=3), nth=st.none() | st.integers(-1, 3),
    has=st.text(max_size=3),
)  # fmt: skip
some = st.lists(ways, max_size=2).map(tuple)
asks = st.builds(
    Ask, ways, st.sampled_from(["act", "fill", "see"]), some, some, some, some, st.none() | st.integers(-1, 3),
    st.booleans(), st.none() | st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
)  # fmt: skip


@given(asks)
def test_a_question_as_plain_values_says_all_of_it(ask):
    """The same JSON as from the library's own way, which copies everything deeply first."""
    assert json.dumps(ask.plain()) == json.dumps(asdict(ask))
