"""What the environment says, read once by the settings.

The names are part of the stable interface: `DATABASE_URL`, `REDIS_URL`, `SECRET_KEY`, `ALLOWED_HOSTS`, `DEBUG`,
`EMAIL_URL`, `EMAIL_FROM`, `SMS_GATEWAY_URL`, `WECOM_ROBOT_URL`, `DINGTALK_ROBOT_URL`, `MEDIA_ROOT`,
`ATTACHMENT_SCANNER`, `DEMO`,
`OIDC_ISSUER`, `OIDC_CLIENT_ID`, `OIDC_CLIENT_SECRET`, `OIDC_USERNAME_CLAIM`, `OIDC_NAME`.
`docs/operating.md` describes them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

# SQLite without lock errors under load: the write lock is taken when a transaction starts, readers do not block it.
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"
DINGTALK = "https://oapi.dingtalk.com/robot/send"
MAIL_PORTS = {"smtp": 25, "smtps": 587, "smtp+tls": 587, "smtp+ssl": 465}
# Compiling a query takes longer than any of ours runs: the monitor spent half its time on it.
POSTGRES_OPTIONS: dict[str, Any] = {
    "pool": {"min_size": 1, "max_size": 12, "timeout": 20},
    "options": "-c jit=off",
}


@dataclass(frozen=True)
class Environment:
    """The product's environment; None where a variable is not set and the settings choose."""

    database: dict[str, Any]
    redis_url: str | None
    secret_key: str | None
    allowed_hosts: list[str] | None
    debug: bool | None
    email: dict[str, Any] | None
    email_from: str
    sms_gateway_url: str | None
    wecom_robot_url: str
    dingtalk_robot_url: str
    media_root: Path
    attachment_scanner: str
    demo: bool
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str
    oidc_username_claim: str
    oidc_name: str


def read() -> Environment:
    """Read the process environment. Raises ImproperlyConfigured when a variable is malformed."""
    env = environ.Env()
    return Environment(
        database=_database(env),
        redis_url=env.str("REDIS_URL", default="") or None,
        secret_key=env.str("SECRET_KEY", default="") or None,
        allowed_hosts=env.list("ALLOWED_HOSTS") if "ALLOWED_HOSTS" in env.ENVIRON else None,
        debug=env.bool("DEBUG") if "DEBUG" in env.ENVIRON else None,
        email=_email(env),
        email_from=env.str("EMAIL_FROM", default="") or "bihuan@localhost",
        sms_gateway_url=_web_address(env, "SMS_GATEWAY_URL") or None,
        wecom_robot_url=_web_address(env, "WECOM_ROBOT_URL") or WECOM,
        dingtalk_robot_url=_web_address(env, "DINGTALK_ROBOT_URL") or DINGTALK,
        media_root=Path(env.str("MEDIA_ROOT", default="") or VAR_DIR / "media"),
        attachment_scanner=env.str("ATTACHMENT_SCANNER", default=""),
        demo=env.bool("DEMO", default=False),
        **_single_sign_on(env),
    )


def _database(env: environ.Env) -> dict[str, Any]:
    """The default database, with the options that the trials found necessary for its engine."""
    url = env.str("DATABASE_URL", default="")  # set to nothing is not set
    if not url:
        VAR_DIR.mkdir(exist_ok=True)
    database: dict[str, Any] = env.db_url_config(url or f"sqlite:///{VAR_DIR / 'db.sqlite3'}")
    # Django refuses persistent connections together with a pool.
    database["CONN_MAX_AGE"] = 0
    if database["ENGINE"].endswith("sqlite3"):
        database["OPTIONS"] = SQLITE_OPTIONS | database.get("OPTIONS", {})
    else:
        database["OPTIONS"] = POSTGRES_OPTIONS | database.get("OPTIONS", {})
        # A cluster made without a locale would give test databases that count bytes, not characters.
        database["TEST"] = {"CHARSET": "UTF8", "TEMPLATE": "template0"}
    return database


def _email(env: environ.Env) -> dict[str, Any] | None:
    """Django's e-mail settings, None where no mail is sent. What is wrong is said without the password."""
    if not env.str("EMAIL_URL", default=""):
        return None
    try:
        email: dict[str, Any] = env.email_url("EMAIL_URL")
        scheme = urlsplit(env.str("EMAIL_URL")).scheme
    except (ValueError, ImproperlyConfigured):
        email, scheme = {}, ""
    if scheme not in MAIL_PORTS or not email.get("EMAIL_HOST"):
        raise ImproperlyConfigured(
            "EMAIL_URL cannot be read. Write it like smtp+tls://user:password@mail.example.cn:587 "
            f"({', '.join(MAIL_PORTS)}), special characters in the password as %XX."
        )
    return email | {"EMAIL_PORT": email["EMAIL_PORT"] or MAIL_PORTS[scheme]}


def _single_sign_on(env: environ.Env) -> dict[str, str]:
    """The OpenID Connect provider; "" all through where people log in with passwords only."""
    names = ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    given = {name.lower(): env.str(name, default="") for name in names}
    issuer = _web_address(env, "OIDC_ISSUER")
    missing = [name for name in names if issuer and not given[name.lower()]]
    if missing:
        raise ImproperlyConfigured(f"OIDC_ISSUER is set, {' and '.join(missing)} not. Set them all or none.")
    return given | {
        "oidc_issuer": issuer,
        "oidc_username_claim": env.str("OIDC_USERNAME_CLAIM", default="") or "preferred_username",
        "oidc_name": env.str("OIDC_NAME", default=""),
    }


def _web_address(env: environ.Env, name: str) -> str:
    """An address to send to, "" where it is not set."""
    text: str = env.str(name, default="")
    try:
        parts = urlsplit(text)
        is_fine = not text or (parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0)
    except ValueError:
        is_fine = False
    if not is_fine:
        raise ImproperlyConfigured(f"{name} is no web address. Write it like https://sms.example.cn/send.")
    return text
