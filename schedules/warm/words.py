"""Which commands may run in the warm process: those that look at something, or write one thing down at once.

None of them starts a browser, asks for a password, or is meant to last. Read before anything else: nothing is imported.
"""

BARE = ""
"""The group itself, without a command of it."""

WARM: dict[str, tuple[str, ...]] = {
    "accept": (),
    "aftersales": ("list",),
    "calendar": (),
    "cancel": (),
    "check": (),
    "deliver": ("check", "list"),
    "documents": (),
    "drain": (),
    "elements": ("healed",),
    "feeds": (),
    "flows": (),
    "health": (),
    "inbox": (BARE,),
    "invoices": ("list",),
    "kinds": (),
    "log": (),
    "map": (BARE,),
    "notify": ("list",),
    "orders": ("held", "release", "show"),
    "pause": (),
    "people": (BARE,),
    "plan": (),
    "policy": ("show",),
    "products": ("missing", "price", "shelf"),
    "purchases": ("list", "rules"),
    "quarantine": (BARE,),
    "query": (),
    "recon": ("board", "list", "months", "owed", "show"),
    "reference": (),
    "report": ("--list",),
    "runs": (),
    "schema": (),
    "secret": ("list",),
    "secrets": ("list",),
    "sessions": ("list",),
    "settle": (),
    "status": (),
    "timetable": (BARE, "check"),
    "todo": ("done", "list", "refused", "release"),
    "trace": (),
    "unpause": (),
    "vouchers": (),
    "waiting": (),
}
"""By the first word; where others stand behind it, the second has to be one of them."""

COLD: dict[str, tuple[str, ...]] = {"inbox": ("answer",), "people": ("add", "close", "grant"),
                                    "quarantine": ("fix",), "timetable": ("run",)}  # fmt: skip
"""Words that a bare group is not followed by, wherever they stand: they are commands of it that may not."""


def may_be_warm(words: list[str]) -> bool:
    """Whether a command line of these words may run in the warm process."""
    first, second = (*words, "", "")[:2]
    if first not in WARM:
        return False
    if not (these := WARM[first]):
        return True
    if second in these and second != BARE:
        return True
    bare = not second or second.startswith("-")
    return BARE in these and bare and not set(words) & set(COLD.get(first, ()))
