"""What is said where the call, the settings, a panel or a guard stops a run: (what is, what to do)."""

RUN_ERRORS: dict[str, tuple[str, str]] = {
    "settings.no_panel": (
        "No panel is set.",
        "Set BULKORDERS_PANEL_URL and BULKORDERS_PANEL_KEY, or write [panels.NAME] into bulkorders.toml; `bulkorders demo` needs neither.",
    ),
    "settings.no_panel_here": (
        "No panel is set on this machine, which shares its journal with others.",
        "Let the workers do it: `submit`, `refresh`, `refill`, `cancel` and `daily` take --queue and need no API key. Or run it where [panels.NAME] is set.",
    ),
    "settings.no_key": ("There is no API key for {url}.", "Set BULKORDERS_PANEL_KEY."),
    "settings.which_panel": ("There are several panels: {known}.", "Choose one with --panel NAME."),
    "settings.unknown_panel": (
        "There is no panel {name}; there are {known}.",
        "Choose one of them with --panel NAME.",
    ),
    "settings.key_not_in_environment": (
        "The settings take the API key for {url} from {name}, and it is not set.",
        "Set the environment variable {name}.",
    ),
    "settings.key_in_file": (
        "The settings hold the API key for {url} itself, or something that names no place for it.",
        'Write where the key is: key = "env:NAME" or "keyring:SERVICE/USER". To keep it in the file all the same: "plain:…".',
    ),
    "settings.keyring_place": (
        "The settings take the API key for {url} from the keyring, without saying under which service and user.",
        'Write key = "keyring:SERVICE/USER".',
    ),
    "settings.no_keyring": (
        "The settings take the API key for {url} from the keyring, and the package for that is not installed.",
        "Run `pip install 'bulkorders[keyring]'`, or take the key from the environment: key = \"env:NAME\".",
    ),
    "settings.keyring_failed": (
        "The keyring gave no API key for {url}: {reason}",
        'Unlock it, or take the key from the environment: key = "env:NAME".',
    ),
    "settings.key_not_in_keyring": (
        "The keyring has no API key for {url} under the service {service} and the user {user}.",
        "Put it there: `keyring set {service} {user}`.",
    ),
    "settings.preset": (
        "The settings name the family {found}, and there is none of that name; there are {known}.",
        "Choose one of them, or leave `preset` out: most panels need none.",
    ),
    "settings.name_twice": (
        "The settings of the panel {panel} give one name to two things: {names}.",
        "Give each parameter a name of its own; one of the two would be lost on the way.",
    ),
    "settings.not_toml": ("{path} can't be read: {reason}", "Correct the file and run the command again."),
    "settings.error_kinds": (
        "The error texts of the settings can't be used, section {section}: {reason}",
        "Correct the section, or remove it; texts it would have named are in doubt then.",
    ),
    "settings.wrong": ("The settings are wrong: {wrong}.", "Correct them and run the command again."),
    "panel.unreachable": (
        "{url} gave no answer: {reason}",
        "Check the address and the network, and run the command again; nothing was lost.",
    ),
    "panel.unreachable without reason": (
        "{url} gave no answer.",
        "Check the address and the network, and run the command again; nothing was lost.",
    ),
    "panel.busy": (
        "The panel at {url} asks to wait: {reason}",
        "Run the command again later; what is ready stays ready.",
    ),
    "panel.challenge": (
        "A browser check stands in front of {url}; the panel itself was not reached.",
        "Ask the panel to let this machine's address through to its API.",
    ),
    "panel.key": (
        "The panel at {url} does not take the API key: {reason}",
        "Check BULKORDERS_PANEL_KEY, and that the key belongs to this panel.",
    ),
    "panel.account": (
        "The panel at {url} does not serve this account: {reason}",
        "Settle it with the panel, and run the command again.",
    ),
    "panel.address": (
        "There is no API at {url} (HTTP {status}).",
        "Check the URL in the settings; panels call it https://…/api/v2 or the like.",
    ),
    "panel.redirect": (
        "{url} sends to another address (HTTP {status}).",
        "Put the panel's own API address into the settings.",
    ),
    "panel.server_error": (
        "The server of {url} failed (HTTP {status}).",
        "Run the command again later; nothing was lost.",
    ),
    "panel.not_json": (
        "{url} answered with something that is not an API's answer (HTTP {status}): {began}",
        "Check the URL in the settings: it is the API's address, not the panel's page.",
    ),
    "panel.unreadable": (
        "The panel's answer to {action} can't be read: {began}",
        "Run the command again later, or ask the panel.",
    ),
    "panel.refused": (
        "The panel refused {action}: {reason}",
        "Settle it with the panel, and run the command again.",
    ),
    "panel.no_services": (
        "The panel at {url} lists no services.",
        "Without them no row can be checked; ask the panel.",
    ),
    "call.no_terminal": (
        "This needs a person's yes, and there is no terminal to ask on.",
        "Add --yes to go on without being asked.",
    ),
    "call.usage": ("{reason}", "See `{command} --help`."),
    "call.map": ('--map takes "Header=field", found {found}.', 'Write it like --map "Menge=quantity".'),
    "call.sandbox": (
        "The sandbox can't start: {reason}",
        "Correct that, or choose another port with --port.",
    ),
    "crash": (
        "bulkorders failed in a way it should not ({kind}).",
        "What was sent is in the journal: run the same command again, nothing is sent twice. Add --debug to see where it failed.",
    ),
    "journal.other": (
        "{sheet} was written from another journal than {path}; what it shows as placed, this one knows nothing of.",
        "Set BULKORDERS_HOME or BULKORDERS_JOURNAL to the journal that placed its orders. Nothing was sent.",
    ),
    "guard.new_key": (
        "The API key for {account} is new, and was not confirmed as a key of the same account.",
        "For another account on this panel, give its profile in bulkorders.toml an `account` label. Nothing was sent.",
    ),
    "guard.declined": ("Nothing was sent.", "Run the command again when you are ready."),
    "guard.max_total": (
        "The orders would cost {found}, and {before} of this campaign are placed or in doubt already: above the {expected} allowed (`--max-total`).",
        "Raise the cap, or send fewer rows. Nothing was sent.",
    ),
    "guard.max_total without before": (
        "The orders would cost {found}, above the {expected} allowed (`--max-total`).",
        "Raise the cap, or send fewer rows. Nothing was sent.",
    ),
    "guard.funds": (
        "The orders would cost {found} {currency}, and the account {account} holds {expected}.",
        "Add {missing} or more, or send fewer rows. Nothing was sent.",
    ),
    "campaign.other_sheet": (
        "The campaign {campaign} is known from another sheet, {sheet}.",
        "To go on with that campaign, add --campaign {campaign}. For a new one: --campaign NAME. Nothing was sent.",
    ),
    "campaign.finished": (
        "All orders of the campaign {campaign} are delivered, {vanished} of them are no longer in this sheet, and {new} rows are new.",
        "If this is a new campaign, add --campaign {proposal}; to go on with the old one, --campaign {campaign}. Nothing was sent.",
    ),
    "orders.unknown": (
        "The journal has no placed order {ids}.",
        "Check the id; `bulkorders submit SHEET` shows those of a sheet.",
    ),
    "call.nothing_named": ("No order is named.", "Name a sheet, or orders with --order ID."),
    "call.lines_of_all": (
        "--jsonl goes with one SHEET, and --all with none.",
        "Take --json with --all, or name a sheet.",
    ),
    "call.sheet_needed": ("No sheet is named.", "Name one, or add --all for every open order."),
    "run.stopped.key": (
        "The panel no longer takes the API key: {said}",
        "Check the key, and run the command again: what is ready is sent then.",
    ),
    "run.stopped.account": (
        "The panel no longer serves this account: {said}",
        "Settle it with the panel, and run the command again: what is ready is sent then.",
    ),
    "run.stopped.funds": (
        "The account has no funds left: {said}",
        "Add funds, and run the command again: what is ready is sent then.",
    ),
    "run.stopped.address": (
        "There is no API at this address any more: {said}",
        "Check the URL, and run the command again: what is ready is sent then.",
    ),
    "run.stopped.challenge": (
        "A browser check stands in front of the panel.",
        "Ask the panel to let this machine through, and run the command again: what is ready is sent then.",
    ),
    "run.stopped.redirect": (
        "The panel sends to another address.",
        "Correct the URL, and look at the orders in doubt before you run the command again.",
    ),
    "run.stopped.duplicate_id": (
        "The panel gave two orders the same id: {said}",
        "Ask the panel which of them exists; `bulkorders resolve` settles it. What is ready stays ready.",
    ),
    "run.stopped.unreached": (
        "The panel can't be reached: {said}",
        "Run the command again later: what is ready is sent then.",
    ),
    "run.stopped.expired": (
        "The machine slept or was held up between an order's turn and its sending: {said}",
        "Nothing of it was sent. Run the command again: what is ready is sent then.",
    ),
    "run.stopped.rate": (
        "The panel asks to wait longer than a run can: {said}",
        "Run the command again later: what is ready is sent then.",
    ),
    "run.stopped.maintenance": (
        "The panel is closed for maintenance: {said}",
        "Run the command again later: what is ready is sent then.",
    ),
    "run.stopped.doubts": (
        "Several orders in a row were left without a clear answer, so the run stopped: {said}",
        "Look at the orders in doubt; what is ready is sent when the command is run again.",
    ),
    "run.stopped.journal": (
        "The journal could not be written: {said}",
        "Free some space, and run the command again: nothing is sent twice.",
    ),
    "run.stopped.interrupted": (
        "Interrupted; what was in flight has been waited for.",
        "Run the same command again to go on where it stopped.",
    ),
}
