"""A bot has its own account and the least rights, signs what it brings, and never approves."""

import pytest

from storage.database.tables.privacy import actor
from storage.erp.audit.actors import (
    ROLES,
    Actor,
    approve,
    check_manifest,
    close,
    may,
    new_bot_key,
    register,
    require,
    sign_manifest,
)
from storage.erp.audit.errors import AccountTaken, ActorUnknown, BotCannotDecide, RightMissing, SignatureWrong
from storage.erp.audit.log import history
from tests.storage.erp.audit.fresh import fresh

MANIFEST = {"run": "R1", "files": [{"path": "a.csv", "sha256": "00"}]}


@pytest.fixture
def connection(tmp_path):
    """Books with an owner."""
    database = fresh(tmp_path / "books.db")
    with database.write() as opened:
        register(opened, Actor("boss", "person", "owner", "", ""), by="boss")
        yield opened
    database.close()


def bot(name: str, account: str, **more: str) -> Actor:
    """A bot that wants to be known."""
    return Actor(**{"who": name, "kind": "bot", "role": "bot", "account": account, "public_key": "", **more})


@pytest.mark.function("SEC-15")
def test_a_bot_cannot_approve(connection) -> None:
    """Own account, least rights, signed manifests; no approval, not even when its row is forged to be an owner's."""
    private, public = new_bot_key()
    assert register(connection, bot("bot-1", "shop_a:robot", public_key=public), by="boss")
    with pytest.raises(AccountTaken):
        register(connection, bot("bot-2", "shop_a:robot"), by="boss")
    with pytest.raises(BotCannotDecide):
        register(connection, bot("bot-3", "shop_b:robot", role="finance"), by="boss")
    with pytest.raises(BotCannotDecide):
        approve(connection, "bot-1", "price", "P1", why="看着没问题")
    connection.execute(actor.update().where(actor.c.who == "bot-1").values(role="owner"))
    for right in sorted(set().union(*ROLES.values()) - ROLES["bot"]):
        with pytest.raises(BotCannotDecide):
            require(connection, "bot-1", right)
    assert history(connection, "P1") == []
    approve(connection, "boss", "price", "P1", why="毛利够")
    assert [(row.who, row.what, row.why) for row in history(connection, "P1")] == [("boss", "approve.price", "毛利够")]
    check_manifest(connection, "bot-1", MANIFEST, sign_manifest(private, MANIFEST))


def test_a_manifest_is_the_bots_own(connection) -> None:
    """A changed manifest, another bot's signature and no signature are refused."""
    (mine, public), (other, _) = new_bot_key(), new_bot_key()
    register(connection, bot("bot-1", "a", public_key=public), by="boss")
    signature = sign_manifest(mine, MANIFEST)
    wrong = [({**MANIFEST, "run": "R2"}, signature), (MANIFEST, sign_manifest(other, MANIFEST)), (MANIFEST, "")]
    for manifest, said in wrong:
        with pytest.raises(SignatureWrong):
            check_manifest(connection, "bot-1", manifest, said)


def test_rights_are_given_by_those_who_may(connection) -> None:
    """Only an owner registers others; roles are known ones; a closed name may do nothing."""
    register(connection, Actor("anna", "person", "products", "", ""), by="boss")
    with pytest.raises(RightMissing):
        register(connection, Actor("anna", "person", "owner", "", ""), by="anna")
    with pytest.raises(RightMissing):
        register(connection, Actor("bert", "person", "king", "", ""), by="boss")
    with pytest.raises(ActorUnknown):
        register(connection, Actor("eve", "person", "owner", "", ""), by="eve")
    with pytest.raises(RightMissing):
        approve(connection, "anna", "price", "P1", why="")
    assert may(connection, "anna", "edit_products")
    assert not may(connection, "anna", "approve")
    close(connection, "anna", by="boss", why="离职")
    assert not may(connection, "anna", "edit_products")
    assert not may(connection, "nobody", "collect")


def test_registering_again_changes_nothing(connection) -> None:
    """The same once more is no change and no row in the log."""
    assert register(connection, bot("bot-1", "a"), by="boss")
    assert not register(connection, bot("bot-1", "a"), by="boss")
    assert len(history(connection, "actor|bot-1")) == 1
