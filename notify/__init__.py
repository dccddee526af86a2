"""Turns debts (models.outbox) into messages and pushes; knows no handler and no route."""
