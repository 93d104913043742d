"""What the environment says, read once by the settings.

The names are part of the stable interface: `DATABASE_URL`, `REDIS_URL`, `SECRET_KEY`, `ALLOWED_HOSTS`, `DEBUG`,
`EMAIL_URL`, `SMS_GATEWAY_URL`, `MEDIA_ROOT`, `DEMO`. `docs/operating.md` describes them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

# SQLite without lock errors under load: the write lock is taken when a transaction starts, readers do not block it.
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}
POSTGRES_OPTIONS: dict[str, Any] = {"pool": {"min_size": 1, "max_size": 12, "timeout": 20}}


@dataclass(frozen=True)
class Environment:
    """The product's environment; None where a variable is not set and the settings choose."""

    database: dict[str, Any]
    redis_url: str | None
    secret_key: str | None
    allowed_hosts: list[str] | None
    debug: bool | None
    email: dict[str, Any] | None
    sms_gateway_url: str | None
    media_root: Path
    demo: bool


def read() -> Environment:
    """Read the process environment. Raises ImproperlyConfigured when a variable is malformed."""
    env = environ.Env()
    return Environment(
        database=_database(env),
        redis_url=env.str("REDIS_URL", default="") or None,
        secret_key=env.str("SECRET_KEY", default="") or None,
        allowed_hosts=env.list("ALLOWED_HOSTS") if "ALLOWED_HOSTS" in env.ENVIRON else None,
        debug=env.bool("DEBUG") if "DEBUG" in env.ENVIRON else None,
        email=env.email_url("EMAIL_URL") if env.str("EMAIL_URL", default="") else None,
        sms_gateway_url=env.str("SMS_GATEWAY_URL", default="") or None,
        media_root=Path(env.str("MEDIA_ROOT", default="") or VAR_DIR / "media"),
        demo=env.bool("DEMO", default=False),
    )


def _database(env: environ.Env) -> dict[str, Any]:
    """The default database, with the options that the trials found necessary for its engine."""
    if not env.str("DATABASE_URL", default=""):
        VAR_DIR.mkdir(exist_ok=True)
    database: dict[str, Any] = env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")
    # Django refuses persistent connections together with a pool.
    database["CONN_MAX_AGE"] = 0
    if database["ENGINE"].endswith("sqlite3"):
        database["OPTIONS"] = SQLITE_OPTIONS | database.get("OPTIONS", {})
    else:
        database["OPTIONS"] = POSTGRES_OPTIONS | database.get("OPTIONS", {})
        # A cluster made without a locale would give test databases that count bytes, not characters.
        database["TEST"] = {"CHARSET": "UTF8", "TEMPLATE": "template0"}
    return database
