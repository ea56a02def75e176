"""Oscar asks a public host for jQuery before it takes its own copy; in tests no request leaves this machine."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

OUTSIDE = re.compile(rb"https://ajax\.googleapis\.com/[^\"']+/jquery\.min\.js")
OWN_COPY = b"/static/oscar/js/jquery/jquery.min.js"


def offline(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A middleware: pages name oscar's own jQuery."""

    def answered(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        if response.get("Content-Type", "").startswith("text/html"):
            response.content = OUTSIDE.sub(OWN_COPY, response.content)
        return response

    return answered
