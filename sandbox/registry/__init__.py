"""The three registries that a unit's registration is checked against."""
