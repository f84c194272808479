"""How long something takes, for people: `45 min`, `3 h`, `2 days 4 h`."""

from datetime import timedelta

from bulkorders.wording import translated

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def span(time: timedelta) -> str:
    """Return the time in its two largest units, minutes the smallest."""
    days, rest = divmod(time, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes = rest // timedelta(minutes=1)
    if days:
        told = translated("1 day") if days == 1 else translated("{n} days").format(n=days)
        return f"{told} {hours} h" if hours else told
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else translated("less than a minute")
