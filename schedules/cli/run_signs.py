"""How a run stands, in a sign, a colour and words: the same in the timetable and in the list of runs."""

Sign = tuple[str, str, str, str]
"""Mark, the terminal's style, Chinese, English."""

RUNNING: Sign = ("▶", "bold cyan", "正在跑", "running")
ENDED: dict[str, Sign] = {
    "done": ("✓", "green", "做完", "done"),
    "failed": ("✗", "red", "失败", "failed"),
    "person": ("!", "yellow", "等人", "a person"),
    "dropped": ("○", "yellow", "没做", "dropped"),
}
