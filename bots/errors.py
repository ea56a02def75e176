"""Everything that can go wrong while a flow runs: who has to act decides retry and exit code.

BotError
├── AuthorError          the flow file or its inputs are wrong; never retried
│   ├── FlowInvalid      ├── ExpressionFailed   ├── InputInvalid
│   ├── StepMisused      └── LimitReached
├── SiteError            the page did not do what the flow expects; retried from a known page
│   ├── ElementMissing   ├── ElementAmbiguous   ├── ElementBlocked   ├── OptionMissing
│   ├── ConditionUnmet   ├── PageTimeout        ├── ServerFailed     ├── ConnectionLost
│   ├── DownloadBroken   ├── DocumentUnexpected ├── ExportFailed     ├── SessionExpired
│   ├── LoginFailed      ├── FlowFailed         ├── TooManyFailures  ├── Interrupted
│   └── EffectInDoubt
├── BusinessError        this row's data; no retry, the next row starts
│   └── RowRejected
├── PersonNeeded         a person has to look, answer or decide; the row or run waits
│   ├── CaptchaShown     ├── CodeNeeded         ├── AnswerNeeded
│   ├── ApprovalNeeded   └── EffectUnclear
└── OperatorError        this machine: browser, disk, secrets, files
    ├── BrowserMissing   ├── BrowserClosed      ├── DiskFull
    ├── SecretMissing    └── FileMissing (bots.totp: SeedUnfit)

A class takes facts and owns its sentence in Chinese and English; callers never write messages.
"""

from collections.abc import Sequence
from typing import ClassVar, Literal

from bots.error_words import Facts, Said, shown
from bots.hints import HINTS, OS_REASONS

Who = Literal["author", "site", "business", "person", "operator"]
Lang = Literal["zh", "en"]


class BotError(Exception):
    """A failure that knows who has to act, its stable code, its facts and its own sentence.

    `facts` hold JSON-able values only; `where` ("file:line"), `column`, `step` and the row's key `item` come from the
    engine. A reason of our own is `Said`, in both languages.
    """

    who: ClassVar[Who] = "operator"
    code: ClassVar[str] = "E-BOT"
    zh: ClassVar[str] = "出错了"
    en: ClassVar[str] = "something went wrong"
    zh_hint: ClassVar[str] = ""
    en_hint: ClassVar[str] = ""

    def __init__(self, **facts: object) -> None:
        super().__init__(facts)
        self.facts: Facts = facts
        self.where = self.item = ""
        self.column, self.step = 0, ""

    def message(self, lang: str = "zh") -> str:
        """One sentence saying what happened, with its facts filled in."""
        return (self.en if lang == "en" else self.zh).format(**shown(self.facts, lang))

    @property
    def said(self) -> Said:
        """The sentence in both languages, to be a fact of another error."""
        return Said(self.message("zh"), self.message("en"))

    def hint(self, lang: str = "zh") -> str:
        """One sentence saying what to do now; empty when the message says it all."""
        own = self.en_hint if lang == "en" else self.zh_hint
        return (own or HINTS.get(self.code, ("", ""))[lang == "en"]).format(**shown(self.facts, lang))

    def __str__(self) -> str:
        return self.message("zh")


class AuthorError(BotError):
    """The flow file, an element library or an input is wrong; running it again changes nothing."""

    who = "author"
    code = "E-AUTHOR"


class FlowInvalid(AuthorError):
    """A flow or element library that does not parse or check was about to be played."""

    code = "E-FLOW-INVALID"
    zh = "流程 {path} 有问题，不能运行：{problems}"
    en = "the flow {path} has problems and cannot run: {problems}"

    def __init__(self, path: str, problems: Sequence[str]) -> None:
        super().__init__(path=path, problems=list(problems))


class ExpressionFailed(AuthorError):
    """An expression `${…}` could not be worked out with the values at hand."""

    code = "E-EXPRESSION"
    zh = "算不出 {expression}：{reason}"
    en = "cannot work out {expression}: {reason}"

    def __init__(self, expression: str, reason: Said) -> None:
        super().__init__(expression=expression, reason=reason)


