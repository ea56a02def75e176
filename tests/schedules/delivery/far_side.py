"""The other side in memory: its caller may die after any call, or it is not there."""

from typing import Any

from fsspec.implementations.memory import MemoryFileSystem


class Killed(BaseException):
    """The process dies here."""


class Mortal(MemoryFileSystem):  # type: ignore[misc] # fsspec has no types
    """A file system in memory whose caller dies after its n-th call."""

    cachable = False
    store: dict[str, Any] = {}  # noqa: RUF012 - each test has a fresh one
    pseudo_dirs: list[str] = []  # noqa: RUF012

    def __init__(self) -> None:
        """Nothing lies there."""
        super().__init__(skip_instance_cache=True)
        self.store, self.pseudo_dirs = {}, [""]
        self.calls, self.dies_at = 0, 0

    def _call(self, name: str, *args: Any, **more: Any) -> Any:
        self.calls += 1
        fatal = self.calls == self.dies_at
        try:
            return getattr(super(), name)(*args, **more)
        finally:
            if fatal:
                raise Killed(name)

    def info(self, path: str, **more: Any) -> Any:
        return self._call("info", path, **more)

    def put_file(self, local: str, remote: str, **more: Any) -> Any:
        return self._call("put_file", local, remote, **more)

    def mv(self, old: str, new: str, **more: Any) -> Any:
        return self._call("mv", old, new, **more)

    def cat_file(self, path: str, **more: Any) -> Any:
        return self._call("cat_file", path, **more)

    def content(self) -> dict[str, bytes]:
        """Every file that lies there."""
        return {path: file.getvalue() for path, file in self.store.items()}


class Away(Mortal):
    """A share that is not there."""

    def isdir(self, path: str) -> bool:
        return False
