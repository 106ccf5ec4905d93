"""A virtual phone company: the application and the provider's own SDK cannot tell it from the real one.

`Company(database, transport, account_sid, auth_token, line_number, public_url)` is the company, `Runner(company)` lets
it live in real time, `create_api(company)` is the provider's REST API, `create_page(company)` the telephones on a desk,
`Mailbox(database)` the carrier of e-mails, `play` a demonstration call, `terminal` a telephone for the command line.
"""

from simulator.api import create_api
from simulator.company import Company
from simulator.demonstration import play
from simulator.exchange import SPEECH_PACE
from simulator.mail import Mailbox
from simulator.page import create_page
from simulator.runner import Runner
from simulator.terminal import terminal
from simulator.transport import HttpTransport, Transport, WsgiTransport

__all__ = [
    "SPEECH_PACE",
    "Company",
    "HttpTransport",
    "Mailbox",
    "Runner",
    "Transport",
    "WsgiTransport",
    "create_api",
    "create_page",
    "play",
    "terminal",
]
