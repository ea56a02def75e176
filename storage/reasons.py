"""Why a file, a row or a description was refused, in English: every Chinese reason that a reader of files may give.

Reasons are facts of an error and stand in the books as they were said, in Chinese. Whoever reads English gets them by
this table: `{…}` is what a reason says of its file, and stays as it is unless it is a reason itself.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

PHRASES: Mapping[str, str] = {
    # files as a whole
    "文件是空的": "the file is empty",
    "下载到的是网页，不是表格": "what was downloaded is a web page, not a table",
    "网页残缺，里面的表格读不出来": "the web page is cut short, its tables cannot be read",
    "第 {place} 个字节起不是文字，可能没有下载完": "from byte {place} on it is no text; perhaps it is cut short",
    "第 {line} 行长得没有尽头，不像导出的数据": "line {line} has no end, which no export has",
    "第 {line} 行：{reason}": "line {line}: {reason}",
    "没有找到表头 {names}…": "no header with {names}… was found",
    "没有看到表头和它下面的行": "no header with rows below it was seen",
    "没有一行能读：{reason}": "not one row can be read: {reason}",
    "没有日期列，文件名里也没有日期，不知道是哪一天的数据": "no column and not the file's name says its day",
    "表头上方没有单据编号和盘点时间": "above the header there is no document number and time of the count",
    "运行目录没有可读的清单（{reason}）": "the run folder has no readable manifest ({reason})",
    "清单不是一个对象": "the manifest is no object",
    "运行目录里没有它": "it is not in the run folder",
    "内容与清单里的校验值不符": "its content is not that of the checksum in the manifest",
    "像几种：{kinds}": "it looks like several: {kinds}",
    "表头不像任何一种": "its header is like none of them",
    "没有叫 {name} 的种类": "there is no kind called {name}",
    # zips and workbooks
    "压缩包不完整，可能没有下载完": "the zip is not whole; it may not have been fetched to the end",
    "压缩包里的压缩包里还有压缩包，请先解开": "there are zips in the zips in this zip; unpack it first",
    "压缩包里的它是读不了的压缩方式": "inside the zip it is packed in a way that cannot be read",
    "压缩包里的它已损坏，可能没有下载完": "inside the zip it is damaged; it may not have been fetched to the end",
    "压缩包里的 {member} 是读不了的压缩方式": "{member} in the zip is packed in a way that cannot be read",
    "压缩包里的 {member} 已损坏": "{member} in the zip is damaged",
    "压缩包里的 {member} 有 {mb} MB，太大，请先解压": "{member} in the zip has {mb} MB, too much; unpack it first",
    "压缩包里没有账务明细": "there is no statement of account in the zip",
    "压缩包解开后有 {mb} MB、{count} 个文件，不像导出的数据": "unpacked it is {mb} MB in {count} files: no export",
    "压缩包解开后有 {mb} MB，不像导出的数据": "unpacked it would be {mb} MB, which no export is",
    "解开后比它该有的大得多，不像导出的数据": "unpacked it is far larger than it may be, which no export is",
    "压缩包的加密方式读不懂，请先解压": "the zip is encrypted in an unknown way; unpack it first",
    "表格打不开：它的存储结构已损坏，可能没有下载完": "the workbook does not open: its storage is damaged",
    "表格打不开：{reason}": "the workbook does not open: {reason}",
    "表格的内部结构已损坏": "the inner structure of the workbook is damaged",
    "工作表 {sheet} 有 {rows} 行 × {width} 列，放不进内存": "{sheet} has {rows} rows × {width} columns: too much",
    "工作簿里的 {member} 读不出来": "{member} in the workbook cannot be read",
    "工作簿里的 {member} 已损坏": "{member} in the workbook is damaged",
    # cells
    "对账单大得放不进内存": "the statement is larger than memory may hold",
    "对账单没有写币种": "the statement does not say its currency",
    "不是 MT940 的一笔": "it is no entry of an MT940",
    "编号变成了浮点数，末尾几位已丢失": "the id became a floating-point number, its last digits are lost",
    "编号变成了日期": "the id became a date",
    "编号变成了科学计数法": "the id became a number in scientific notation",
    "编号变成了小数": "the id became a decimal number",
    "编号是空的": "the id is empty",
    "所有编号的末尾都是 0，已被四舍五入到 15 位": "all ids end in zeros: they were rounded to 15 digits",
    "时间被改成了 Excel 的样子，秒已丢失": "the time was rewritten as Excel shows it, its seconds are lost",
    "时间变成了数字": "the time became a number",
    "不是 YYYY-MM-DD HH:MM:SS 这样的时间": "it is no time like YYYY-MM-DD HH:MM:SS",
    "没有这样的日期": "there is no such date",
    "不是 MM/DD，或者标题里没有账单的年月": "it is not MM/DD, or the title does not say the bill's year and month",
    "不是 oscar 后台写的日期": "it is no date as oscar's back office writes it",
    "看不出哪个是日、哪个是月；请导出包含 13 日以后的一段日期": (
        "it does not tell day from month; export a span with a day after the 12th"
    ),
    "金额是空的": "the amount is empty",
    "金额变成了科学计数法": "the amount became a number in scientific notation",
    "金额太大": "the amount is too large",
    "金额超过两位小数": "the amount has more than two decimals",
    "不是金额": "it is no amount",
    "没有金额": "there is no amount",
    "看不出是千位还是小数": "it does not tell thousands from decimals",
    "不是比率": "it is no rate",
    "不是整数": "it is no whole number",
    "数字太大": "the number is too large",
    "不等于 {sum}": "it is not {sum}",
    "收入和支出都没有金额": "neither income nor expense has an amount",
    "收入和支出同时有金额": "both income and expense have an amount",
    "收入和支出应当正好有一个": "there should be either an income or an expense",
    "方向是 {word}，金额却是负的": "the direction is {word}, yet the amount is negative",
    "应为 {words} 之一": "it should be one of {words}",
    "应为 {words} 或 {other}": "it should be {words} or {other}",
    "应为 {words}": "it should be {words}",
    "应为一个 JSON 对象": "it should be a JSON object",
    "不是 JSON": "it is no JSON",
    "应大于零": "it should be above zero",
    "应写成 编码*数量;编码*数量，每个编码一次": "write code*quantity;code*quantity, each code once",
    "盘点数量不能为负": "a counted quantity cannot be below zero",
    "一格里有几个子订单，请导出不合并的表": "one cell holds several sub-orders; export without merging",
    "结果没有写是哪一行的": "the result does not say of which row it is",
    # what a person said: titles, corrected rows, taught kinds
    "{kind} 没有这一列": "{kind} has no such column",
    "表头里没有这个名字，或它就是认得的别的列": "the header has no such title, or it is another column that is known",
    "这个名字已经对应了别的列": "this title is another column already",
    "这一列还没有对应": "this column has no title yet",
    "前两列不是 {first}、{second}": "the first two columns are not {first} and {second}",
    "{column}不是数字": "{column} is no number",
    "隔离区里没有这一行": "no such row is in quarantine",
    "原文件没有这些列：{columns}": "the file has no columns {columns}",
    "「{title}」是个人信息，打了码，改不了；请在平台改好重新导出": (
        "{title} is personal and masked, it cannot be corrected here; correct it on the platform and export again"
    ),
    "kind 是 {kind}，文件名却是 {name}": "kind is {kind}, yet the file is called {name}",
    "让两个名字一样": "make both names the same",
    "不是 YAML": "it is no YAML",
    "检查缩进、冒号后的空格和引号": "check indents, blanks behind colons, and quotes",
    "不是一组 名字: 值": "it is no mapping of name: value",
    "见 yeban teach --help 的例子": "see the example of yeban teach --help",
    "没有叫 {key} 的项": "there is no key called {key}",
    "缺 {key}": "{key} is missing",
    "写上 {key}: …": "write {key}: …",
    "{kind} 不能当名字": "{kind} cannot be a name",
    "只用小写字母、数字和下划线，字母开头": "use small letters, digits and underscores, a letter first",
    "columns 不是一组 列名: 类型": "columns is no mapping of title: type",
    "写成 columns: 下面每行一个 列名: 类型": "write columns: and below it one title: type per line",
    "没有叫 {kind} 的类型": "there is no type called {kind}",
    "columns 里没有 {name}": "columns has no {name}",
    "formats 不是一列格式": "formats is no list of formats",
    "{name} 不是 money 类型的列": "{name} is no column of type money",
    "amount 要一列，或 income 和 expense 两列": "amount takes one column, or the two income and expense",
    "是不是 {near}？": "is it {near}?",
    "可以写：{known}": "there are {known}",
    "表头里没有 {title}": "the header has no {title}",
    # totals, and what is said of a file that was read
    "合计与逐行相加一致": "the totals are those of the rows",
    "文件没有合计，无从核对": "the file states no totals, there is nothing to compare",
    "合计行没有写金额，无从核对": "the line of totals states no amounts, there is nothing to compare",
    "文件里没有{what}，可能没有下载完": "the file has no {what}; it may not have been fetched to the end",
    "{name}：文件写 {stated}，逐行算 {computed}": "{name}: the file says {stated}, its rows {computed}",
    "支出合计和收入合计": "totals of expense and of income",
    "收入合计和支出合计": "totals of income and of expense",
    "收入和支出两个合计": "totals of income and of expense",
    "最后一行的合计": "totals in its last line",
    "只在最后一行的合计": "totals in its last line only",
    "最后两行合计": "totals in its last two lines",
    "结算总额那一行": "line of the settlement's total",
    "合计金额行": "line of the total amount",
    "人民币合计行": "line of the total in CNY",
    "总计行": "line of totals",
    "合计行": "line of totals",
    "总计": "totals",
    "合计": "totals",
    "合计不符，已搁置待人确认：{reason}": "the totals do not tie, set aside for a person: {reason}",
    "与账不符，已搁置待人确认：{reason}": "it contradicts the books, set aside for a person: {reason}",
    "合计不符：{reason}": "the totals do not tie: {reason}",
    "{count} 行未能入账，第 {row} 行：{reason}": "{count} rows were not taken (yeban quarantine), row {row}: {reason}",
    "{count} 行没有费用分类，合计 {amount}（yeban report unclassified）": (
        "{count} rows have no fee class, {amount} together (yeban report unclassified)"
    ),
}
_SAYS = frozenset({"fix", "reason", "seen", "what"})
"""Parts of a sentence that are reasons themselves."""
_LISTS = frozenset({"columns", "found", "kinds", "known", "missing", "names", "unknown", "words"})
_NUMBERS = frozenset({"count", "line", "mb", "place", "row", "rows", "width"})
_LIKE = re.compile("（像「(.*?)」）")
Finder = Callable[[str], Mapping[str, str] | None]


def english(reason: str) -> str:
    """The reason in English; words that are no reason of ours as they are."""
    return translated(reason, PHRASES)


def translated(text: str, phrases: Mapping[str, str]) -> str:
    """The text by the phrase that it is, or its parts between `；` each by theirs; else as it is."""
    told = _sure(text, phrases)
    if told is not None:
        return told
    whole = _told(text, phrases, parted=False)
    return text if whole is None else whole[0]


def _sure(text: str, phrases: Mapping[str, str]) -> str | None:
    """The same where every reason in it is known, None elsewhere."""
    told = _told(text, phrases, parted=True)
    if told is not None and told[1]:
        return told[0]
    parts = text.split("；")
    said, begin = [], 0
    while begin < len(parts):
        end, one = _first(parts, begin, phrases)
        said.append(one)
        begin = end
    return "; ".join(said) if said != parts else None


def _first(parts: Sequence[str], begin: int, phrases: Mapping[str, str]) -> tuple[int, str]:
    """The shortest run of parts from this one on that is a sentence, else the part as it is."""
    for end in range(begin + 1, len(parts) + 1):
        told = _told("；".join(parts[begin:end]), phrases, parted=end == begin + 1)
        if told is not None and told[1]:
            return end, told[0]
    return begin + 1, parts[begin]


def _told(text: str, phrases: Mapping[str, str], *, parted: bool) -> tuple[str, bool] | None:
    """(the text by the first phrase that it is, whether the reasons in it are known too); None where it is none."""
    for finder, en in _finders(tuple(phrases.items()), parted=parted):
        if (found := finder(text)) is not None:
            said = {name: _part(name, part, phrases) for name, part in found.items()}
            sure = all(said[name] != part or part.isascii() for name, part in found.items() if name in _SAYS)
            return en.format(**said), sure
    return None


def _part(name: str, part: str, phrases: Mapping[str, str]) -> str:
    if name in _SAYS:
        return translated(part, phrases)
    return listed(part.split("、")) if name in _LISTS else part


def listed(parts: Iterable[str]) -> str:
    """Names as English lists them; with each what it looks like, where that was said (`甲（像「乙」）`)."""
    return ", ".join(_LIKE.sub(r" (like \1)", part) for part in parts)


@cache
def _finders(phrases: tuple[tuple[str, str], ...], *, parted: bool) -> list[tuple[Finder, str]]:
    """What finds each phrase's parts in a text; the one that says most words of its own comes first.

    `parted`: only reasons may hold a `；`, so that two sentences are not taken for one.
    """
    by_words = sorted(phrases, key=lambda phrase: (-len(re.sub(r"\{\w+\}", "", phrase[0])), phrase))
    return [(_finder(zh, parted=parted), en) for zh, en in by_words]


def _finder(zh: str, *, parted: bool) -> Finder:
    any_ = "[^；]*?" if parted else ".*?"
    pattern = ""
    for place, one in enumerate(re.split(r"\{(\w+)\}", zh)):
        of = "-?[0-9,]+" if one in _NUMBERS else ".*" if one in _SAYS else any_
        pattern += f"(?P<{one}>{of})" if place % 2 else re.escape(one)
    whole = re.compile(pattern, re.DOTALL)

    def found(text: str) -> Mapping[str, str] | None:
        match = whole.fullmatch(text)
        return match.groupdict() if match else None

    return found
