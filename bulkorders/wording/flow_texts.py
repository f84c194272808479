"""What the page says in its own words: where the command line would name an option, the page has a button."""

FLOW_ERRORS: dict[str, tuple[str, str]] = {
    "page.busy": (
        "{title} is under way, begun by {who}: one run at a time changes the journal.",
        "Wait until it has ended, or stop it on its page.",
    ),
    "page.busy without who": (
        "{title} is under way: one run at a time changes the journal.",
        "Wait until it has ended, or stop it on its page.",
    ),
    "page.closing": (
        "The program is being stopped: nothing new is begun.",
        "Start it again with `bulkorders web`; nothing is lost.",
    ),
    "page.left_off": (
        "This was stopped before its end.",
        "Begin it again whenever you like; nothing was sent.",
    ),
    "page.stale": (
        "This form is older than the program that runs now.",
        "Load the page again, and give the sheet once more.",
    ),
    "page.nothing_given": (
        "No file was chosen and nothing was pasted.",
        "Choose an order sheet, or paste lines of service | link | quantity.",
    ),
    "page.empty_file": ("{name} is empty.", "Choose the order sheet once more."),
    "page.column_twice": (
        "Several columns are said to be {title}.",
        "Choose one of them, and “not read” for the others.",
    ),
    "page.columns_missing": (
        "No column is said to be {missing}.",
        "Choose the columns that hold it; without it there is nothing to order.",
    ),
    "page.not_amount": (
        "{found} is no amount.",
        "Write it like 25.50, without a currency.",
    ),
    "page.too_large": (
        "The file is larger than the {most} MB that are taken.",
        "Split it into several sheets; each is a campaign of its own, or part of one you name.",
    ),
    "page.unfit": (
        "The page could not make sense of this.",
        "Go back, load the page again, and try once more.",
    ),
    "page.port_taken": (
        "Nothing can be served at {host}:{port}: {reason}.",
        "Choose another port with --port, or 0 for a free one.",
    ),
    "page.password_needed": (
        "{host} can be reached from other machines, and nobody has a password.",
        "Make a file of passwords with `bulkorders web --set-password NAME --password-file FILE`, and give it with --password-file.",
    ),
    "page.hosts_needed": (
        "At {host} the page answers under many addresses, and must know which are its own.",
        "Name each one people type, with its port: --allow-host orders.example.com:8910.",
    ),
    "page.passwords_unread": (
        "The password file {path} can't be read or written: {reason}",
        "Check the path and its permissions.",
    ),
    "page.passwords_line": (
        "Line {number} of the password file {path} is not NAME:scrypt:SALT:HASH.",
        "Make it anew with `bulkorders web --set-password NAME --password-file FILE`.",
    ),
    "page.passwords_none": (
        "The password file {path} holds nobody.",
        "Add somebody with `bulkorders web --set-password NAME --password-file FILE`.",
    ),
    "page.password_file_needed": (
        "--set-password needs the file the password goes to.",
        "Add --password-file FILE.",
    ),
    "page.password_short": (
        "The password is too short; it needs {expected} characters.",
        "Choose a longer one: it stands between a network and your account.",
    ),
    "page.name_unfit": ("{found} can't be a name here.", "Use letters and digits, and no colon."),
}
"""By code: what is, and what to do next."""

