"""What is said where a journal in a database stops a run, and of moving a journal: (what is, what to do)."""

DATABASE_ERRORS: dict[str, tuple[str, str]] = {
    "journal.unreachable": (
        "The journal's database {path} can't be reached: {reason}.",
        "Check that the server runs, and the user and password of BULKORDERS_JOURNAL; then run the command again: nothing is sent twice.",
    ),
    "journal.role": (
        "This user of the journal's database {path} may not do that: {reason}.",
        "Ask whoever looks after the database for the rights, or do it on another machine. Nothing was changed.",
    ),
    "journal.address_wrong": (
        "The address of the journal's database, {path}, can't be understood.",
        "Write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with %40 for an @ and %2F for a slash within the password; or leave the password to env:NAME.",
    ),
    "journal.server_too_old": (
        "The journal's database {path} is PostgreSQL {found}, and {needed} or newer is needed.",
        "Update the server, and run the command again. Nothing was sent.",
    ),
    "journal.server_unsafe": (
        "The journal can't be kept safe in the database {path}: expected {needed}, found {found}.",
        "Change that setting of the server, and run the command again. Nothing was sent.",
    ),
    "journal.moved": (
        "The journal's database {path} was restored, or runs on another server than before: what was sent since the backup may be unknown to it.",
        "Make sure that it is the newest, or look at the panel's own list of orders; then run `bulkorders journal accept-rollback`. Nothing was sent.",
    ),
    "journal.restored": (
        "The journal's database {path} no longer knows this run: it was restored from a backup meanwhile.",
        "Stop all runs. Make sure that it is the newest, or look at the panel's own list of orders; then run `bulkorders journal accept-rollback`.",
    ),
    "journal.sealed": (
        "The journal {path} was moved to {to}, and is written no more.",
        "Set BULKORDERS_JOURNAL to the new one. Nothing was sent.",
    ),
    "journal.under_way": (
        "Order {key} is being sent by another run, or was until a moment ago: its answer may still come.",
        "Run the command again in a few minutes: by then it is placed, or in doubt. Nothing was changed.",
    ),
    "journal.copy_kinds": (
        "A journal is copied from a file to a database: from {source} to {target} it can't be.",
        "Write `bulkorders journal copy sqlite:///PATH postgresql://USER@HOST/DATABASE`.",
    ),
    "journal.copy_waiting": (
        "{count} answers wait beside the journal {path} to be recorded.",
        "Run `bulkorders refresh --all` with the old journal first: it records them.",
    ),
    "journal.copy_not_empty": (
        "The database {path} holds a journal with entries of its own already ({found} in {table}).",
        "Name an empty database. Nothing was copied, and nothing changed.",
    ),
    "journal.copy_differs": (
        "The copy is not the same as the original: {what} was {expected}, and is {found} in {path}.",
        "Nothing was copied, and nothing changed. Please report it.",
    ),
}

DATABASE_NOTES: dict[str, str] = {
    "journal.copied": "The journal {source} stands in {target} now: {orders} orders, {attempts} attempts, {events} events, counted and summed on both sides. The old one is sealed. Set BULKORDERS_JOURNAL on every machine.",
}
