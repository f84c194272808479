"""How one panel differs from another: what its settings say, as the client needs it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bulkorders.model.orders import account_id
from bulkorders.panel.wire import Timeouts
from bulkorders.settings import PanelSettings, key_of


@dataclass(frozen=True, slots=True)
class Profile:
    """One panel. `basis` is the rate basis (1000 or 1), None where each type has its own.

    `batch` is how many ids one `status` or `cancel` may carry (100 as documented). `status_words` are the
    panel's own, by normalised spelling. The key never shows in a representation, nor does the address,
    which holds the key on some panels.
    """

    name: str
    url: str = field(repr=False)
    key: str = field(repr=False)
    account: str
    currency: str | None = None
    basis: int | None = None
    batch: int = 100
    timeouts: Timeouts = field(default_factory=Timeouts)
    verify: bool = True
    status_words: Mapping[str, str] = field(default_factory=dict)


def timeouts_of(panel: PanelSettings) -> Timeouts:
    """Return how long this panel is waited for."""
    return Timeouts(connect=panel.connect_timeout, read=panel.read_timeout, add=panel.add_timeout)


def profile_of(name: str, panel: PanelSettings) -> Profile:
    """Return the profile of a panel. Raises SettingsError where its key is not to be found."""
    return Profile(
        name=name,
        url=panel.url,
        key=key_of(panel),
        account=account_id(panel.url, panel.account),
        currency=panel.currency,
        basis=panel.rate_basis,
        batch=panel.batch_size,
        timeouts=timeouts_of(panel),
        verify=panel.verify_tls,
    )
