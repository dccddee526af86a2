"""The channels by which a message leaves the house: each knows a phone, none knows a table."""
