"""Work for workers: put down once, taken by one at a time, taken up again when its worker is gone.

model        Ticket, Lease, Queue: what two engines promise alike
board        the rows in the books' database: the record of every ticket, and of every worker
embedded     the engine that needs nothing: leases in that very database, SQLite or PostgreSQL
postgresql   the engine for several machines: procrastinate (its only importer)
fence        no effect is begun by whoever has lost the lease
"""
