"""What the wrapper `yeban` starts: the warm process of `yeban serve` runs the command if it can, else `bootstrap` does.

Standard library only, and little of it: the Python that runs it has neither site-packages nor the checkout on its path
(`-I -S`: looking for those takes longer than a warm command).
"""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))  # noqa: PTH120 (pathlib takes too long to import)
SPOKEN = ["utf-8:surrogateescape", "utf-8:surrogateescape", "utf-8:backslashreplace"]
"""How the three standard streams are written in Python's UTF-8 mode, in which `bootstrap` starts the program."""


def main() -> None:
    """The command's exit code is this program's; or this process becomes the program."""
    sys.path.append(ROOT)
    from schedules.warm.client import Beginning, answered

    def cold() -> Beginning | None:
        """As `bootstrap` would begin it."""
        if "PYTHONIOENCODING" in os.environ:
            return None
        environment = {**os.environb, b"PYTHONUTF8": b"1"}
        environment.pop(b"PYTHONDONTWRITEBYTECODE", None)
        return Beginning(f"{ROOT}/.venv", b"1", SPOKEN, environment)

    code = answered(["yeban", *sys.argv[1:]], cold)
    if code is not None:
        sys.exit(code)
    from schedules.bootstrap import main as prepared

    prepared()


if __name__ == "__main__":
    main()