PAGE_NEXT: dict[str, str] = {
    "guard.declined": "Go back to the sheet when you are ready. Nothing was sent.",
    "guard.plan_changed": "Nothing was sent. Check the sheet again, and review it as it is now.",
    "guard.max_total": "Raise the cap among the further settings of the sheet, or send fewer rows. Nothing was sent.",
    "guard.funds_doubts": "Settle those in doubt first, add {missing} or more to the account, or send fewer rows. Nothing was sent.",
    "guard.panel_moved": "Take those rows out of the sheet; or, where it is another panel, tick “Order what was ordered before” among the further settings. Nothing was sent.",
    "guard.rollback_declined": "Put the newest journal back, or ask whoever looks after this machine. Nothing was sent.",
    "guard.new_key": "Ask whoever looks after this machine's settings. Nothing was sent.",
    "campaign.other_sheet": "Say on the sheet's page whether this is that campaign or a new one. Nothing was sent.",
    "campaign.finished": "Say on the sheet's page whether this is that campaign or a new one. Nothing was sent.",
    "journal.held": "Wait until it has ended: one run at a time changes the journal. Nothing was sent.",
    "cluster.left": "Go on with the sheet later: it has their results then, and nothing is queued twice.",
    "cluster.no_worker": "Ask whoever looks after the workers to start one, and check again. Nothing was queued.",
    "cluster.card_old": "Ask whoever looks after the workers to start one, and check again. Nothing was queued.",
    "settings.no_panel": "Set BULKORDERS_PANEL_URL and BULKORDERS_PANEL_KEY where the program is started, and start it again; or start it with --rehearsal to try everything with a pretend panel.",
    "settings.which_panel": "Choose one among the further settings of the sheet.",
    "sheet.columns_missing": "Say below which columns are meant. It is remembered for sheets with these headers.",
    "sheet.columns_twice": "Say below which one is meant. It is remembered for sheets with these headers.",
    "sheet.no_worksheet": "Choose the worksheet under “Columns”.",
    "results.foreign": "Give the sheet another name, and upload it once more. Nothing was sent.",
    "results.not_writable": "Free some space where the program keeps its files, or close the workbook where it is open, and try again; what was sent is known.",
    "journal.behind": "Put the newest journal back, or ask whoever looks after this machine. Nothing was sent.",
    "journal.other": "Give it on the machine that placed its orders. Nothing was sent.",
    "sheet.no_header": "Insert a row above it with Service, Link and Quantity over their columns; “Blank order sheet” on the start page has one.",
    "sheet.empty": "Write a header with Service, Link and Quantity and the orders below it; “Blank order sheet” on the start page has one.",
    "sheet.param_reserved": "Use the column of the field itself, or say under “Columns” that this one is not read.",
    "sheet.param_unnamed": "Write the name after it, such as param:reaction, or say under “Columns” that this one is not read.",
    "sheet.map_unknown": "Say anew under “Columns” what each column means.",
    "journal.unreadable": "Ask whoever looks after this machine to check its disk. Nothing was sent.",
    "journal.unwritable": "Ask whoever looks after this machine to check its disk. Nothing was sent.",
    "journal.mark_unreadable": "Ask whoever looks after this machine whether the journal was restored. Nothing was sent.",
    "journal.moved": "Ask whoever looks after this machine whether the journal is the newest. Nothing was sent.",
    "journal.restored": "Ask whoever looks after this machine whether the journal is the newest. Nothing was sent.",
    "journal.unreachable": "Ask whoever looks after this machine; nothing is sent twice.",
    "journal.under_way": "Try again in a few minutes: by then it is placed, or in doubt. Nothing was changed.",
    "sheet.which_worksheet": "Say below which worksheet is meant.",
    "panel.unreachable": "Check the address and the network, and try again; nothing was lost.",
    "panel.busy": "Try again later; what is ready stays ready.",
    "panel.key": "Ask whoever looks after this machine's settings to check the API key.",
    "panel.server_error": "Try again later; nothing was lost.",
    "panel.unreadable": "Try again later, or ask the panel.",
    "panel.refused": "Settle it with the panel, and try again.",
    "panel.account": "Settle it with the panel, and try again.",
    "crash": "What was sent is in the journal: go on from the start page, nothing is sent twice.",
    "run.stopped.plan_changed": "What was placed before stands, and what is ready was not sent. Check the sheet again, and review the rest.",
    "run.stopped.unchecked": "What is ready was not sent. Go on with the sheet later.",
    "run.stopped.canary": "They stay ready. Go on with the sheet without the test order to send them all the same.",
    "run.stopped.key": "Have the key checked, and go on with the sheet: what is ready is sent then.",
    "run.stopped.account": "Settle it with the panel, and go on with the sheet: what is ready is sent then.",
    "run.stopped.funds": "Add funds, and go on with the sheet: what is ready is sent then.",
    "run.stopped.address": "Have the panel's address checked, and go on with the sheet: what is ready is sent then.",
    "run.stopped.challenge": "Ask the panel to let this machine through, and go on with the sheet.",
    "run.stopped.redirect": "Have the panel's address corrected, and look at the orders in doubt before you go on.",
    "run.stopped.duplicate_id": "Ask the panel which of them exists, and settle it under “In doubt”. What is ready stays ready.",
    "run.stopped.unreached": "Go on with the sheet later: what is ready is sent then.",
    "run.stopped.expired": "Nothing of it was sent. Go on with the sheet: what is ready is sent then.",
    "run.stopped.rate": "Go on with the sheet later: what is ready is sent then.",
    "run.stopped.maintenance": "Go on with the sheet later: what is ready is sent then.",
    "run.stopped.doubts": "Look at the orders in doubt; what is ready is sent when you go on with the sheet.",
    "run.stopped.journal": "Free some space, and go on with the sheet: nothing is sent twice.",
    "run.stopped.interrupted": "Go on with the sheet: what is ready is sent then.",
}
"""By code: what is done next on the page."""