class InputInvalid(AuthorError):
    """An input is missing or is not of the type that the flow declares."""

    code = "E-INPUT"
    zh = "输入「{name}」不对：{reason}"
    en = "the input {name} is not right: {reason}"

    def __init__(self, name: str, value: str, reason: Said | str) -> None:
        super().__init__(name=name, value=value, reason=reason)


class StepMisused(AuthorError):
    """A step stands where it cannot work, or with values it cannot work with."""

    code = "E-STEP"
    zh = "「{verb}」不能这样用：{reason}"
    en = "{verb} cannot be used like this: {reason}"

    def __init__(self, verb: str, reason: Said | str) -> None:
        super().__init__(verb=verb, reason=reason)


class LimitReached(AuthorError):
    """A loop reached its hard maximum before its condition came true."""

    code = "E-LIMIT"
    zh = "「{what}」到了上限 {limit} 还没有结束"
    en = "{what} reached its limit of {limit} without ending"

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(what=what, limit=limit)


class SiteError(BotError):
    """The site or page did not do what the flow expects; retried from a known page."""

    who: ClassVar[Who] = "site"
    code = "E-SITE"


class ElementMissing(SiteError):
    """No visible element answered to a name within the time given."""

    code = "E-ELEMENT-MISSING"
    zh = "页面上找不到「{target}」（等了 {waited_ms} 毫秒；试过：{tried}；相近的文字：{nearest}）"
    en = "{target} is not on the page (waited {waited_ms} ms; tried: {tried}; nearest texts: {nearest})"
    zh_hint = "看截图确认页面对不对；页面改了就更新 selectors 里的这个元素"
    en_hint = "look at the screenshot; if the page has changed, update this element in selectors"

    def __init__(
        self,
        target: str,
        *,
        tried: Sequence[tuple[str, int]] = (),
        waited_ms: int = 0,
        nearest: Sequence[str] = (),
        url: str = "",
    ) -> None:
        shown = [f"{alternative} → {count}" for alternative, count in tried]
        super().__init__(target=target, tried=shown, waited_ms=waited_ms, nearest=list(nearest), url=url)


class ElementAmbiguous(SiteError):
    """A name matched more than one visible element; the engine never guesses which."""

    code = "E-ELEMENT-AMBIGUOUS"
    zh = "「{target}」有 {count} 处，不知道是哪一个：{candidates}（试过：{tried}）"
    en = "{target} matches {count} elements: {candidates} (tried: {tried})"
    zh_hint = "加上 in / near / below / right_of 说清楚，或在 selectors 里给它起个名字"
    en_hint = "add in / near / below / right_of, or give it a name in selectors"

    def __init__(
        self,
        target: str,
        *,
        candidates: Sequence[str],
        tried: Sequence[tuple[str, int]] = (),
        waited_ms: int = 0,
        url: str = "",
    ) -> None:
        shown = [f"{alternative} → {count}" for alternative, count in tried]
        seen = list(candidates)
        super().__init__(target=target, count=len(seen), candidates=seen, tried=shown, waited_ms=waited_ms, url=url)


class ElementBlocked(SiteError):
    """The element is there but cannot be acted on: covered, disabled, moving or gone meanwhile."""

    code = "E-ELEMENT-BLOCKED"
    zh = "「{target}」在页面上，但操作不了：{reason}"
    en = "{target} is there but cannot be acted on: {reason}"

    def __init__(self, target: str, reason: str, *, waited_ms: int = 0, url: str = "") -> None:
        super().__init__(target=target, reason=reason, waited_ms=waited_ms, url=url)


class OptionMissing(SiteError):
    """A field does not offer or does not accept the value."""

    code = "E-OPTION-MISSING"
    zh = "「{field}」里没有「{value}」，可选的有：{options}"
    en = "{field} does not offer {value}; it offers: {options}"

    def __init__(self, field: str, value: str, options: Sequence[str] = ()) -> None:
        super().__init__(field=field, value=value, options=list(options))


class ConditionUnmet(SiteError):
    """What the flow waits for or expects did not come true in time."""

    code = "E-CONDITION"
    zh = "等了 {waited_ms} 毫秒，「{condition}」没有成立；当时看到：{seen}"
    en = "waited {waited_ms} ms, {condition} did not come true; seen: {seen}"

    def __init__(self, condition: Said | str, *, waited_ms: int = 0, seen: str = "") -> None:
        super().__init__(condition=condition, waited_ms=waited_ms, seen=seen or "—")


