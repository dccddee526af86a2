"""The text message gateway and the mail server."""
