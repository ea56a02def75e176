import pytest

from schedules.signing import signer


def test_a_change_is_signed_with_the_name_said_else_with_that_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that was said counts, without its blanks; without one it is the account's."""
    monkeypatch.setenv("LOGNAME", "wangfang")
    assert [signer(" 李雷 "), signer("  "), signer()] == ["李雷", "wangfang", "wangfang"]
