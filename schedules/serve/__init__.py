"""What serves by itself: workers that take tickets, and `yeban serve`, which is a clock, a worker and a small web site.

worker      takes tickets, does them side by side, says that it lives, ends what may not go on
controls    why a run is to end, and the journal that ends with its lease
playing     what each kind of ticket is: a run of the timetable
recycling   one browser for all runs, a new one before it leaks
serving     clock + worker (+ web), put together
"""
