"""What is said of a day: its lines, what is new, what a notification tells."""

DAILY_ERRORS: dict[str, tuple[str, str]] = {
    "notify.missing": (
        "Notifications were asked for, and the package for them is not installed.",
        "Run `pip install 'bulkorders[notify]'`, or leave --notify and the setting `notify` out. Nothing was sent.",
    ),
    "notify.address": (
        "The notification address number {number} is none that can be used ({kind}).",
        "Write it as the Apprise library does, such as json://host/ or mailto://user:password@host, or env:NAME. Nothing was sent.",
    ),
    "notify.not_in_environment": (
        "A notification address is to be taken from {name}, and it is not set.",
        "Set the environment variable {name}. Nothing was sent.",
    ),
    "log.unwritable": (
        "The log file {path} can't be written: {reason}",
        "Choose another with --log FILE. Nothing was sent.",
    ),
}

DAILY_NOTES: dict[str, str] = {
    "daily.no_sheets": "No order sheet was found; only open orders are asked about.",
    "daily.dearer": "Service {service} ({name}) on {account} has become dearer: its rate was {before} at the last order, and is {now}.",
    "daily.low_balance": "The balance of {account} is low: {found}, and it should hold {expected}.",
    "daily.many_rejected": "Many orders were refused today: {count} of {sent} that were sent.",
    "daily.not_remembered": "What was told today could not be kept ({reason}): tomorrow it is told once more.",
    "daily.not_notified": "The notification {number} ({kind}) could not be sent. The run itself is not touched by that.",
    "daily.notified": "Notifications sent: {count}.",
    "daily.ready": "{rows} ready and not sent; --yes sends what is ready.",
    "daily.queued": "{rows} in the queue: workers place them, and tomorrow's run has their results.",
    "daily.stopped": "Stopped: {message} {next}",
    "daily.title": "bulkorders daily: {told}",
    "daily.title_stopped": "stopped",
    "daily.title_low": "balance low",
    "daily.title_dearer": "prices rose",
    "daily.title_rejected": "many refused",
    "daily.title_doubts": "{count} in doubt",
    "daily.title_missing": "{count} missing at the panel",
    "daily.and_more": "… and {count} more.",
}
