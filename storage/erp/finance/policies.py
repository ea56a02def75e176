"""The company's policy in the books: decided by a person before the first voucher, then the same for all of them.

Posting, profit and reports ask here, so that what orders earn and what the ledger says are reckoned in one way.
"""

from datetime import UTC, datetime
from typing import get_args

from sqlalchemy import Connection, func, select

from storage.database.tables.ledger import jv, ledger_policy
from storage.erp.finance.errors import AuthorMissing, PolicyFixed, PolicyUnknown
from storage.erp.finance.policy import Costing, Policy, Recognition

_COLUMNS = [ledger_policy.c[name] for name in Policy._fields]


def policy_of(connection: Connection) -> Policy:
    """What was decided last; the default where nobody has decided."""
    query = select(*_COLUMNS).order_by(ledger_policy.c.version.desc()).limit(1)
    row = connection.execute(query).first()
    return Policy(*row) if row else Policy()


def decide(connection: Connection, policy: Policy, author: str, reason: str) -> bool:
    """Keep the policy; False when it counts already.

    Raises PolicyUnknown, AuthorMissing, PolicyFixed once vouchers were written by another.
    """
    checked(policy)
    if not (author.strip() and reason.strip()):
        raise AuthorMissing
    versions = connection.execute(select(func.count()).select_from(ledger_policy)).scalar_one()
    if policy == policy_of(connection):
        return False
    vouchers = connection.execute(select(func.count()).select_from(jv)).scalar_one()
    if vouchers:
        raise PolicyFixed(vouchers)
    said = {"author": author, "reason": reason, "decided_at": datetime.now(UTC).isoformat()}
    connection.execute(ledger_policy.insert(), [{"version": versions + 1, **policy._asdict(), **said}])
    return True


def checked(policy: Policy) -> Policy:
    """The policy when it is possible. Raises PolicyUnknown."""
    if policy.recognise not in get_args(Recognition):
        raise PolicyUnknown(f"recognise={policy.recognise}")
    if policy.costing not in get_args(Costing):
        raise PolicyUnknown(f"costing={policy.costing}")
    if not 0 <= policy.vat_bp <= 10_000:
        raise PolicyUnknown(f"vat_bp={policy.vat_bp}")
    if policy.window_days < 0:
        raise PolicyUnknown(f"window_days={policy.window_days}")
    return policy
