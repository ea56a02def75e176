"""Room on the disk: looked at before a run begins, so that a full disk ends no run in the middle.

Counted is what the desk itself may still write, on the volume of its home; a quota counts where the system says so.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from schedules.problems import DeskError
from schedules.settings import Settings

GIB = 1024**3


class RoomShort(DeskError):
    """There is less room on the disk than the settings ask for before a run."""

    code = "D-ROOM"

    def __init__(self, place: Path, free_gb: float, wanted_gb: int) -> None:
        """Facts: the folder, how many GiB are free there and how many must be."""
        super().__init__(
            f"磁盘快满了：{place} 只剩 {free_gb:.1f} GB，少于 {wanted_gb} GB，没有开始。",
            f"the disk is nearly full: {place} has {free_gb:.1f} GB left, less than {wanted_gb} GB; nothing was begun.",
            "腾出地方（yeban tidy 清旧的截图和录像；备份移走），再运行一次；下限是设置里的 min_free_gb。",
            "make room (yeban tidy removes old evidence; move backups away) and run again; min_free_gb sets the limit.",
        )


@dataclass(frozen=True)
class Room:
    """Bytes on the volume of a folder."""

    place: Path
    free: int
    total: int

    @property
    def free_gb(self) -> float:
        """Free, in GiB."""
        return self.free / GIB


def room_at(place: Path) -> Room:
    """The room of the folder, or of the nearest one above it that is there."""
    near = place
    while not near.exists():
        near = near.parent
    usage = shutil.disk_usage(near)
    return Room(place, usage.free, usage.total)


def require_room(settings: Settings) -> None:
    """Raises RoomShort when the home has less room than `min_free_gb`."""
    room = room_at(settings.home)
    if room.free_gb < settings.min_free_gb:
        raise RoomShort(settings.home, room.free_gb, settings.min_free_gb)
