from schedules.night_page import title_of


def test_a_flow_stands_on_the_page_with_the_title_that_people_gave_it() -> None:
    """A shipped flow by its own title; a step of the core and a flow that is gone have none: nothing is raised."""
    assert [title_of(flow) for flow in ("practice/orders", "core/review", "gone/away")] == ["下载订单和售后", "", ""]
