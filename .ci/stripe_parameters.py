"""Runs a command with a line to somebody else's Stripe in between, at the address in MATCHDAY_STRIPE_ENDPOINT, and holds
every parameter that our adapter sends through it to the types that Stripe generates for its Python package.

    stripe_parameters.py GATEWAY COMMAND...

Fails when the command does, when a parameter is unknown or has the wrong type, or when an operation was never seen.
"""

import os
import re
import subprocess
import sys
import threading
import typing
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import typing_extensions
from stripe import params
from stripe._request_options import RequestOptions

INTENT = r"/v1/payment_intents/pi_\w+"
# Every operation of the adapter: its method, its path and the type of its parameters.
OPERATIONS = {
    "open": ("POST", r"/v1/payment_intents", params.PaymentIntentCreateParams),
    "confirm": ("POST", INTENT + "/confirm", params.PaymentIntentConfirmParams),
    "capture": ("POST", INTENT + "/capture", params.PaymentIntentCaptureParams),
    "void": ("POST", INTENT + "/cancel", params.PaymentIntentCancelParams),
    "look up": ("GET", INTENT, params.PaymentIntentRetrieveParams),
    "refund": ("POST", r"/v1/refunds", params.RefundCreateParams),
    "look up refunds": ("GET", r"/v1/refunds", params.RefundListParams),
    "list disputes": ("GET", r"/v1/disputes", params.DisputeListParams),
    "list transfers": ("GET", r"/v1/balance_transactions", params.BalanceTransactionListParams),
}
# What Stripe takes and localstripe refuses: it is checked here and goes no further.
NOT_AT_LOCALSTRIPE = {"allowed_payment_method_types[]", "return_url"}
# The adapter never sends these; only the tests do, to prepare the other side.
PREPARATIONS = (r"/v1/payment_methods", INTENT + "/_authenticate", r"/_config/webhooks/\w+")


def document(pairs):
    """Form fields such as `metadata[order_id]` and `payment_method_types[]` as the document that they stand for."""
    root = {}
    for name, text in pairs:
        path = [re.match(r"[^\[]*", name).group()] + re.findall(r"\[([^\]]*)\]", name)
        place = root
        for here, following in zip(path, path[1:]):
            place = place.setdefault(here, [] if following == "" else {})
        place.append(text) if isinstance(place, list) else place.__setitem__(path[-1], text)
    return root


def resolved(expected, module):
    """A type without the marks of a TypedDict's fields, and with its names looked up where they were written."""
    if isinstance(expected, typing.ForwardRef):
        expected = expected.__forward_arg__
    if isinstance(expected, str):
        return resolved(eval(expected, vars(sys.modules[module])), module)
    if getattr(typing.get_origin(expected), "_name", "") in ("NotRequired", "Required"):
        return resolved(typing.get_args(expected)[0], module)
    return expected


def alternatives(expected, module):
    expected = resolved(expected, module)
    is_union = typing.get_origin(expected) is typing.Union or type(expected).__name__ == "UnionType"
    if not is_union:
        return [expected]
    found = [one for part in typing.get_args(expected) for one in alternatives(part, module)]
    # A list of words that is open for words of next year: ours must be one of those that are known.
    words = [one for one in found if typing.get_origin(one) is typing.Literal and any(typing.get_args(one))]
    return [one for one in found if one is not str] if words else found


def faults(value, expected, at, module):
    """Why a value is not of its type, or nothing."""
    tries = [faults_in_one(value, one, at, module) for one in alternatives(expected, module)]
    return min(tries, key=len) if tries else [f"{at} has no type"]


def faults_in_one(value, expected, at, module):
    origin, arguments = typing.get_origin(expected), typing.get_args(expected)
    if typing_extensions.is_typeddict(expected):
        if not isinstance(value, dict):
            return [f"{at} is no object"]
        return faults_in_fields(value, expected, at)
    if origin is typing.Literal:
        return [] if value in arguments else [f"{at} is {value!r} and none of {arguments}"]
    if origin is list and isinstance(value, list):
        return [fault for part in value for fault in faults(part, arguments[0], f"{at}[]", module)]
    if origin is dict and isinstance(value, dict):
        return [fault for key, part in value.items() for fault in faults(part, arguments[1], f"{at}[{key}]", module)]
    if expected is int:
        return [] if isinstance(value, str) and re.fullmatch(r"-?\d+", value) else [f"{at} is no whole number: {value!r}"]
    if expected is bool:
        return [] if value in ("true", "false") else [f"{at} is neither true nor false: {value!r}"]
    if expected is str:
        return [] if isinstance(value, str) else [f"{at} is no text: {value!r}"]
    return [f"{at} is not {expected}: {value!r}"]


def faults_in_fields(value, expected, at):
    fields = {name: kind for name, kind in expected.__annotations__.items() if name not in RequestOptions.__annotations__}
    found = [f"{at} has no {name}" for name in expected.__required_keys__ & fields.keys() - value.keys()]
    for name, part in value.items():
        if name not in fields:
            found.append(f"{at} knows no {name}")
        else:
            found += faults(part, fields[name], f"{at}.{name}", expected.__module__)
    return found


class Line(BaseHTTPRequestHandler):
    gateway, seen, found = "", set(), []

    def do_GET(self):
        self.pass_on(None)

    def do_POST(self):
        self.pass_on(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

    def pass_on(self, body):
        address = urllib.parse.urlsplit(self.path)
        pairs = urllib.parse.parse_qsl(address.query if body is None else body, keep_blank_values=True)
        self.check(address.path, document(pairs))
        if body is not None:
            kept = [(name, text) for name, text in pairs if name not in NOT_AT_LOCALSTRIPE]
            body = urllib.parse.urlencode(kept).encode()
        names = ("Authorization", "Content-Type")
        headers = {name: self.headers[name] for name in names if name in self.headers}
        request = urllib.request.Request(self.gateway + self.path, body, headers, method=self.command)
        try:
            answer = urllib.request.urlopen(request, timeout=30)
        except urllib.error.HTTPError as refusal:
            answer = refusal
        with answer:
            text = answer.read()
            self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def check(self, path, sent):
        for name, (method, pattern, expected) in OPERATIONS.items():
            if method == self.command and re.fullmatch(pattern, path):
                self.seen.add(name)
                self.found.extend(faults_in_fields(sent, expected, name))
                return
        if not any(re.fullmatch(pattern, path) for pattern in PREPARATIONS):
            self.found.append(f"{self.command} {path} is no operation that is known here")

    def log_message(self, *_):
        """Says nothing."""


def main(gateway, command):
    Line.gateway = gateway
    server = ThreadingHTTPServer(("127.0.0.1", 0), Line)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = os.environ | {"MATCHDAY_STRIPE_ENDPOINT": f"http://127.0.0.1:{server.server_port}"}
    status = subprocess.run(command, env=environment).returncode
    found = sorted(set(Line.found)) + [f"{name} was never sent" for name in OPERATIONS.keys() - Line.seen]
    for fault in found:
        print(f"stripe's parameters: {fault}", file=sys.stderr)
    print(f"{len(Line.seen)} operations sent, {len(found)} faults")
    return 1 if found else status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
