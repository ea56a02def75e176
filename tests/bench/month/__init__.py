"""A simulated month of the desk: twelve accounts, bad weather, a kill -9 every night, a person who is not always there.

    yeban bench month --days 30

Each day a process of its own keeps the product's own timetable by a clock that jumps, against the practice mall with
every fault at 5 %. It is killed at a random moment of the night and started again. Every fifth night nobody is on duty.
At the end every document that the calendar and the plan ask for has arrived or waits for a person, and the mall's own
database knows of nothing that was done twice.
"""
