"""The world behind the practice mall: its database, its seeded history, the files it exports."""

from bots.practice.world.books import World
from bots.practice.world.generation import build
from bots.practice.world.sizes import FULL, SIZES, SMALL, TINY, WorldSize

__all__ = ["FULL", "SIZES", "SMALL", "TINY", "World", "WorldSize", "build"]
