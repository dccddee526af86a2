"""What people are told: one text per topic, and its shape on each channel."""
