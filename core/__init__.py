"""What every room needs and no trade knows: the clock, errors, ticket numbers, the access log, the admin site."""