class PageTimeout(SiteError):
    """A page did not load in time."""

    code = "E-PAGE-TIMEOUT"
    zh = "{url} 在 {waited_ms} 毫秒内没有打开"
    en = "{url} did not load within {waited_ms} ms"

    def __init__(self, url: str, waited_ms: int) -> None:
        super().__init__(url=url, waited_ms=waited_ms)


class ServerFailed(SiteError):
    """The site answered a page with a server error."""

    code = "E-SERVER"
    zh = "{url} 返回了 {status}，是网站出错"
    en = "{url} answered {status}: the site has failed"

    def __init__(self, url: str, status: int) -> None:
        super().__init__(url=url, status=status)


class ConnectionLost(SiteError):
    """The site cannot be reached, or the connection was cut."""

    code = "E-CONNECTION"
    zh = "连不上 {url}：{reason}"
    en = "cannot reach {url}: {reason}"

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(url=url, reason=reason)


class DownloadBroken(SiteError):
    """A download did not arrive whole, or is not the type of file its name says."""

    code = "E-DOWNLOAD-BROKEN"
    zh = "下载的文件「{name}」是坏的：{reason}"
    en = "the downloaded file {name} is broken: {reason}"

    def __init__(self, name: str, reason: Said | str) -> None:
        super().__init__(name=name, reason=reason)


class DocumentUnexpected(SiteError):
    """A file arrived whole but does not hold what `expect` asks for."""

    code = "E-DOCUMENT"
    zh = "文件「{name}」和要求的不符：{reason}"
    en = "the file {name} is not what was expected: {reason}"

    def __init__(self, name: Said | str, reason: Said | str) -> None:
        super().__init__(name=name, reason=reason)


class ExportFailed(SiteError):
    """The site reported that an export task failed, or it was not ready in time."""

    code = "E-EXPORT"
    zh = "导出任务「{task}」没有成功：{reason}"
    en = "the export {task} did not succeed: {reason}"

    def __init__(self, task: str, reason: Said | str) -> None:
        super().__init__(task=task, reason=reason)


class SessionExpired(SiteError):
    """The site has signed us out in the middle of the work."""

    code = "E-SESSION"
    zh = "登录已失效（{url}）"
    en = "the session has expired ({url})"

    def __init__(self, url: str) -> None:
        super().__init__(url=url)


class LoginFailed(SiteError):
    """The login steps ran, yet the site does not show us as signed in; no retry mends a wrong password."""

    who = "operator"
    code = "E-LOGIN"
    zh = "登录 {site} 没有成功：{reason}"
    en = "logging in to {site} did not succeed: {reason}"
    zh_hint = "核对账号和密码；看截图里网站的提示"
    en_hint = "check the account and password; the screenshot shows what the site says"

    def __init__(self, site: str, reason: str) -> None:
        super().__init__(site=site, reason=reason)


class FlowFailed(SiteError):
    """The flow itself says, by its `fail` step, that it cannot go on here."""

    code = "E-FAIL"
    zh = "{reason}"
    en = "{reason}"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class TooManyFailures(SiteError):
    """So many rows in a row met site failures that going on would only do harm."""

    code = "E-TOO-MANY"
    zh = "连续 {count} 行遇到网站故障，停止运行；最后一次：{last}"
    en = "{count} rows in a row met site failures, so the run stops; the last: {last}"

    def __init__(self, count: int, last: str) -> None:
        super().__init__(count=count, last=last)


class Interrupted(SiteError):
    """The site put something else in place of the page; the work starts again from a known page."""

    code = "E-INTERRUPTED"
    zh = "页面被打断（{reason}），从已知的页面重新开始"
    en = "the page was interrupted ({reason}); starting again from a known page"

    def __init__(self, reason: Said | str) -> None:
        super().__init__(reason=reason)


