"""The prefectures of 黑龙江 as labels, and sixteen invented agency windows in them."""

from models.codes.area import PREFECTURES
from server.demo.shapes import DemoAgency, DemoRegion

REGIONS = (
    DemoRegion("230000", "省直"),
    *(DemoRegion(f"{four}00", name) for four, name in PREFECTURES.items()),
)
_HOURS = "工作日 8:30-11:30,13:30-17:00"
_HOTLINE = "12333"


def _agency(number: int, region: DemoRegion, office: str) -> DemoAgency:
    return DemoAgency(
        key=f"agency-{number:02d}",
        region_code=region.code,
        name=f"{region.name}{office}(演示)",
        address=f"{region.name}演示路{number}号",
        phone=_HOTLINE,
        hours=_HOURS,
    )


AGENCIES = (
    *(_agency(number, region, "社会保险经办窗口") for number, region in enumerate(REGIONS, 1)),
    _agency(15, REGIONS[0], "机关事业单位养老保险窗口"),
    _agency(16, REGIONS[1], "机关事业单位养老保险窗口"),
)
