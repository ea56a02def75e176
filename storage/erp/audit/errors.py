"""What people and programs may not do.

AuditError (a BookError)
├── ActorUnknown       nobody of this name is known, or the name was closed
├── RightMissing       this role may not do that
├── BotCannotDecide    a bot carries out; a person decides
├── AccountTaken       two bots on one account could not be told apart
├── SignatureWrong     the manifest is not what the bot signed
├── ReasonlessChange   a change without a name or a reason
└── ScopeBroken        a query tried to go round what its reader may see
"""

from typing import ClassVar

from storage.errors import BookError, Who


class AuditError(BookError):
    """Somebody asked for what is not his to do; the books stay as they were."""

    who: ClassVar[Who] = "person"
    code = "E-AUDIT"


class ActorUnknown(AuditError):
    """An unknown name may do nothing."""

    code = "E-ACTOR"
    zh = "没有叫「{name}」的人或机器人，或已停用"
    en = "{name} is neither a person nor a bot that is known and active"
    zh_hint = "先由负责人登记：yeban people add 名字 --role 角色；或者用 --who 写明是谁"
    en_hint = "have it registered first: yeban people add NAME --role ROLE; or say who with --who"

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class RightMissing(AuditError):
    """The role does not have the right."""

    code = "E-RIGHT"
    zh = "「{name}」（{role}）没有权限：{right}"
    en = "{name} ({role}) has no right to {right}"

    def __init__(self, name: str, role: str, right: str) -> None:
        super().__init__(name=name, role=role, right=right)


class BotCannotDecide(AuditError):
    """Whatever its role says, a bot does not approve."""

    code = "E-BOT-DECIDES"
    zh = "「{name}」是机器人，不能审批：{what}"
    en = "{name} is a bot and cannot approve {what}"
    zh_hint = "请由有权限的人来批"
    en_hint = "let a person with the right decide"

    def __init__(self, name: str, what: str) -> None:
        super().__init__(name=name, what=what)


class AccountTaken(AuditError):
    """Each bot has an account of its own."""

    code = "E-ACCOUNT-TAKEN"
    zh = "账号 {account} 已由「{known}」使用，「{name}」要有自己的账号"
    en = "{known} uses the account {account}; {name} needs one of its own"

    def __init__(self, name: str, account: str, known: str) -> None:
        super().__init__(name=name, account=account, known=known)


class SignatureWrong(AuditError):
    """The manifest was changed, or another bot made it."""

    code = "E-SIGNATURE"
    zh = "运行清单的签名不是「{name}」的，或清单被改过"
    en = "the manifest was not signed by {name}, or was changed afterwards"

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class ReasonlessChange(AuditError):
    """Who changes something says so, and why."""

    code = "E-REASONLESS"
    zh = "改动要写明谁改的、为什么"
    en = "say who changes this, and why"


class ScopeBroken(AuditError):
    """A reader with limits named a table in a way that the limits do not reach."""

    code = "E-SCOPE"
    zh = "「{name}」只能看自己范围内的数据，查询里不能写：{word}"
    en = "{name} sees the rows of his own scope only; a query may not say {word}"
    zh_hint = "表名前面不要加库名"
    en_hint = "name tables without a schema"

    def __init__(self, name: str, word: str) -> None:
        super().__init__(name=name, word=word)
