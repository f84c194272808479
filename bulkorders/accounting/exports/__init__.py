"""The ledger's lines as files that other programs import, one module a format.

Every format's module has a function `made(lines, terms)`: the same lines and terms give the same bytes. A line
keeps its id wherever it stands, so that what was imported before is known by it. Lines are seen from the
account with the panel, as a bank's statement shows them: spending is below zero, what comes back or is paid in
above it. Memoranda (ESTIMATE, IN_DOUBT) stand only in the formats that carry everything; there `moved` says
whether a line counts.
"""
