"""What people call a verb or key who come from other tools: the word that this language has for it."""

from types import MappingProxyType
from typing import Final

VERB_SYNONYMS: Final = MappingProxyType(
    {
        "choose": "select",
        "delay": "wait",
        "foreach": "for_each",
        "goto": "open",
        "input": "fill",
        "loop": "repeat",
        "navigate": "open",
        "pause": "wait",
        "print": "note",
        "refresh": "reload",
        "sleep": "wait",
        "tap": "click",
        "visit": "open",
        "单击": "点击",
        "循环": "重复",
        "延时": "等待",
        "暂停": "等待",
        "访问": "打开",
        "跳转": "打开",
        "输入": "填写",
    }
)
"""Word of another tool → verb; one that the verbs at hand do not have is passed over."""

KEY_SYNONYMS: Final = MappingProxyType(
    {
        "desc": "note",
        "description": "note",
        "elif": "else",
        "except": "catch",
        "parameters": "inputs",
        "params": "inputs",
        "save_as": "as",
        "variables": "inputs",
        "保存为": "存为",
        "参数": "输入",
        "变量": "输入",
        "名称": "标题",
        "异常": "出错时",
        "超时": "最多等",
        "重试次数": "重试",
    }
)
"""Key of another tool → key; used only where the part has that key."""
