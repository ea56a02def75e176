"""ask: a question to a person, with a deadline."""

from collections.abc import Iterable, Mapping
from typing import ClassVar, Literal

from bots.context import Context
from bots.error_words import Said
from bots.errors import AnswerNeeded, ApprovalNeeded, CodeNeeded, StepMisused
from bots.flow.language import Bilingual
from bots.flow.step import Step, Steps
from bots.flow.values import Duration, Target, Template
from bots.people import Question

YES = "yes"


class Ask(Step):
    """A person's answer has the name `as`; without one `within` the time `default` is it, or `else` runs, or it waits.

    Kinds: text, choice (of `choices`), code (SMS or mail, hidden in logs), qr and captcha (`picture` is shown),
    approval (a no counts as no answer).
    """

    verb: ClassVar[str] = "ask"
    zh: ClassVar[str] = "询问"
    title: ClassVar[Bilingual] = Bilingual("询问", "Ask")
    promise_zh: ClassVar[str] = (
        "请人回答一个问题，回答叫做 as 写的名字；规定时间内没人回答，就当 default 写的是回答，没有写就做 else 里的步"
        "骤，也没有写就停下来等人。可以问文字、选择题、短信验证码（日志里不显示）、扫二维码、图形验证码（给人看 pict"
        "ure）、批准（不批准等于没有回答）。"
    )
    main: ClassVar[str] = "question"
    keys_zh: ClassVar[Mapping[str, str]] = {
        "as": "叫做",
        "choices": "选项",
        "default": "默认",
        "else": "否则",
        "kind": "种类",
        "picture": "图片",
        "within": "等候",
    }
    words_zh: ClassVar[Mapping[str, str]] = {
        "approval": "批准",
        "captcha": "图形验证码",
        "choice": "选择",
        "code": "验证码",
        "qr": "二维码",
        "text": "文字",
    }
    example: ClassVar[str] = "ask: 短信验证码是多少？\nkind: code\nwithin: 5m\nas: code"

    question: Template
    within: Duration
    kind: Literal["text", "choice", "code", "qr", "captcha", "approval"] = "text"
    as_: str | None = None
    choices: tuple[Template, ...] = ()
    picture: Target | None = None
    default: Template | None = None
    else_: Steps = ()

    def defines(self) -> Iterable[str]:
        """Return the name of the answer."""
        return (self.as_,) if self.as_ else ()

    async def run(self, ctx: Context) -> None:
        """Answered, or `else` ran. Raises CodeNeeded, ApprovalNeeded, AnswerNeeded."""
        default = self._default(ctx)
        question = Question(
            self.kind,
            ctx.text(self.question),
            self.within.ms,
            tuple(ctx.text(choice) for choice in self.choices),
            await (await ctx.find(self.picture, want="see")).screenshot() if self.picture else None,
            {"url": ctx.page.url, "account": ctx.facts.account.name, "item": ctx.item_key},
            default,
        )
        answer = await ctx.ask(question) or default or None
        if answer is None or (self.kind == "approval" and answer != YES):
            if not self.else_:
                raise self._unanswered(question.text)
            await ctx.player.steps(self.else_)
            return
        if self.kind in {"code", "captcha"}:
            ctx.facts.mask.learn(answer)
        if self.as_:
            ctx.scope.put(self.as_, answer)

    def _default(self, ctx: Context) -> str:
        """The answer when nobody answers. Raises StepMisused for one that could not be answered."""
        default = ctx.text(self.default).strip() if self.default is not None else ""
        if default and self.kind in {"code", "captcha", "qr"}:
            raise StepMisused(
                "ask",
                Said(
                    "验证码和扫码没有默认的回答，去掉 default",
                    "codes and QR pictures have no default answer: take default out",
                ),
            )
        allowed = ("yes", "no") if self.kind == "approval" else tuple(ctx.text(choice) for choice in self.choices)
        if default and allowed and default not in allowed:
            raise StepMisused(
                "ask", Said(f"default 只能是 {'、'.join(allowed)} 之一", f"default is one of {', '.join(allowed)}")
            )
        return default

    def _unanswered(self, question: str) -> AnswerNeeded | ApprovalNeeded | CodeNeeded:
        if self.kind == "approval":
            return ApprovalNeeded(question)
        return CodeNeeded(question) if self.kind in {"code", "captcha", "qr"} else AnswerNeeded(question)
