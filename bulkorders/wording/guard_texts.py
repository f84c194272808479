"""What the guards say: what was found, what would have happened, and what to type."""

GUARD_ERRORS: dict[str, tuple[str, str]] = {
    "settings.timezone": (
        "There is no time zone {found}.",
        'Write it like timezone = "Asia/Ho_Chi_Minh", or leave it out for the machine\'s own.',
    ),
    "guard.plan_changed": (
        "What was reviewed is not what would be placed now: {changes}",
        "Nothing was sent. Run the command again, and review it as it is now.",
    ),
    "guard.max_per_day": (
        "The orders would cost {found}, and {spent} is spent on {account} today, in doubt included; {expected} a day are allowed (`max_per_day`).",
        "Send rows for {left} at most today, or raise `max_per_day` in the settings. Nothing was sent.",
    ),
    "guard.max_per_day_currency": (
        "The caps of the day are set for {known}, and {account} is in {found}: nobody could hold them.",
        "Add max_per_day to the panel's own settings, or its currency to the table. Nothing was sent.",
    ),
    "guard.max_per_day_currency without found": (
        "The caps of the day are set for {known}, and the currency of {account} is not known: nobody could hold them.",
        "Add currency or max_per_day to the panel's settings. Nothing was sent.",
    ),
    "guard.funds_doubts": (
        "The orders would cost {found}, and {count} more are in doubt, {doubtful}; if those are charged only now, the {expected} that {account} holds are not enough.",
        "Settle those first with `bulkorders resolve`, add {missing} or more, or send fewer rows. Nothing was sent.",
    ),
    "guard.space": (
        "The disk of the journal {path} has {found} free, and up to {expected} may be needed: answers of the panel could be lost.",
        "Free some space, or give the journal another folder (BULKORDERS_HOME). Nothing was sent.",
    ),
    "guard.panel_moved": (
        "{count} of these orders were placed on {account} (such as {order_id}, {sent_at}), which is no panel of the settings any more. If that panel has moved to {now}, they would be bought twice.",
        "Take those rows out of the sheet; or, where it is another panel, add --allow-duplicates. Nothing was sent.",
    ),
    "guard.rollback_declined": (
        "The journal {path} was not accepted, and nothing can be sent with it.",
        "Put the newest journal back, or run `bulkorders journal accept-rollback` when you know what was sent.",
    ),
    "journal.none": (
        "There is no journal at {path} yet.",
        "The first `bulkorders submit` makes it; BULKORDERS_HOME and BULKORDERS_JOURNAL say where.",
    ),
    "run.stopped.plan_changed": (
        "The panel is not what was reviewed any more: {said}",
        "What was placed before stands, and what is ready was not sent. Run the command again, and review the rest.",
    ),
    "run.stopped.unchecked": (
        "The panel did not tell its services again, so nobody knows whether the reviewed rates still hold: {said}",
        "What is ready was not sent. Run the command again later: it goes on where it stopped.",
    ),
    "run.stopped.canary": (
        "After the first order the others were held back: {said}",
        "They stay ready. Run the command again without --canary to send them all the same.",
    ),
}

GUARD_NOTES: dict[str, str] = {
    "plan.sheet_changed": "The sheet {sheet} was saved after it was read.",
    "plan.sheet_gone": "The sheet {sheet} is no longer there.",
    "plan.balance": "The balance of {account} was {before} when it was reviewed, and is {now}: somebody else spends there, or a charge came late.",
    "plan.service_gone": "Service {service} ({name}) is no longer in the catalogue.",
    "plan.other_service": 'Service {service} was of another {what}, "{before}", and is "{now}": its id may name another service now.',
    "plan.service": "Service {service} ({name}): {what} was {before}, and is {now}.",
    "plan.rate": "Service {service} ({name}): the rate was {before} and is {now}; its orders would cost {cost} instead of {reviewed}.",
    "plan.no_id": "one in doubt",
    "canary.as_estimated": "The first order, {order_id}, was charged {charge}, as estimated.",
    "canary.dearer": "The first order, {order_id}, was charged {charge} where {estimate} was estimated: tax, a fee, or another rate. At that, the other {count} cost {cost} rather than {expected}.",
    "canary.dearer_by_balance": "The balance fell by {charge} with the first order, {order_id}, where {estimate} was estimated: tax, a fee, another rate, or somebody else's order. At that, the other {count} cost {cost} rather than {expected}.",
    "canary.unknown": "What the first order, {order_id}, was charged, the panel does not tell; {estimate} was estimated.",
    "canary.not_placed": "the first order, for {link}, was not placed as it should be: {said}",
    "canary.max_total": "That is above the {expected} allowed (`--max-total`).",
    "canary.funds": "The account has only {expected} left.",
    "campaign.same_file": "All {count} rows were ordered before, in the campaign {campaign} (run {run}, {sent_at}): this looks like the file {sheet} under another name.",
    "panel.moved": "{count} of these orders were placed on {account} before (such as {order_id}, {sent_at}). They are sent to {now}, as allowed.",
    "review.doubts": "Orders in doubt on {account}: {count}, {amount}. If they were placed and are charged late, that comes on top.",
    "review.day": "Today, these included: {spent} of the {expected} allowed a day on {account}.",
    "review.max_total": "The cap on this campaign is {expected} (`--max-total`); placed or in doubt already: {spent}.",
    "review.on_top": "Tax or fees that the panel adds are not in its rates; --canary places one order first and compares its real charge.",
    "review.canary": "One order is placed first, and its real charge compared (--canary).",
    "journal.holds": "Journal: {path} ({size}), id {id}\nOrders: {orders}. Attempts: {attempts}. Runs: {runs}.",
    "journal.is_newest": "It is the newest: its mark says {marked} attempts.",
    "journal.is_behind": "It is older than what was sent: its mark says {marked} attempts. It was restored or rolled back, and nothing is sent with it.\nNext: put the newest journal back, or run bulkorders journal accept-rollback",
    "link.waiting": "Rows that wait, as asked with --one-per-link: {count}. An order for the same service and link is still open, or goes before them; run the same command again when it is done.",
    "sheet.open": "{sheet} is open in another program ({lock}). What is not saved there yet is not ordered.",
}

GUARD_QUESTIONS: dict[str, str] = {
    "canary.go_on": "{told} Place the other {count}?",
    "panel.moved": "{count} of these orders were placed on {account} (such as {order_id}, {sent_at}), which is no panel of the settings any more. If that panel has moved to {now}, they would be bought twice. Is {now} another panel, and are they to be ordered there too?",
    "journal.accept_rollback": "The journal {path} knows {found} attempts, and {expected} were made: {missing} orders may have been placed that it does not know, and a sheet that holds them would buy them again. Go on with this journal all the same?",
    "journal.accept_unmarked": "The mark beside the journal {path} can't be read, so nobody can say whether the journal is the newest. Go on with it all the same?",
}
