"""What the books make of a run's result rows: every part of the core that asked for something follows its answer."""

from sqlalchemy import Connection


def follow(connection: Connection, run_id: str) -> None:
    """Commands take their state, then what they were about: shelf and shipping, listings, campaigns, refunds, invoices.

    A second call for the same run changes nothing. Only a result row changes anything here (I-25).
    """
    from storage.erp.aftersales.refunds import record_refunds
    from storage.erp.aftersales.replacements import finish_shipped
    from storage.erp.commands.results import apply_results
    from storage.erp.products import activities, listings
    from storage.erp.settlement import invoices, price_refunds

    found = apply_results(connection, run_id)
    if not found.changed + found.same:
        return
    listings.apply_answers(connection, run_id)
    activities.apply_answers(connection, run_id)
    record_refunds(connection)
    finish_shipped(connection)
    invoices.follow(connection)
    price_refunds.follow(connection)
