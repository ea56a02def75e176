"""What can go wrong while a flow is being recorded or an element picked."""

from collections.abc import Sequence

from bots.errors import AuthorError, OperatorError, PersonNeeded


class NoScreen(OperatorError):
    """A person was to click in a browser window on a machine that shows none."""

    code = "E-NO-SCREEN"
    zh = "这台机器没有屏幕，打不开给人操作的浏览器窗口"
    en = "this machine has no screen to show a browser window for a person"
    zh_hint = "请在有桌面的电脑上运行；远程登录时先设好 DISPLAY（例如 ssh -X），或者照着例子手写流程。"
    en_hint = "Run it on a computer with a desktop; over ssh set DISPLAY first (ssh -X), or write the flow by hand."


class NothingRecorded(AuthorError):
    """The window was closed before anything was done that a flow could repeat."""

    code = "E-NOTHING-RECORDED"
    zh = "没有录到任何步骤，文件没有写"
    en = "nothing was recorded, and no file was written"
    zh_hint = "在打开的窗口里把要做的事做一遍，做完再关窗口。"
    en_hint = "Do the work once in the window that opens, and close the window afterwards."


class NoPlaceForSteps(AuthorError):
    """Steps were to be put at a line where no step may stand."""

    code = "E-NO-PLACE"
    zh = "{path} 第 {line} 行不能插入步骤；可以插在这些行：{places}"
    en = "no step can be put at line {line} of {path}; these lines will do: {places}"

    def __init__(self, path: str, line: int, places: Sequence[int]) -> None:
        super().__init__(path=path, line=line, places=list(places))


class NoPlaceForElement(AuthorError):
    """An element was to be written into a library that is laid out so that no line can be added safely."""

    code = "E-NO-PLACE"
    zh = "{path} 里加不进元素「{name}」：{reason}"
    en = "the element {name} cannot be added to {path}: {reason}"

    def __init__(self, path: str, name: str, reason: str) -> None:
        super().__init__(path=path, name=name, reason=reason)


class NotOneElement(AuthorError):
    """What was picked cannot be found again by any way that finds exactly one element."""

    code = "E-NOT-ONE"
    zh = "选中的东西没有一种找法能刚好找到它一个"
    en = "no way of finding what was picked finds exactly that one element"
    zh_hint = "请点它外面或里面的一层，或者请网站给它加一个 data-testid。"
    en_hint = "Pick the part around it or inside it, or ask the site for a data-testid."


class SiteUnknown(AuthorError):
    """There is no element library of this name or for this address."""

    code = "E-SITE"
    zh = "没有站点「{site}」；有的是：{known}"
    en = "there is no site {site}; known are: {known}"

    def __init__(self, site: str, known: Sequence[str]) -> None:
        super().__init__(site=site, known=list(known))


class NothingToUndo(AuthorError):
    """No edit is left to take back."""

    code = "E-NOTHING-TO-UNDO"
    zh = "没有可以撤回的改动"
    en = "there is no edit to take back"


class EditOutdated(AuthorError):
    """The edited stretch was changed by somebody since; nothing is overwritten."""

    code = "E-EDIT-OLD"
    zh = "{path} 里改过的那一段后来又被人改了，没有动它"
    en = "the edited stretch of {path} was changed since; it was left alone"
    zh_hint = "请打开文件自己改；当时写进去的是：{after}"
    en_hint = "Open the file and edit it by hand; what was written then is: {after}"

    def __init__(self, path: str, after: str) -> None:
        super().__init__(path=path, after=after)


class SignInFailed(PersonNeeded):
    """Nobody was signed in, so the pages behind the door cannot be looked at."""

    code = "E-SIGN-IN"
    zh = "账号 {account} 没有登录进去：{said}"
    en = "{account} was not signed in: {said}"
    zh_hint = "先用 yeban record 加 --account 在窗口里登录一次，或者用 yeban secret set 存好密码。"
    en_hint = "Sign in once in a window with yeban record --account, or store the password with yeban secret set."

    def __init__(self, account: str, said: str) -> None:
        super().__init__(account=account, said=said)
