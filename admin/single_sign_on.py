"""Sign in with the account of one's organisation: OpenID Connect, the authorization code flow with PKCE.

Authlib keeps state, nonce and verifier in the browser's session, and checks them and the token's signature, issuer,
audience and times. Who comes back must be a user on file: the provider proves the address, and gives no role.
"""

import logging
from typing import Any, Protocol

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App
from flask import session
from flask.typing import ResponseReturnValue
from joserfc.errors import JoseError
from sqlalchemy.orm import Session

from admin import accounts
from admin.guard import Doors
from admin.identity_provider import Provider, name_of
from admin.sign_in_form import SignInForm, Wrong, ask, wanted
from models.account import User
from models.database import Database

log = logging.getLogger("console")
BACK = "/sign-in/oidc/back"
PATIENCE = 5
"""Seconds for each request to the provider."""
NEXT = "after_oidc"
FAILED = "Signing in with {name} did not work. Try again; if it fails again, sign in with your password."
UNVERIFIED = "{name} does not vouch for your e-mail address: verify it there, or sign in with your password."
UNKNOWN = "Nobody here has the e-mail address that {name} gave. An admin can add you."
TROUBLE = (AuthlibBaseError, JoseError, requests.RequestException, ValueError, KeyError, RuntimeError)
"""What a provider may answer, or fail to."""


class Welcome(Protocol):
    """What the door does with a user who has proved who they are."""

    def welcome(self, user: User) -> Wrong | None: ...
    def onward(self, target: str) -> ResponseReturnValue: ...


class SingleSignOn:
    def __init__(self, database: Database, provider: Provider, public_url: str, door: Welcome, limiter: Any) -> None:
        self._database = database
        self._door = door
        self._limiter = limiter
        self._back = f"{public_url}{BACK}"
        self._name = name_of(provider)
        self._claims = {
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": provider.client_id},
        }
        self._client = FlaskOAuth2App(
            FlaskIntegration("oidc"),
            "oidc",
            client_id=provider.client_id,
            client_secret=provider.client_secret,
            server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid email",
                "code_challenge_method": "S256",
                "default_timeout": PATIENCE,
            },
        )

    def open(self, doors: Doors) -> None:
        slowed = self._limiter.shared_limit("30 per minute", "oidc")
        doors.open("/sign-in/oidc", "sign_in_oidc", slowed(self.leave), None)
        doors.open(BACK, "sign_in_oidc_back", slowed(self.come_back), None)

    def leave(self) -> ResponseReturnValue:
        """To the provider; where the visitor wanted to go is remembered."""
        session[NEXT] = wanted()
        try:
            answer: ResponseReturnValue = self._client.authorize_redirect(self._back)
        except TROUBLE as error:
            return self._refuse(FAILED, error)
        return answer

    def come_back(self) -> ResponseReturnValue:
        """From the provider, with a code that we change for a token."""
        target = session.pop(NEXT, "/")
        try:
            token = self._client.authorize_access_token(claims_options=self._claims)
            claims = dict(token["userinfo"])
            email = str(claims["email"])
        except TROUBLE as error:
            return self._refuse(FAILED, error)
        if claims.get("email_verified") is not True:
            return self._refuse(UNVERIFIED)
        with self._database.read() as rows:
            user = _active(rows, email)
        if user is None or self._door.welcome(user) is not None:
            return self._refuse(UNKNOWN)
        return self._door.onward(target)

    def _refuse(self, words: str, error: Exception | None = None) -> ResponseReturnValue:
        """The sign-in page says what to do; the log says why."""
        if error:
            log.warning("the sign-in with %s failed: %s: %s", self._name, type(error).__name__, error)
        return ask(SignInForm(formdata=None), Wrong(words.format(name=self._name)), "/", None)


def _active(rows: Session, email: str) -> User | None:
    user = accounts.by_email(rows, email)
    return user if user and user.deactivated_at is None else None
