"""Seeds of one-time codes are checked when they are stored, not at night."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from schedules.cli.app import command_line
from schedules.secrets.seeds import SeedUnfit, code_now, seed_of
from schedules.vault import Vault

SEED = "JBSWY3DPEHPK3PXP"


@pytest.mark.parametrize(
    "typed",
    [
        SEED,
        "jbsw y3dp ehpk 3pxp",
        "JBSW-Y3DP-EHPK-3PXP",
        f"otpauth://totp/shop:a?secret={SEED}&issuer=shop",
        f"{SEED}==",
    ],
)
def test_a_seed_is_known_in_every_form(typed: str) -> None:
    """Blanks, small letters, padding, and the address behind the QR code are all the one seed."""
    assert seed_of(typed) == SEED


@pytest.mark.parametrize("typed", ["482913", "", "not a seed!", "otpauth://totp/shop:a"])
def test_what_is_no_seed_is_refused(typed: str) -> None:
    """Six digits from the phone are no seed; what was typed is not repeated."""
    with pytest.raises(SeedUnfit) as caught:
        seed_of(typed)
    assert not typed or typed not in caught.value.message("zh")


def test_the_command_shows_the_code_to_compare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`secret set … totp --stdin` stores the seed as codes are made of it, and shows the code of this moment."""
    monkeypatch.setenv("YEBAN_HOME", str(tmp_path))
    words = ["secret", "set", "seller_a", "totp", "--stdin"]
    before = code_now(SEED)
    shown = CliRunner().invoke(command_line("secret"), words, input="jbsw y3dp ehpk 3pxp\n")
    assert {before, code_now(SEED)} & set(shown.output.replace(",", " ").replace("，", " ").split())
    assert Vault(tmp_path).get("seller_a", "totp") == SEED
    assert SEED not in shown.output
