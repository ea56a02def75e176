"""Export tasks of the seller centre: made at once, ready a moment later, fetched from the list."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from bots.practice.files import EXPORT_NAMES
from bots.practice.listings import Paging, Row
from bots.practice.world import World

FAILED, READY, MAKING = "失败", "已完成", "生成中"
Maker = Callable[[str, str, Mapping[str, str]], tuple[str, bytes]]  # kind, shop_id, params → file name, content


class Tasks:
    """The task list. A task that the server did not finish before it died shows as 失败 after the next start."""

    def __init__(self, world: World, make: Maker, delay_s: float) -> None:
        self._world, self._make, self._delay_s = world, make, delay_s
        with world.writing() as db:
            db.execute("UPDATE export_task SET state = ? WHERE state = ? AND content IS NULL", (FAILED, MAKING))

    def create(self, shop_id: str, kind: str, params: Mapping[str, str], file_name: str) -> str:
        """Write the task down; its number, which starts with the day and counts up."""
        now = self._world.now()
        with self._world.writing() as db:
            count = db.execute("SELECT count(*) FROM export_task").fetchone()[0]
            task_id = f"E{now[:10].replace('-', '')}{count + 1:05d}"
            db.execute(
                "INSERT INTO export_task (task_id, shop_id, site, kind, params, state, created_at, ready_at, file_name)"
                " VALUES (?, ?, 'seller', ?, ?, ?, ?, ?, ?)",
                (task_id, shop_id, kind, json.dumps(dict(params)), MAKING, now,
                 time.time() + self._delay_s, file_name),
            )  # fmt: skip
        return task_id

    def finish(self, task_id: str, fails: bool) -> None:
        """Make the file (slow: runs after the answer was sent), or end the task as 失败."""
        with self._world.reading() as db:
            task = db.execute("SELECT * FROM export_task WHERE task_id = ?", (task_id,)).fetchone()
        name, content = (task["file_name"], None)
        if not fails:
            name, content = self._make(task["kind"], task["shop_id"], json.loads(task["params"]))
        with self._world.writing() as db:
            db.execute(
                "UPDATE export_task SET state = ?, file_name = ?, content = ? WHERE task_id = ?",
                (FAILED if fails else READY, name, content, task_id),
            )

    def page(self, shop_id: str, paging: Paging) -> Row:
        """Tasks of a shop, newest first; `url` only where there is something to fetch."""
        with self._world.reading() as db:
            total = db.execute("SELECT count(*) FROM export_task WHERE shop_id = ?", (shop_id,)).fetchone()[0]
            found = db.execute(
                "SELECT task_id, kind, params, state, created_at, ready_at, file_name FROM export_task"
                " WHERE shop_id = ? ORDER BY rowid DESC LIMIT ? OFFSET ?",
                (shop_id, paging.size, (paging.page - 1) * paging.size),
            ).fetchall()
        return {"rows": [_shown(dict(task)) for task in found], "total": total}

    def file(self, shop_id: str, task_id: str) -> tuple[str, bytes] | None:
        """Name and bytes of a finished task of this shop."""
        with self._world.reading() as db:
            task = db.execute(
                "SELECT file_name, content, ready_at, state FROM export_task WHERE task_id = ? AND shop_id = ?",
                (task_id, shop_id),
            ).fetchone()
        if task is None or task["content"] is None or task["ready_at"] > time.time():
            return None
        return task["file_name"], bytes(task["content"])


def _shown(task: dict[str, Any]) -> Row:
    params = json.loads(task["params"])
    state = MAKING if task["ready_at"] > time.time() else task["state"]
    what = EXPORT_NAMES[task["kind"]][0]
    span = f"{what} {params['from']} ~ {params['to']}" if params.get("from") else f"{what} 全部"
    url = f"/api/seller/exports/{task['task_id']}/file" if state == READY else ""
    shown = {name: task[name] for name in ("task_id", "kind", "created_at", "file_name")}
    return {**shown, "key": task["task_id"], "state": state, "range": span, "url": url}
