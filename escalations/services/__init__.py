"""What is done to escalated complaints: keyword-only, atomic, with the event inside."""
