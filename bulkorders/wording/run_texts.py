"""What is said of a run: what is worth knowing, what is asked, and what came of an attempt."""

RUN_NOTES = {
    "hidden_rows": "{count} hidden rows are orders too (rows {rows}).",
    "hidden_columns": "{count} hidden columns are read too: {columns}.",
    "column_near": 'The column "{header}" is not read. If it is meant as {field}, rename it, or add --map "{header}={field}".',
    "cells_beyond_header": "In {count} rows something stands right of the last header (rows {rows}); it is kept and not read.",
    "title_rows": "The header was found in row {header_row}; what stands above it is passed over.",
    "encoding_guessed": "The file does not say how its text is encoded; read as {encoding}. Look at the accents in the results, or save it as UTF-8.",
    "formulas_without_value": "{count} cells hold formulas without a saved value; open the sheet and save it again.",
    "to_fix_used": "{count} rows were taken as they are in the worksheet To fix (rows {rows} of Orders).",
    "to_fix_added": "{count} rows of the worksheet To fix have no row in Orders; they follow after its last (row in To fix → row here: {numbers}).",
    "spool.replayed": "{count} answers that waited beside the journal are recorded now.",
    "spool.unmatched": "{count} answers beside the journal belong to no attempt it knows; they are kept in the file ending in .unmatched.",
    "journal.dangling": "{count} orders were being sent when the last run ended; nobody can say whether they were placed. They are in doubt and not sent again.",
    "campaign.all_placed": "All {placed} rows are placed already in the campaign {campaign}; nothing new is sent. To order them again as a new campaign: --campaign {proposal}",
    "results.other_journal": "{path} was written from another journal: its orders may have been placed on another machine, or with other settings. Look at it before you go on.",
    "books.suspect": "The balance of {account} fell by {amount} more than the charges explain: an order the panel refused may have been charged all the same. Those it could be are in doubt.",
    "results.beside": "{path} is open elsewhere; the results are in {found}.",
    "account.not_set": "The orders on {account} are left as they are: no panel in the settings is that account.",
    "balance.unknown": "The balance of {account} could not be read: {reason}",
    "status.unknown": "The panel does not know the order {id}: {said}. What was known of it is kept.",
}

QUESTIONS = {
    "key.new": "The API key for {account} is not the one used before. Is it a new key of the same account?",
}

OUTCOMES = {
    "accepted": "{said}",
    "rejected": "The panel refused: {said}",
    "not_sent": "Not sent: {said}",
    "not_sent.unreached": "The panel could not be reached: {said}",
    "not_sent.rate": "The panel asked to wait: {said}",
    "in_doubt": "Nobody can say whether it was placed: {said}",
    "in_doubt.no_answer": "Sent, and no answer came ({said}). It may have been placed.",
    "in_doubt.cut": "Sent, and the answer was cut short ({said}). It may have been placed.",
    "in_doubt.server": "Sent, and the panel's server failed (HTTP {status}). It may have been placed.",
    "in_doubt.unknown": "The panel answered with an error nobody has listed: {said}. It may have been placed.",
    "in_doubt.no_id": "The panel answered without an order id: {said}. It may have been placed.",
    "in_doubt.redirect": "The panel sent us to another address (HTTP {status}): its URL in the settings is wrong.",
    "in_doubt.odd_answer": "The answer holds the id {ids}, but says it failed (HTTP {status}): {said}",
    "in_doubt.duplicate_id": "The panel answered with {ids}, the id of another order of ours.",
    "in_doubt.interrupted": "The run ended before the answer came. It may have been placed.",
}
