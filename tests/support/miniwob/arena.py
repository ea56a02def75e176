"""A server for the pages that makes each episode repeatable and writes down the score that the page itself gives.

One script is added to every page that is opened with `?seed=`: it seeds the page's own `Math.seedrandom` when the
episode begins, gives it ten minutes, and when the page ends the episode it reports what the page put into
WOB_RAW_REWARD_GLOBAL (the reward without the deduction for time). It decides nothing.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SCRIPT = b"""
(() => {
  const asked = new URLSearchParams(location.search), seed = asked.get('seed');
  if (seed === null) return;
  const task = location.pathname.split('/').pop().replace('.html', '');
  const begin = core.startEpisodeReal, end = core.endEpisode;
  core.startEpisodeReal = () => {
    core.EPISODE_MAX_TIME = 600000;
    Math.seedrandom(seed);
    begin();
  };
  core.endEpisode = (...args) => {
    const counts = core.EP_TIMER !== null;
    end(...args);
    if (!counts) return;
    const told = new XMLHttpRequest();
    told.open('POST', '/score', false);
    told.send(JSON.stringify({task, seed, score: WOB_RAW_REWARD_GLOBAL, reason: WOB_REWARD_REASON}));
  };
})();
"""


@dataclass
class Arena:
    """The running server and the first score of every episode, by task and seed."""

    url: str = ""
    scores: dict[tuple[str, int], float] = field(default_factory=dict)
    ended: dict[tuple[str, int], int] = field(default_factory=dict)

    def score(self, report: dict[str, object]) -> None:
        """Note the score of an episode; a second one on the same page is counted but changes nothing."""
        key = (str(report["task"]), int(str(report["seed"])))
        self.ended[key] = self.ended.get(key, 0) + 1
        self.scores.setdefault(key, float(str(report["score"])))


class Handler(SimpleHTTPRequestHandler):
    """Static files, the one script, and the scores."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *args: object, arena: Arena, **facts: object) -> None:
        self.arena = arena
        super().__init__(*args, **facts)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """A file; core.js with the script at its end."""
        if self.path.split("?")[0] != "/core/core.js":
            super().do_GET()
            return
        body = Path(self.translate_path(self.path)).read_bytes() + SCRIPT
        self.answer(body, "text/javascript")

    def do_POST(self) -> None:
        """A page reports the end of its episode."""
        self.arena.score(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.answer(b"", "text/plain")

    def answer(self, body: bytes, kind: str) -> None:
        """The whole answer."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def arena(pages: Path) -> Iterator[Arena]:
    """The pages below `pages`, served on a free port of this machine until the block ends."""
    made = Arena()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, arena=made, directory=str(pages)))
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
