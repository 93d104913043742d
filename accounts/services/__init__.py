"""Every write to accounts: keyword-only, `by=`, atomic, recorded in the access log."""