PAGE_MESSAGES: dict[str, str] = {
    "journal.held": "Another run is under way: {holder}, since {since}.",
    "sheet.map_unknown": "What was said of the columns names the {what} {given}, and there is none of that name; there are {known}.",
    "sheet.map_unknown without near": "What was said of the columns names the {what} {given}, and there is none of that name; there are {known}.",
    "sheet.ledger": "{path} is no order sheet: it tells of orders that were placed already, as the page “Exports” gives it.",
    "guard.max_total": "The orders would cost {found}, and {before} of this campaign are placed or in doubt already: above the {expected} allowed.",
    "guard.max_total without before": "The orders would cost {found}, above the {expected} allowed.",
}
"""By code: what is, where the usual sentence names an option."""

PAGE_NOTES: dict[str, str] = {
    "column_near": "The column “{header}” is not read. If it is meant as {field}, say so under “Columns”.",
    "column_perhaps": "The column “{header}” is not read: it could be meant as {field} or as something else. If it is, say so under “Columns”.",
    "mapping_used": "The columns are read as you said before of these headers.",
    "mapping_kept": "What you said of the columns is remembered for sheets with these headers.",
    "campaign.all_placed": "All {placed} rows are placed already in the campaign {campaign}; nothing new is sent. To order them again, name a new campaign below.",
    "review.max_total": "The cap on this campaign is {expected}; placed or in doubt already: {spent}.",
    "review.on_top": "Tax or fees that the panel adds are not in its rates; a test order first shows the real charge.",
    "review.canary": "One order is placed first, and its real charge compared.",
    "books.dearer": "{account} charged {charged} for orders that were estimated at {estimated} ({count} orders): tax, a fee, or other rates. A test order first would show the real charge before the others are sent.",
    "canary.max_total": "That is above the {expected} allowed.",
    "link.waiting": "Rows that wait, as asked: {count}. An order for the same service and link is still open, or goes before them; go on with the sheet when it is done.",
}
"""By code: notes that would name an option of the command line."""

SERVER_NOTES: dict[str, str] = {
    "page.open": "The page is open at\n  {address}\nWhoever has this address may use it. Ctrl-C ends it, after what is in flight.",
    "page.tls": "Served at {host}, without encryption: put a server with TLS in front of it, or passwords and orders can be read on the way.",
}
"""By code: what is said on the terminal of the server."""