class EffectInDoubt(SiteError):
    """An effect was begun and its end was not seen; it is looked at from a known page before anything else is done."""

    code = "E-EFFECT-IN-DOUBT"
    zh = "「{effect}」提交了，没有看到结果（{reason}）；先回去核实"
    en = "{effect} was submitted, its result was not seen ({reason}); it is checked first"

    def __init__(self, effect: str, reason: Said) -> None:
        super().__init__(effect=effect, reason=reason)


class BusinessError(BotError):
    """This row's data does not allow the work; no retry, the next row starts."""

    who = "business"
    code = "E-BUSINESS"


class RowRejected(BusinessError):
    """The flow refused this row, with the reason that goes back into the sheet."""

    code = "E-ROW-REJECTED"
    zh = "{reason}"
    en = "{reason}"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class PersonNeeded(BotError):
    """A person has to look, answer or decide; nothing is guessed meanwhile."""

    who = "person"
    code = "E-PERSON"


class CaptchaShown(PersonNeeded):
    """The site shows a captcha and nobody has solved it in time."""

    code = "E-CAPTCHA"
    zh = "网站出了验证码，要人来处理（{url}）"
    en = "the site shows a captcha; a person has to solve it ({url})"

    def __init__(self, url: str) -> None:
        super().__init__(url=url)


class CodeNeeded(PersonNeeded):
    """A login or payment code is needed and nobody has given one in time."""

    code = "E-CODE"
    zh = "需要验证码：{question}"
    en = "a code is needed: {question}"

    def __init__(self, question: str) -> None:
        super().__init__(question=question)


class AnswerNeeded(PersonNeeded):
    """A question of the flow was not answered in time."""

    code = "E-ANSWER"
    zh = "要人回答：{question}"
    en = "a person has to answer: {question}"

    def __init__(self, question: str) -> None:
        super().__init__(question=question)


class ApprovalNeeded(PersonNeeded):
    """An approval was refused or not given in time."""

    code = "E-APPROVAL"
    zh = "需要批准：{question}"
    en = "an approval is needed: {question}"

    def __init__(self, question: str) -> None:
        super().__init__(question=question)


class EffectUnclear(PersonNeeded):
    """An effect outside was begun and nothing on the page can tell whether it happened."""

    code = "E-EFFECT-UNCLEAR"
    zh = "「{effect}」提交了，但看不出有没有成功（{reason}）；请人核对后在收件箱里说明"
    en = "{effect} was submitted, but whether it took effect cannot be told ({reason}); a person has to check"
    zh_hint = "到网站后台查一下，再标成「已完成」或「没有发生」"
    en_hint = "look it up on the site, then mark it as done or as not done"

    def __init__(self, effect: str, reason: Said) -> None:
        super().__init__(effect=effect, reason=reason)


class OperatorError(BotError):
    """This machine cannot do the work: browser, disk, secrets or files."""

    who = "operator"
    code = "E-OPERATOR"


class BrowserMissing(OperatorError):
    """No usable browser was found on this machine."""

    code = "E-BROWSER-MISSING"
    zh = "这台机器上没有能用的浏览器（找过：{tried}）"
    en = "no usable browser on this machine (looked at: {tried})"

    def __init__(self, tried: Sequence[str] = ()) -> None:
        super().__init__(tried=list(tried))


class BrowserClosed(OperatorError):
    """The browser or its page was closed or crashed while work was going on."""

    code = "E-BROWSER-CLOSED"
    zh = "浏览器在运行中被关闭或崩溃了：{reason}"
    en = "the browser was closed or crashed during the run: {reason}"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class DiskFull(OperatorError):
    """A file could not be written."""

    code = "E-DISK"
    zh = "文件写不进去 {path}：{reason}"
    en = "cannot write {path}: {reason}"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path=path, reason=reason)


class SecretMissing(OperatorError):
    """The secret store holds no value under this name."""

    code = "E-SECRET-MISSING"
    zh = "密码库里没有「{name}」"
    en = "the secret store has no {name}"

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class FileMissing(OperatorError):
    """A file that the flow works on is not there or cannot be read."""

    code = "E-FILE-MISSING"
    zh = "文件 {path} 读不了：{reason}"
    en = "the file {path} cannot be read: {reason}"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path=path, reason=OS_REASONS.get(reason.partition("]")[0], reason))
