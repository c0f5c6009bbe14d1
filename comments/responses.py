"""An answer that Django lacks."""

from django.http import HttpResponseRedirect


class SeeOther(HttpResponseRedirect):
    """303: the answer to a form is a page to get (RFC 9110, section 15.4.4)."""

    status_code = 303
