"""A small OpenID Connect provider: discovery, keys, and the authorization code flow with PKCE, over real HTTP.

It keeps the rules of the protocol towards its client; what it says in a token can be made wrong on purpose.
"""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from config.settings import IdentityProvider

CLIENT, SECRET = "platinum", "the client's secret"


@dataclass
class Provider:
    """Somebody is always signed in there: whoever `claims` say."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"}))
    shown: RSAKey | None = None
    breaks: str = ""
    asked: dict[str, str] = field(default_factory=dict)
    tokens: int = 0
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def settings(self) -> IdentityProvider:
        return IdentityProvider(self.issuer, CLIENT, SECRET)

    def says(self, **claims: Any) -> "Provider":
        """What the next tokens claim beside the usual; None leaves a claim out."""
        self.claims |= claims
        return self

    def app(self) -> Flask:
        app = Flask("identity provider")
        app.add_url_rule("/.well-known/openid-configuration", "discovery", self._discovery)
        app.add_url_rule("/jwks", "jwks", self._keys)
        app.add_url_rule("/authorize", "authorize", self._authorize)
        app.add_url_rule("/token", "token", self._token, methods=["POST"])
        return app

    def _discovery(self) -> ResponseReturnValue:
        if self.breaks == "discovery":
            return "out of order", 503
        return jsonify(
            issuer=self.issuer,
            authorization_endpoint=f"{self.issuer}/authorize",
            token_endpoint=f"{self.issuer}/token",
            jwks_uri=f"{self.issuer}/jwks",
            response_types_supported=["code"],
            subject_types_supported=["public"],
            id_token_signing_alg_values_supported=["RS256"],
        )

    def _keys(self) -> ResponseReturnValue:
        return jsonify(KeySet([self.shown or self.key]).as_dict(private=False))

    def _authorize(self) -> ResponseReturnValue:
        self.asked = dict(request.args)
        assert self.asked["client_id"] == CLIENT and self.asked["response_type"] == "code"
        assert "openid" in self.asked["scope"].split() and self.asked["code_challenge_method"] == "S256"
        if self.breaks == "denied":
            return redirect(f"{self.asked['redirect_uri']}?error=access_denied&state={self.asked['state']}")
        code = secrets.token_urlsafe(16)
        self._codes[code] = self.asked
        return redirect(f"{self.asked['redirect_uri']}?code={code}&state={self.asked['state']}")

    def _token(self) -> ResponseReturnValue:
        """Each code once, for the client that proves itself and shows the verifier."""
        asked = self._codes.pop(request.form["code"], None)
        basic = request.authorization
        if not basic or (basic.username, basic.password) != (CLIENT, SECRET):
            return jsonify(error="invalid_client"), 401
        digest = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        shown = {"code_challenge": challenge, "redirect_uri": request.form["redirect_uri"]}
        if asked is None or any(asked[name] != value for name, value in shown.items()):
            return jsonify(error="invalid_grant"), 400
        self.tokens += 1
        answer = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 60}
        return jsonify(answer if self.breaks == "no id_token" else answer | {"id_token": self._signed(asked)})

    def _signed(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        usual = {
            "iss": self.issuer, "sub": "user-1", "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": asked["nonce"],
            "email_verified": True,
        }  # fmt: skip
        claims = {name: value for name, value in (usual | self.claims).items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)
