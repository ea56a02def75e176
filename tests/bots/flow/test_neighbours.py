"""Flows beside each other: what one runs must be there, must come to an end, and must work on a site there is."""

from collections.abc import Mapping

from bots.flow.neighbours import Neighbours, check_neighbours
from bots.flow.parse import parse
from bots.flow.problem import render_all
from bots.steps import STEPS

HEAD = "title: 试验\nsite: practice\nsteps:\n"


def said(flows: Mapping[str, str], name: str = "a", lang: str = "zh") -> str:
    """What is said of the flow `name` among its neighbours."""
    flow = parse(flows[name], f"{name}.yaml", STEPS).flow
    assert flow is not None
    beside = Neighbours(sorted(flows), flows.get, ["practice", "practice_ads"])
    return render_all(check_neighbours(flow, STEPS, beside), flows[name], "en" if lang == "en" else "zh")


def test_a_flow_that_is_not_there_is_said_with_the_nearest() -> None:
    """A misspelt flow is found at its line and column, and the fix has the name that was meant."""
    flows = {"a": HEAD + "  - run: cuont_orders\n", "count_orders": HEAD + "  - login\n"}
    assert said(flows).split("\n")[:2] == [
        "a.yaml:4:10: 错误 E-RUN-MISSING",
        "  旁边没有流程“cuont_orders”。是不是想写“count_orders”？",
    ]
    assert said(flows).endswith("改成: - run: count_orders")


def test_a_circle_is_said_with_its_way() -> None:
    """Flows that run each other in a circle are told with every one on the way, wherever the run stands."""
    flows = {
        "a": HEAD + "  - if: {visible: x}\n    then: [{run: b}]\n",
        "b": HEAD + "  - run: c.yaml\n",
        "c": HEAD + "  - repeat: [{run: a}]\n    max: 2\n",
    }
    assert "a → b → c → a" in said(flows)
    assert "E-RUN-SELF" in said(flows, "c", "en")


def test_flows_that_end_are_not_said_anything_of() -> None:
    """Two flows that run a third, a name that only a run can tell, and a step that is off are all right."""
    flows = {
        "a": HEAD + "  - run: b\n  - run: c\n  - run: ${today}\n  - run: gone\n    off: yes\n",
        "b": HEAD + "  - run: c\n",
        "c": HEAD + "  - login\n",
    }
    assert said(flows) == ""


def test_a_site_that_is_not_there_is_said() -> None:
    """A flow for a site without an element library cannot run; the nearest site is offered."""
    told = said({"a": HEAD.replace("practice", "practise") + "  - login\n"})
    assert "E-SITE" in told
    assert told.endswith("改成: site: practice")
