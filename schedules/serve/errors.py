"""What can go wrong with serving.

DeskError
└── PortTaken     operator   the web site's port is not to be had
"""

from schedules.problems import DeskError


class PortTaken(DeskError):
    """Somebody else listens there, or this user may not."""

    code = "D-PORT"

    def __init__(self, host: str, port: int, why: str) -> None:
        """Facts: the address, and the system's own words."""
        super().__init__(
            f"{host}:{port} 用不了：{why}。",
            f"{host}:{port} cannot be used: {why}.",
            "换一个：yeban serve --port 8791；不要网页：--port 0。也许夜班已经开着：yeban runs。",
            "take another: yeban serve --port 8791, or none: --port 0. Perhaps Yeban serves already: yeban runs.",
        )
