"""By what the parts of our own blank order sheet are known that are no orders: its title, estimates, examples."""

from bulkorders.model.orders import Cell

TITLE = "Order sheet"
"""What stands in the first cell, above the header."""

ESTIMATE = "Estimated cost"
"""What the header begins with of the column that reckons by itself."""

EXAMPLE_LINK = "https://example.com/EXAMPLE-not-ordered/"
"""What the links of example rows begin with. Who writes a link of their own there has made it an order."""

EXAMPLE_START = EXAMPLE_LINK.lower()

EXAMPLE_USER = "EXAMPLE_not_ordered"
"""What stands for the username in example rows of services that take one and no link."""


def is_example(link: Cell, username: Cell) -> bool:
    """Return whether a row orders for nobody: its link, or without one its username, is still the example's."""
    if isinstance(link, str) and (bare := link.lstrip()):
        return bare[: len(EXAMPLE_LINK)].lower() == EXAMPLE_START
    return isinstance(username, str) and username.strip().lower().startswith(EXAMPLE_USER.lower())
