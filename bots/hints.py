"""What to do now, for every error that does not say it itself: one sentence per code, in both languages."""

from types import MappingProxyType
from typing import Final

HINTS: Final = MappingProxyType(
    {
        "E-ANSWER": (
            "到收件箱回答，再运行 yeban resume",
            "answer in the inbox, then run yeban resume",
        ),
        "E-APPROVAL": (
            "请负责人批准，再运行 yeban resume",
            "have it approved, then run yeban resume",
        ),
        "E-BROWSER-CLOSED": (
            "运行 yeban resume 接着做；总是这样就看看内存够不够",
            "run yeban resume; if it happens again, look at the memory of this machine",
        ),
        "E-BROWSER-MISSING": ("运行 yeban doctor，它会说怎么装", "run yeban doctor; it says how to install one"),
        "E-CAPTCHA": (
            "到收件箱里打开图片，填上答案",
            "open the picture in the inbox and type what it says",
        ),
        "E-CODE": (
            "把手机或邮箱收到的验证码填进收件箱",
            "type the code from the phone or mail into the inbox",
        ),
        "E-CONDITION": (
            "看截图里页面到了哪一步；要等更久就给这一步加 timeout（最多等）",
            "see in the screenshot how far the page got; add timeout to the step to wait longer",
        ),
        "E-CONNECTION": ("检查网络和代理，再运行一次", "check network and proxy, then run again"),
        "E-DISK": (
            "腾出磁盘空间，或检查文件夹的权限",
            "free some disk space, or check the folder's permissions",
        ),
        "E-DOCUMENT": (
            "打开收到的文件看看：日期范围、店铺和列是不是要的",
            "open the file: are period, shop and columns those that were asked for",
        ),
        "E-DOWNLOAD-BROKEN": (
            "到网站上手动下载一次比比看；网站自己坏了就晚点再运行",
            "download it by hand to compare; if the site is broken, run again later",
        ),
        "E-EFFECT-IN-DOUBT": (
            "不用动，夜班会先核实有没有成功",
            "nothing: whether it happened is looked up first",
        ),
        "E-ELEMENT-BLOCKED": (
            "看截图里是什么挡住了它；是弹窗就写进 selectors 的 popups（弹窗）",
            "see what lies over it; a popup belongs under popups in selectors",
        ),
        "E-EXPORT": (
            "到网站的任务列表里看原因，再运行一次",
            "see the reason in the site's list of tasks, then run again",
        ),
        "E-EXPRESSION": (
            "改好流程里的 ${{…}}，再运行一次",
            "mend the ${{…}} in the flow, then run again",
        ),
        "E-FAIL": (
            "这是流程自己写的失败；按原因处理后再运行",
            "the flow says so itself; act on the reason and run again",
        ),
        "E-FILE-MISSING": (
            "检查文件名和位置，再运行一次",
            "check the file's name and place, then run again",
        ),
        "E-FLOW-INVALID": (
            "先运行 yeban check，按提示改好",
            "run yeban check and mend what it says",
        ),
        "E-INPUT": (
            "改好这个输入再运行；yeban plan 会列出要给什么",
            "give it anew; yeban plan lists what is wanted",
        ),
        "E-INTERRUPTED": ("不用动，夜班会从头再来", "nothing: the work starts again by itself"),
        "E-LIMIT": (
            "看页面为什么一直没有变；确实要更多次就把 max（最多）改大",
            "see why nothing changes, or raise max",
        ),
        "E-OPTION-MISSING": (
            "改成可选的一个；一个也没有就看截图",
            "use one that is offered; else see the screenshot",
        ),
        "E-PAGE-TIMEOUT": (
            "在浏览器里打开这个网址试试；网站慢就晚点再运行",
            "open the address yourself; run again later",
        ),
        "E-ROW-REJECTED": ("按原因改好这一行，重新给一份清单", "mend this row and give a new sheet"),
        "E-SECRET-MISSING": ("用 yeban secret set 存进去", "store it with yeban secret set"),
        "E-SEED": (
            "用 yeban secret set 账号 totp 再存一次，它会当场核对",
            "store it again with yeban secret set, which checks it",
        ),
        "E-SERVER": (
            "网站出错，晚点再运行；一直这样就联系平台",
            "the site has failed; run later, or tell the platform",
        ),
        "E-SESSION": ("不用动，夜班会重新登录", "nothing: it signs in again by itself"),
        "E-STEP": ("改好流程里的这一步，再运行一次", "mend this step of the flow, then run again"),
        "E-TOO-MANY": (
            "先看第一张失败的截图；网站好了再运行 yeban resume，做过的行不会重做",
            "see the first screenshot; run yeban resume later, rows that are done stay done",
        ),
    }
)

OS_REASONS: Final = MappingProxyType(
    {
        "[Errno 2": "没有这个文件 / no such file",
        "[Errno 13": "没有权限 / no permission",
        "[Errno 21": "这是一个文件夹 / it is a folder",
    }
)
"""How the operating system's own words about a file begin, and what a person is told instead."""
