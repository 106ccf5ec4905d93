"""How Twilio's REST API is reached, and what its refusals mean to us."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from urllib3.exceptions import MaxRetryError, NewConnectionError

from paging.carriers import codes
from paging.carriers.protocol import (
    AccountRefused,
    AmbiguousFailure,
    ConfigurationFailure,
    PermanentFailure,
    SendFailure,
    TemporaryFailure,
)
from paging.carriers.twilio.download import Download, download

PROVIDER = "https://api.twilio.com"
TIMEOUT = 10.0  # seconds; less than a delivery's lease
NOT_FOUND = "20404"
REFUSED = "20003"
Answer = TypeVar("Answer")


class RedirectingClient(TwilioHttpClient):
    """Twilio's own client, at another address where one is given (see `redirected`)."""

    def __init__(self, api_url: str | None) -> None:
        super().__init__(timeout=TIMEOUT)
        self.api_url = (api_url or PROVIDER).rstrip("/")
        self._elsewhere = self.api_url != PROVIDER
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=32)
        assert self.session is not None
        self.session.mount(f"{urlsplit(self.api_url).scheme}://", adapter)

    def request(self, method: str, url: str, *args: object, **kwargs: object) -> Response:  # type: ignore[override]
        return super().request(method, self._address(url), *args, **kwargs)  # type: ignore[arg-type]

    def download(self, url: str, auth: tuple[str, str]) -> Download:
        """A file, cut where it is too large. Raises requests.RequestException."""
        assert self.session is not None
        return download(self.session, self._address(url), auth)

    def _address(self, url: str) -> str:
        return redirected(url, self.api_url) if self._elsewhere else url


class ApiClient(Protocol):
    """The SDK's way to the provider, and a plain one for files, which the SDK would take for text."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response: ...

    def download(self, url: str, auth: tuple[str, str]) -> Download: ...


def redirected(url: str, api_url: str) -> str:
    """Where a request for one of the provider's hosts goes when its API is at `api_url`.

    The main host's paths follow `api_url` as they are, since they begin with the API's date. Every other product has a
    host of its own and paths that another may have too, so its name comes first:
    https://voice.twilio.com/v1/Settings is API_URL/voice/v1/Settings.
    """
    parts = urlsplit(url)
    host = f"{parts.scheme}://{parts.netloc}"
    product = (parts.hostname or "").partition(".")[0]
    return f"{api_url}{'' if product == 'api' else f'/{product}'}{url.removeprefix(host)}"


def answer(call: Callable[[], Answer], number: str = "") -> Answer:
    """The call's answer, or the failure that it means for what was to go to `number`."""
    try:
        return call()
    except (TwilioRestException, TwilioServiceException) as error:
        raise meaning(error.status, str(error.code or ""), _text_of(error), number) from error
    except requests.ConnectTimeout as error:
        raise TemporaryFailure("the carrier does not answer") from error
    except requests.ConnectionError as error:
        if _never_connected(error):
            raise TemporaryFailure("the carrier cannot be reached") from error
        raise AmbiguousFailure("the connection broke before the carrier answered") from error
    except requests.RequestException as error:
        raise AmbiguousFailure("the carrier did not answer in time") from error
    except (TwilioException, ValueError) as error:
        raise AmbiguousFailure("the carrier's answer could not be read") from error


def _text_of(error: TwilioRestException | TwilioServiceException) -> str:
    return str(error.msg if isinstance(error, TwilioRestException) else error.title)


def meaning(status: int, code: str, text: str, number: str) -> SendFailure:
    if codes.is_configuration(code):
        kind = AccountRefused if code in codes.OF_THE_ACCOUNT else ConfigurationFailure
        return kind(codes.in_words(code, number), code)
    if status == 401:
        return AccountRefused("the carrier refuses the account", code or REFUSED)
    if status == 403:
        return ConfigurationFailure("the carrier refuses the account", code)
    if code in codes.TEMPORARY or status == 429 or status >= 500:
        return TemporaryFailure(f"the carrier cannot take it now: {text}", code, code not in codes.OF_THE_NUMBER)
    return PermanentFailure(f"the carrier refuses it: {text}", code)


def _never_connected(error: requests.ConnectionError) -> bool:
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
