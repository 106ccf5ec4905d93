"""The provider's error codes, and the answers that carry them."""

from flask import Response, jsonify

MESSAGES = {
    20001: "Unknown parameter value",
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "Internal Server Error",
    20503: "Service Unavailable",
    21201: "No 'To' number is specified",
    21205: "Url is not a valid URL",
    21210: "The source phone number provided is not yet verified for your account",
    21211: "The 'To' number is not a valid phone number",
    21213: "No 'From' number is specified",
    21215: "Account not authorized to call this number: enable the country in the geographic permissions",
    21220: "Call is not in-progress. Cannot redirect",
    21408: "Permission to send an SMS has not been enabled for the region of the 'To' number",
    21602: "Message body is required",
    21603: "A 'From' phone number is required",
    21604: "A 'To' phone number is required",
    21606: "The 'From' phone number is not a valid, SMS-capable number of your account",
    21608: "The 'To' number is unverified: trial accounts cannot send messages to it",
    21610: "Attempt to send to unsubscribed recipient",
    21612: "The 'To' phone number is not currently reachable using the 'From' phone number",
    21614: "The 'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21635: "The 'To' number is a landline",
    30001: "Queue overflow",
    30002: "Account suspended",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    30032: "Toll-free number has not been verified",
    30034: "Message from an unregistered number",
    30410: "The message has been canceled or cannot be canceled any more",
}
STATUSES = {20003: 401, 20404: 404, 20429: 429, 20500: 500, 20503: 503, 21215: 400, 21408: 400}


class Refused(Exception):
    """The API says no, with this code. `status` is the HTTP status, the code's usual one when left out."""

    def __init__(self, code: int, about: str = "", status: int = 0) -> None:
        self.code = code
        self.message = MESSAGES.get(code, "Refused") + (f": {about}" if about else "")
        self.status = status or STATUSES.get(code, 400)
        super().__init__(self.message)


def answer(refused: Refused) -> Response:
    """An error in the API's own form."""
    response = jsonify(
        code=refused.code,
        message=refused.message,
        more_info=f"https://www.twilio.com/docs/errors/{refused.code}",
        status=refused.status,
    )
    response.status_code = refused.status
    if refused.status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
    if refused.status == 429:
        response.headers["Retry-After"] = "1"
    return response
