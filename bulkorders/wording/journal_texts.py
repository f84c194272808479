"""What is said where the journal stops a run: (what is, what to do)."""

JOURNAL_ERRORS: dict[str, tuple[str, str]] = {
    "journal.unreadable": (
        "The journal {path} can't be read: {reason}",
        "Check the disk and the permissions, and run the command again. Nothing was sent.",
    ),
    "journal.held": (
        "Another run holds the journal {path}: {holder}, since {since}.",
        "Wait until it ends, and run the command again. Nothing was sent.",
    ),
    "journal.unwritable": (
        "The journal {path} can't be written: {reason}.",
        "Give it a folder on a local disk with free space (BULKORDERS_HOME or BULKORDERS_JOURNAL), and run the command again.",
    ),
    "journal.spool_unwritable": (
        "The answer to order {key} could be written neither into the journal nor beside it, {path}: {reason}. The panel gave the order ids {order_ids}.",
        "Write these ids down. The order is in doubt and is not sent again; `bulkorders resolve --placed {key}=ID` records it.",
    ),
    "journal.spool_unwritable without key": (
        "The file beside the journal that keeps answers, {path}, can't be written: {reason}.",
        "Free some space, or give the journal another folder (BULKORDERS_HOME), and run the command again.",
    ),
    "journal.spool_unwritable without order_ids": (
        "The answer to order {key} could be written neither into the journal nor beside it, {path}: {reason}.",
        "The order is in doubt and is not sent again. Free some space, and look at the panel's own list of orders.",
    ),
    "journal.mark_unreadable": (
        "The mark beside the journal, {path}, can't be read ({reason}), so nobody can say whether the journal is the newest.",
        "If the journal was not restored from a backup, run `bulkorders journal accept-rollback`. Nothing was sent.",
    ),
    "journal.behind": (
        "The journal {path} is older than what was sent: it knows {found} attempts, and {expected} were made. It was restored or rolled back.",
        "Put the newest journal back: with this one orders could be bought twice. If it is lost, look at the panel's own list of orders, then run `bulkorders journal accept-rollback`. Nothing was sent.",
    ),
    "journal.network_drive": (
        "The journal {path} is on a network drive ({kind}), where what is written can be lost.",
        "Put it on a local disk: set BULKORDERS_HOME or BULKORDERS_JOURNAL. Nothing was sent.",
    ),
    "journal.not_durable": (
        "The journal {path} can't be kept safe from a power cut there: expected {needed}, found {found}.",
        "Put it on a local disk: set BULKORDERS_HOME or BULKORDERS_JOURNAL. Nothing was sent.",
    ),
    "journal.corrupt": (
        "The journal {path} is damaged: {reason}.",
        "Keep the file, put the newest backup back, and look at the panel's own list of orders before anything is sent. Nothing was sent.",
    ),
    "journal.foreign": (
        "{path} is a database, and not a journal of bulkorders.",
        "Correct BULKORDERS_JOURNAL, or name a file that is not there yet.",
    ),
    "journal.newer": (
        "The journal {path} was written by a newer bulkorders (its schema is {found}, this one knows {known}).",
        "Update bulkorders, and run the command again. Nothing was sent.",
    ),
    "journal.sqlite_too_old": (
        "This Python has SQLite {found}, and the journal needs {needed} or newer.",
        "Install a newer Python, and run the command again.",
    ),
    "journal.backend_missing": (
        "The journal's URL asks for {backend}, for which the driver is not installed.",
        'Install it: pip install "bulkorders[cluster]". Or set BULKORDERS_JOURNAL to a file on a local disk.',
    ),
    "journal.url_unknown": (
        "The journal's URL begins with {scheme}, which is not known.",
        "Set BULKORDERS_JOURNAL to the path of a file, or leave it out.",
    ),
    "journal.read_only": (
        "The journal {path} was opened for reading, and something was to be written. This is a mistake of ours.",
        "Nothing was sent or recorded. Please report what you ran.",
    ),
    "journal.closed": (
        "The journal {path} is closed already, and something was to be written.",
        "Run the same command again: nothing is sent twice.",
    ),
    "journal.refused": (
        "The journal refused an entry that contradicts what it knows: {reason}.",
        "Run the same command again: nothing is sent twice. If it stays so, please report it.",
    ),
    "journal.unknown_order": (
        "The journal has no order {key}.",
        "Check the key: the results workbook and `bulkorders submit SHEET --json` show it.",
    ),
    "journal.unknown_attempt": (
        "An answer came for the attempt {attempt}, which the journal does not know; it gave the order ids {order_ids}.",
        "Keep these ids. Look at the panel's own list of orders before anything more is sent.",
    ),
    "journal.unknown_attempt without order_ids": (
        "An answer came for the attempt {attempt}, which the journal does not know.",
        "Look at the panel's own list of orders before anything more is sent.",
    ),
    "journal.attempt_known": (
        "The attempt {attempt} of order {key} is in the journal already, so it is not sent.",
        "Run the same command again: nothing is sent twice.",
    ),
    "journal.find_needs_id": (
        "To record order {key} as placed, its order id is needed.",
        "Write `--placed {key}=ID`, with the id from the panel's own list of orders.",
    ),
    "journal.order_id_taken": (
        "The order id {order_id} belongs to another order, {owner}, so {key} can't have it.",
        "Look the id up in the panel's own list of orders, and give the right one.",
    ),
    "journal.request_open": (
        "A {kind} of order {order_id} was asked for already, and its answer is awaited or in doubt.",
        "Ask again when it is settled; `bulkorders refresh` asks what became of it.",
    ),
    "journal.unknown_request": (
        "The journal has no request {request} for order {order_id}.",
        "Run the same command again; if it stays so, please report it.",
    ),
}
