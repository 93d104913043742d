"""A tiny OpenID Connect provider on the loopback: it says about whoever comes what the test tells it to say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.factories.servers import serving

CLIENT_ID, SECRET = "bihuan", "a secret between the two"


@dataclass
class Provider:
    """What it says (`claims`), with which key it signs, and what it was asked."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, parameters={"kid": "1"}))
    signs_with: RSAKey | None = None  # another key than the published one
    asked: dict[str, list[str]] = field(default_factory=dict)

    def come_from(self, address: str) -> dict[str, str]:
        """The person arrives from `address` and is sent back with these parameters."""
        self.asked = parse_qs(urlsplit(address).query)
        return {"code": "a code", "state": self.asked["state"][0]}

    def word(self) -> str:
        """The signed word about the person."""
        now = int(datetime.now(UTC).timestamp())
        known = {"iss": self.issuer, "aud": CLIENT_ID, "sub": "1", "iat": now, "exp": now + 60}
        claims = known | {"nonce": self.asked["nonce"][0]} | self.claims
        return jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.signs_with or self.key)

    def documents(self) -> dict[str, Any]:
        """What stands at its addresses."""
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
            },
            "/keys": {"keys": [self.key.as_dict(private=False)]},
        }


@contextmanager
def oidc_provider() -> Iterator[Provider]:
    """A provider on a free port."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.say(provider.documents()[self.path])

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.say({"access_token": "t", "token_type": "Bearer", "id_token": provider.word()})

        def say(self, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
        with serving(server):
            yield provider
