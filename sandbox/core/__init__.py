"""The core system that keeps the units' insured relations."""
