"""Goodwill remedies (U-48, Q-05): granted within one's authority, else asked for and decided."""
