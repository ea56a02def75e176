"""A first look that goes wrong is said in words: a port that is taken, a size or a fault that there is not."""

import socket
from pathlib import Path

import pytest

from tests.support.command_line import Yeban


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("demo", "--size", "huge"), "tiny"),
        (("mall", "--fault", "nosuch=0.5"), "popup"),
        (("mall", "--fault", "slow=often"), "slow=often"),
        (("mall", "--fault", "slow=7"), "slow=7"),
        (("mall", "--port", "99999"), "65535"),
    ],
)
def test_what_the_mall_cannot_be_is_a_slip(yeban: Yeban, home: Path, words: tuple[str, ...], said: str) -> None:
    """Who typed it is told what can be written, before anything is made."""
    code, output = yeban(*words)
    assert (code, "D-COMMAND" in output, said in output) == (2, True, True), output
    assert not (home / "demo").exists()


def test_a_mall_whose_port_is_taken_says_so(yeban: Yeban) -> None:
    """Perhaps one is open already: the system's words and another port, and no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, output = yeban("mall", "--size", "tiny", "--port", port)
    assert (code, "D-MALL" in output, f"--port {port + 1}" in output) == (4, True, True), output
    assert "Traceback" not in output
    assert "Address already in use" in output or "98" in output or "10048" in output
