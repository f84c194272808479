"""What a page says when something can't be done: the sentence, the next step, and a way back."""

from starlette.requests import Request
from starlette.responses import Response

from bulkorders import wording
from bulkorders.errors import BulkordersError, GuardError, JournalHeld, PanelError
from bulkorders.web.rendering import render


async def failed(request: Request, error: Exception) -> Response:
    """Return the page of an error of ours, with a status that fits: for `exception_handlers`."""
    if not isinstance(error, BulkordersError):
        error = BulkordersError("crash", kind=type(error).__name__)
    return render(request, "failed.html", status=status_of(error), error=wording.explain(error))


async def missing(request: Request, _error: Exception) -> Response:
    """Return the page of an address that leads nowhere: for `exception_handlers[404]`."""
    return render(request, "missing.html", status=404)


def status_of(error: BulkordersError) -> int:
    """Return the HTTP status of an error: 409 for a guard, 502 for the panel, 400 for what was asked."""
    if isinstance(error, GuardError | JournalHeld):
        return 409
    if isinstance(error, PanelError):
        return 502
    return 500 if error.code == "crash" else 400
