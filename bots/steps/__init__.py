"""The verbs, one file each: model, docstring, example, run. A new verb is one file and one line here."""

from collections.abc import Mapping
from types import MappingProxyType

from bots.flow.step import Step
from bots.steps.ask import Ask
from bots.steps.back import Back
from bots.steps.check import Check
from bots.steps.click import Click
from bots.steps.double_click import DoubleClick
from bots.steps.download import Download
from bots.steps.drag import Drag
from bots.steps.expect import Expect
from bots.steps.export import Export
from bots.steps.fail import Fail
from bots.steps.fill import Fill
from bots.steps.for_each import ForEach
from bots.steps.hover import Hover
from bots.steps.if_ import If
from bots.steps.listen import Listen
from bots.steps.login import Login
from bots.steps.note import Note
from bots.steps.notify import Notify
from bots.steps.once import Once
from bots.steps.open_ import Open
from bots.steps.press import Press
from bots.steps.python_ import Python
from bots.steps.read import Read
from bots.steps.reject import Reject
from bots.steps.reload import Reload
from bots.steps.repeat import Repeat
from bots.steps.rows import Rows
from bots.steps.run import Run
from bots.steps.scrape import Scrape
from bots.steps.screenshot import Screenshot
from bots.steps.select import Select
from bots.steps.set_ import Set
from bots.steps.stop import Stop
from bots.steps.switch_to import SwitchTo
from bots.steps.try_ import Try
from bots.steps.type_ import Type
from bots.steps.upload import Upload
from bots.steps.wait import Wait

STEPS: Mapping[str, type[Step]] = MappingProxyType(
    {
        "ask": Ask,
        "back": Back,
        "check": Check,
        "click": Click,
        "double_click": DoubleClick,
        "download": Download,
        "drag": Drag,
        "expect": Expect,
        "export": Export,
        "fail": Fail,
        "fill": Fill,
        "for_each": ForEach,
        "hover": Hover,
        "if": If,
        "listen": Listen,
        "login": Login,
        "note": Note,
        "notify": Notify,
        "once": Once,
        "open": Open,
        "press": Press,
        "python": Python,
        "read": Read,
        "reject": Reject,
        "reload": Reload,
        "repeat": Repeat,
        "rows": Rows,
        "run": Run,
        "scrape": Scrape,
        "screenshot": Screenshot,
        "select": Select,
        "set": Set,
        "stop": Stop,
        "switch_to": SwitchTo,
        "try": Try,
        "type": Type,
        "upload": Upload,
        "wait": Wait,
    }
)
