"""Invented units and people that show every situation of the seed manual; no database here."""
