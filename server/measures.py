"""The measures of delivery, as Prometheus reads them; the same from whichever process is asked."""

from datetime import datetime

from models.standing import standing


async def delivery_lines(now: datetime) -> list[str]:
    """Lines of the text format: backlog, lateness, claims and breakers by channel, events."""
    channels, events, late_s = await standing(now)
    lines = [
        "# TYPE zhangban_events_unplanned gauge",
        f"zhangban_events_unplanned {events}",
        "# TYPE zhangban_events_late_seconds gauge",
        f"zhangban_events_late_seconds {late_s:.3f}",
    ]
    for name, value in (
        ("due", "due"),
        ("late_seconds", "late_s"),
        ("under_way", "under_way"),
        ("breakers_open", "resting"),
    ):
        lines.append(f"# TYPE zhangban_deliveries_{name} gauge")
        lines += [
            f'zhangban_deliveries_{name}{{channel="{each.channel}"}} {getattr(each, value)}'
            for each in channels
        ]
    return lines
