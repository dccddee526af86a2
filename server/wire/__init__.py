"""The JSON of the API: what clients send, what they get, and how rows and records become it."""
