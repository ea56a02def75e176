"""Zips with passwords: both ways of locking, as other programs wrote them; a wrong password is never damage."""

import base64
import random
import zipfile
from pathlib import Path

import pytest

from storage.errors import FileBroken, PasswordWrong
from storage.unlock import is_locked, sha256_of, unlocked

PASSWORD = "246810"
LOCKED = {
    "zipcrypto": (
        "UEsDBAoACQAAAHs5dl1MS78qKgAAAB4AAAAKABwA6LSm5Y2VLmNzdlVUCQADupUCa7qVAmt1eAsAAQQAAAAABAAAAACE+G4cK3oE"
        "shASTC3j2h8EQMtY8Jutf4TmxJsIA1+FCG4hloiIrbS9n4pQSwcITEu/KioAAAAeAAAAUEsBAh4DCgAJAAAAezl2XUxLvyoqAAAA"
        "HgAAAAoAGAAAAAAAAQAAAKSBAAAAAOi0puWNlS5jc3ZVVAUAA7qVAmt1eAsAAQQAAAAABAAAAABQSwUGAAAAAAEAAQBQAAAAfgAA"
        "AAAA"
    ),
    "aes128": (
        "UEsDBBQAAQhjAAg4dl0AAAAANAAAAMwBAAAKAAsA6LSm5Y2VLmNzdgGZBwACAEFFAQgAsoCRXONzRrAPFhcCNqIRIRpeCmX85DNR"
        "Ow6UDfugNkcpyT3x0FIN/Qri0kWgivin37x0PlBLAQIUAxQAAQhjAAg4dl0AAAAANAAAAMwBAAAKAAsAAAAAAAAAAACAAQAAAADo"
        "tKbljZUuY3N2AZkHAAIAQUUBCABQSwUGAAAAAAEAAQBDAAAAZwAAAAAA"
    ),
    "aes256": (
        "UEsDBBQAAQhjAAg4dl0AAAAAPAAAAMwBAAAKAAsA6LSm5Y2VLmNzdgGZBwACAEFFAwgA9ZAI6kQIHC1rc8RYafGRCUqF/FG9Btjr"
        "CVnTUdcQE3nv9G8f3+/hjG1Gvo8bjTCz5QXZZWEkhN/M0C0aUEsBAhQDFAABCGMACDh2XQAAAAA8AAAAzAEAAAoACwAAAAAAAAAA"
        "AIABAAAAAOi0puWNlS5jc3YBmQcAAgBBRQMIAFBLBQYAAAAAAQABAEMAAABvAAAAAAA="
    ),
}
"""账单.csv by Info-ZIP 3.0 (zip -P) and by pyzipper 0.3 (WZ_AES): programs that are not ours."""


def written(folder: Path, way: str) -> Path:
    """The locked zip."""
    path = folder / f"{way}.zip"
    path.write_bytes(base64.b64decode(LOCKED[way]))
    return path


@pytest.mark.parametrize("way", sorted(LOCKED))
def test_a_locked_zip_is_opened(tmp_path: Path, way: str) -> None:
    """The content whole, the name readable, the same bytes each time, and no copy left behind."""
    path = written(tmp_path, way)
    assert is_locked(path)
    shas = set()
    for _ in range(2):
        with unlocked(path, PASSWORD) as readable:
            archive = zipfile.ZipFile(readable)
            assert archive.namelist() == ["账单.csv"]
            assert archive.read("账单.csv").startswith(
                ("账务流水号,金额\n1,2.00\n".encode("gb18030"), "账务流水号".encode())
            )
            assert not is_locked(readable)
            shas.add(sha256_of(readable))
    assert len(shas) == 1
    assert not readable.exists()


@pytest.mark.parametrize("way", sorted(LOCKED))
def test_no_wrong_password_opens_it(tmp_path: Path, way: str) -> None:
    """Also one whose single check byte happens to fit: the content does not, and that is said as a wrong password."""
    path = written(tmp_path, way)
    for number in range(300 if way == "zipcrypto" else 20):
        with pytest.raises(PasswordWrong), unlocked(path, str(number)):
            pass


@pytest.mark.parametrize("way", ["aes128", "aes256"])
def test_a_damaged_locked_zip_is_no_wrong_password(tmp_path: Path, way: str) -> None:
    """A byte of the content changed: its seal does not hold, and the file is to be fetched again."""
    path = written(tmp_path, way)
    content = bytearray(path.read_bytes())
    place = content.index("账单.csv".encode()) + 50
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(FileBroken), unlocked(path, PASSWORD):
        pass


def test_what_is_no_locked_zip(tmp_path: Path) -> None:
    """A plain zip, half a zip, a text, an empty file: none is locked."""
    with zipfile.ZipFile(tmp_path / "plain.zip", "w") as archive:
        archive.writestr("a.csv", "1")
    (tmp_path / "half.zip").write_bytes(written(tmp_path, "aes256").read_bytes()[:60])
    (tmp_path / "a.csv").write_text("PK", "utf-8")
    (tmp_path / "empty.zip").write_bytes(b"")
    assert not any(is_locked(tmp_path / name) for name in ("plain.zip", "half.zip", "a.csv", "empty.zip"))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    """A locked zip that says it holds far more than any export is refused by what it says."""
    path = written(tmp_path, "aes256")
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x01\x02") + 24
    content[place : place + 4] = (0xF0000000).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(FileBroken, match="MB"), unlocked(path, PASSWORD):
        pass


def test_any_bytes_open_or_are_refused_in_words(tmp_path: Path) -> None:
    """Mutants of the three zips: content, a wrong password, or damage; never another error."""
    chance, path = random.Random(7), tmp_path / "m.zip"
    seen = set()
    for _ in range(250):
        content = bytearray(base64.b64decode(LOCKED[chance.choice(sorted(LOCKED))]))
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(content))
            content[place : place + chance.randrange(4)] = chance.randbytes(chance.randrange(4))
        path.write_bytes(content)
        is_locked(path)
        try:
            with unlocked(path, PASSWORD):
                seen.add("opened")
        except (FileBroken, PasswordWrong) as error:
            seen.add(error.code)
    assert seen == {"opened", "E-FILE-BROKEN", "E-FILE-PASSWORD"}
