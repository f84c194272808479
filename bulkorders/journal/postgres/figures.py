"""What a journal on PostgreSQL holds, in numbers: nothing is written, nobody waits."""

import psycopg

from bulkorders.journal.address import Address
from bulkorders.journal.inspected import Inspected
from bulkorders.journal.postgres.schema import home
from bulkorders.journal.postgres.session import Session, Waits

SIZE = """SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'bulkorders' AND c.relkind = 'r'"""


def figures(address: Address) -> Inspected:
    """Return what the journal holds. Raises JournalError where there is none, or it can't be read."""
    session = Session(address, who="", waits=Waits(), read_only=True)
    session.open(None, accept_rollback=False)
    try:
        connection = session.connection
        with connection.transaction():

            def one(question: str) -> str:
                row = connection.execute(question.encode()).fetchone()
                return str(row[0]) if row else ""

            states = dict(connection.execute("SELECT state, count(*) FROM orders GROUP BY state").fetchall())
            return Inspected(
                address.shown,
                session.journal_id,
                int(one(SIZE)),
                int(one("SELECT coalesce(max(number), 0) FROM attempts")),
                int(one("SELECT count(*) FROM runs")),
                states,
                moved=one("SELECT value FROM meta WHERE name = 'home'") != home(connection),
            )
    except psycopg.Error as error:
        raise session.explained(error, "journal.unreadable") from None
    finally:
        session.close()
