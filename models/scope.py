"""What an officer may see: units by the agencies that keep their insured relations."""

from tortoise.expressions import Q

from models.actor import Post


def relations_in(post: Post) -> Q:
    """Relations kept by the officer's agency, or by an agency of the region served.

    An officer with neither sees nothing. Every query of an officer for units, relations or grants
    goes through this or `units_in`.
    """
    kept = Q(agency_id=post.agency)
    prefix = area_prefix(post.region)
    return kept | Q(agency__region__startswith=prefix) if prefix else kept


def units_in(post: Post) -> Q:
    """Units with at least one relation in the officer's scope."""
    kept = Q(relations__agency_id=post.agency)
    prefix = area_prefix(post.region)
    return kept | Q(relations__agency__region__startswith=prefix) if prefix else kept


def area_prefix(region: str) -> str:
    """The digits that every area code within a region begins with: `230100` → `2301`."""
    digits = region
    while len(digits) > 2 and digits.endswith("00"):
        digits = digits[:-2]
    return digits
