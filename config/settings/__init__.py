"""Settings: `base` is shared; `dev` (default), `test` and `prod` differ where they must."""
