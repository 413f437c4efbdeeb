"""A small OpenID provider in its own process with its own keys, which can be told to lie.

``python -m tests.accounts.openid_provider PORT``. POST /lies takes JSON: ``claims`` replace those of the next tokens,
``alg`` and ``key`` (``stranger``) choose how they are signed, ``no_token`` leaves the token out, ``issuer`` is what the
discovery page says.
"""

from __future__ import annotations

import json
import secrets
import sys
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

KEY, STRANGER = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
ASKED: dict[str, dict] = {}  # code -> what the portal asked for with it
LIES: dict = {}


class Provider(BaseHTTPRequestHandler):
    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == "/.well-known/openid-configuration":
            self._json(
                {
                    "issuer": LIES.get("issuer", self.issuer),
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "userinfo_endpoint": f"{self.issuer}/userinfo",
                    "jwks_uri": f"{self.issuer}/keys",
                }
            )
        elif address.path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            self._json({"keys": [public | {"kid": "1", "use": "sig", "alg": "RS256"}]})
        elif address.path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            code = secrets.token_urlsafe(8)
            ASKED[code] = asked
            self.send_response(302)
            self.send_header(
                "Location", f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
            )
            self.end_headers()
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/lies":
            LIES.clear()
            LIES.update(json.loads(body))
            self._json({})
            return
        form = {name: values[0] for name, values in parse_qs(body).items()}
        asked = ASKED.pop(form["code"])
        challenge = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        assert challenge == asked["code_challenge"] and form["redirect_uri"] == asked["redirect_uri"]
        assert form["client_secret"] == "bi-mat-cua-cong"
        answer = {"access_token": secrets.token_urlsafe(8), "token_type": "Bearer"}
        self._json(answer if LIES.get("no_token") else answer | {"id_token": self._token(asked)})

    def _token(self, asked: dict) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer, "sub": "can-bo-1", "aud": asked["client_id"], "iat": now, "exp": now + 300,
            "nonce": asked["nonce"], "email": "hanh@truong.example.vn", "email_verified": True, "name": "Trần Thị Hạnh",
        } | LIES.get("claims", {})  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        algorithm = LIES.get("alg", "RS256")
        key = {"none": None, "HS256": "x" * 40}.get(algorithm, STRANGER if LIES.get("key") == "stranger" else KEY)
        return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": LIES.get("kid", "1")})

    def _json(self, answer: dict) -> None:
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args) -> None:
        """Quiet: the test tells what went wrong."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Provider).serve_forever()
