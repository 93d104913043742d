"""Accounts: passwords, locks, second factors, sessions, single sign-on."""
