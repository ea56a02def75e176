"""One-time codes as phones show them, for the seeds that sites give out."""

from datetime import UTC, datetime

import pyotp
import pytest

from bots.masking import Mask, Secrets
from bots.scope import engine_functions
from bots.totp import SeedUnfit, code_at

RFC_SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""RFC 6238, appendix B: the ASCII text 12345678901234567890."""


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_the_codes_of_the_standard(seconds: int, code: str) -> None:
    """The last six digits of RFC 6238's own table."""
    assert code_at(RFC_SEED, datetime.fromtimestamp(seconds, UTC)) == code


def test_the_same_as_the_library_where_it_agrees_to_make_one() -> None:
    """A hundred moments of a long seed."""
    seed = pyotp.random_base32()
    moments = [datetime.fromtimestamp(1_790_000_000 + 31 * n, UTC) for n in range(100)]
    assert [code_at(seed, one) for one in moments] == [pyotp.TOTP(seed).at(one) for one in moments]


def test_a_seed_of_sixteen_letters_signs_in() -> None:
    """80 bits, as most sites give out: a flow's totp() makes its code, and no log may show it."""
    mask = Mask()
    totp = engine_functions(Secrets({"totp": "jbsw y3dp ehpk 3pxp"}.__getitem__, mask), mask, lambda: AT)["totp"]
    code = str(totp())
    assert (len(code), code.isdigit(), mask.shows(code)) == (6, True, True)


AT = datetime(2026, 11, 22, tzinfo=UTC)


def test_what_is_no_seed_is_the_operators_matter() -> None:
    """A wrong seed is said by its name, and is not repeated."""
    mask = Mask()
    totp = engine_functions(Secrets({"totp": "482913!"}.__getitem__, mask), mask, lambda: AT)["totp"]
    with pytest.raises(SeedUnfit) as caught:
        totp()
    assert "totp" in caught.value.message("zh")
    assert "482913" not in caught.value.message("zh")
