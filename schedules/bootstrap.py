"""Makes .venv from the pinned constraints when it is missing or stale, then becomes the command line.

Standard library only: it runs under the machine's own Python before anything is installed. Started by the wrappers
`yeban` and `yeban.cmd`, or by `begin` when there is a .venv. What only an installation needs is imported by it: each
command that is typed begins here.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON: str = getattr(sys, "_base_executable", "") or sys.executable
"""The machine's own Python also where .venv's runs this: that one may have to be made anew."""
STAMP = VENV / ".yeban-stamp"
CONSTRAINTS = ROOT / "constraints.txt"
DEVELOPER_COMMANDS = {"test", "bench", "lint"}
OPERATOR_EXIT = 4


def say(chinese: str, english: str) -> None:
    """One line of progress in both languages: nobody has chosen one yet."""
    sys.stderr.write(f"夜班 · {chinese} / {english}\n")
    sys.stderr.flush()


def venv_python() -> Path:
    """The interpreter inside .venv."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def fingerprint() -> str:
    """Changes whenever what must be installed changes."""
    import hashlib

    digest = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    for path in (ROOT / "pyproject.toml", CONSTRAINTS):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_ready(developer: bool) -> bool:
    """True when .venv holds what these constraints ask for."""
    import json

    try:
        stamp = json.loads(STAMP.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return bool(
        stamp.get("fingerprint") == fingerprint()
        and (stamp.get("developer") or not developer)
        and venv_python().exists()
    )


def install(developer: bool) -> None:
    """Create .venv and install; the stamp is written last, so an interrupted set-up is simply done again."""
    import json
    import shutil
    import venv

    say(
        "第一次运行：正在准备 .venv，约一分钟（有 uv 会快得多）",
        "first run: preparing .venv, about a minute (much faster where uv is installed)",
    )
    STAMP.unlink(missing_ok=True)
    target = f"{ROOT}[dev]" if developer else str(ROOT)
    uv = shutil.which("uv")
    if uv and try_uv(uv, target):
        pass
    else:
        if not venv_python().exists():
            venv.create(VENV, with_pip=True, clear=VENV.exists())
        # Compiling every module of every library takes as long as installing them; what is used, Python compiles.
        run([str(venv_python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile",
             "-c", str(CONSTRAINTS), "-e", target])  # fmt: skip
    STAMP.write_text(json.dumps({"fingerprint": fingerprint(), "developer": developer}), "utf-8")
    say("准备好了", "ready")


def try_uv(uv: str, target: str) -> bool:
    """Install through uv; False lets pip try, which may know an index or a certificate that uv does not."""
    import shutil
    import subprocess

    commands = [
        [uv, "venv", "--quiet", "--allow-existing", "--python", PYTHON, str(VENV)],
        [uv, "pip", "install", "--quiet", "--python", str(venv_python()), "-c", str(CONSTRAINTS), "-e", target],
    ]
    for command in commands:
        if subprocess.call(command, cwd=ROOT) != 0:
            say("uv 没有成功，改用 pip", "uv did not succeed, trying pip")
            shutil.rmtree(VENV, ignore_errors=True)
            return False
    return True


def run(command: list[str]) -> None:
    """Run a set-up command or leave with a sentence that says what to do."""
    import subprocess

    code = subprocess.call(command, cwd=ROOT)
    if code != 0:
        say(
            "安装没有成功（上面是 pip 的原话）。请检查网络或 pip 的镜像设置，然后再运行一次；已装好的部分会保留。",
            "installation failed (pip's own words are above). Check the network or pip's index settings and run again.",
        )
        raise SystemExit(OPERATOR_EXIT)


def main() -> None:
    """Set up if needed, then replace this process by the command line."""
    arguments = sys.argv[1:]
    developer = bool(arguments) and arguments[0] in DEVELOPER_COMMANDS
    try:
        if not is_ready(developer):
            install(developer)
        command = [str(venv_python()), "-m", "schedules.cli", *arguments]
        environment = {**os.environ, "PYTHONUTF8": "1"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # what was not compiled when installed would never be
        if os.name == "nt":
            import subprocess

            raise SystemExit(subprocess.call(command, env=environment))
        os.execve(command[0], command, environment)
    except KeyboardInterrupt:
        say("已停止；再运行一次会接着做", "stopped; run it again to go on")
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
