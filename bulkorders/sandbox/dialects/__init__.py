"""The dialects the pretend panel speaks, by name."""

from __future__ import annotations

from typing import Final

from bulkorders.sandbox.api import Dialect
from bulkorders.sandbox.dialects.asap import Asap
from bulkorders.sandbox.dialects.cmsnt1 import Cmsnt1
from bulkorders.sandbox.dialects.cmsnt2 import Cmsnt2
from bulkorders.sandbox.dialects.homemade import Homemade
from bulkorders.sandbox.dialects.indonesian import Indonesian
from bulkorders.sandbox.dialects.perfectpanel import PerfectPanel
from bulkorders.sandbox.dialects.smartpanel import SmartPanel
from bulkorders.sandbox.dialects.socpanel import SocPanel

DIALECTS: Final[dict[str, type[Dialect]]] = {
    "documented": Dialect,
    "perfectpanel": PerfectPanel,
    "smartpanel": SmartPanel,
    "cmsnt2": Cmsnt2,
    "cmsnt1": Cmsnt1,
    "asap": Asap,
    "socpanel": SocPanel,
    "indonesian": Indonesian,
    "homemade": Homemade,
}
