"""Timetables: when the desk starts what, by itself, and what becomes of a run that could not start then.

reading     YAML → Timetable, every mistake located      days · cron · words · holidays
planning    Timetable + calendar + facts → Planned       workdays · moments
deciding    open runs + now → start, drop, wait          pure, like all above
book        the rows: planned, started, ended, dropped   the only one that knows the database
turn        plan, decide, start, end, each durable       executors: what really runs
clock       APScheduler, which only says when to look    files · mail · webhook: what comes from outside
telling     what nobody would hear of otherwise          keeping: all of it put together
"""
