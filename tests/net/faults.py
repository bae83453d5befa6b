"""What the modes of server.py are made of: the request, a good answer to it, and the table of modes."""

import functools
import hashlib
import os
import re
import select
import socket
import struct
import time
import urllib.parse

MODES = {}


def mode(*names):
    """Register a function as the fault mode(s) of these names."""

    def register(function):
        for name in names:
            if name in MODES:
                raise ValueError("two modes named " + name)
            MODES[name] = function
        return function

    return register


class Hangup(Exception):
    """The client went away."""


class Request:
    """One request, and the means to answer it well or badly."""

    def __init__(self, handler, method, target, version, headers):
        self.handler = handler
        self.server = handler.server
        self.connection = handler.connection
        self.method = method
        self.target = target
        self.version = version
        self.headers = headers
        self.keep_alive = False
        self.status = None
        self.sent = 0
        self.body_sent = 0
        path = re.sub("^https?://[^/]*", "", target.split("?", 1)[0])
        parts = [urllib.parse.unquote(part) for part in path.lstrip("/").split("/", 1)]
        self.mode, _, self.argument = parts[0].partition(":")
        self.path = parts[1] if len(parts) > 1 else ""
        if method == "CONNECT":
            self.mode, self.argument, self.path = "connect", target, ""

    def file(self):
        """The bytes of the file asked for; None when there is none (or it lies outside the root)."""
        root = os.path.realpath(self.server.root)
        path = os.path.realpath(os.path.join(root, self.path))
        if not path.startswith(root + os.sep) or not os.path.isfile(path):
            return None
        with open(path, "rb") as stream:
            return stream.read()

    def hit(self):
        """How many times this very target has been asked for, this time included: 1, 2, ..."""
        return self.server.hit(self.target)

    def raw(self, data):
        """Send bytes as they are."""
        try:
            self.connection.sendall(data)
        except OSError as error:
            raise Hangup(str(error)) from error
        self.sent += len(data)

    def head(self, status, reason, fields=(), length=None):
        """Send a status line and header fields. bytes are sent as they are, text as UTF-8."""
        self.status = status
        lines = [b"HTTP/1.1 %d " % status + _bytes(reason)]
        if length is not None:
            lines.append(b"Content-Length: %d" % length)
        lines += [_bytes(name) + b": " + _bytes(value) for name, value in fields]
        if not self.keep_alive:
            lines.append(b"Connection: close")
        self.raw(b"\r\n".join(lines) + b"\r\n\r\n")

    def body(self, data):
        """Send a body, unless the request was HEAD."""
        if self.method != "HEAD":
            self.raw(data)
            self.body_sent += len(data)

    def chunk(self, data):
        """Send one chunk of a chunked body (an empty one ends it)."""
        if self.method != "HEAD":
            self.raw(b"%x\r\n" % len(data) + data + b"\r\n")
            self.body_sent += len(data)

    def answer(self, status, reason, data, kind="application/octet-stream", fields=()):
        """A whole and honest response."""
        self.head(status, reason, [("Content-Type", kind), *fields], len(data))
        self.body(data)

    def not_found(self):
        self.answer(404, "Not Found", b"no such file\n", "text/plain")

    def wait_for_hangup(self, seconds=60.0):
        """Say nothing until the client closes its side, or until the time is over."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.server.closing.is_set():
            readable, _, _ = select.select([self.connection], [], [], 0.1)
            if readable:
                try:
                    if not self.connection.recv(1, socket.MSG_PEEK):
                        raise Hangup("closed by the client")
                except OSError as error:
                    raise Hangup(str(error)) from error
                time.sleep(0.05)

    def reset(self):
        """End the connection with a TCP reset instead of an orderly close."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.handler.drop()

    def url(self, mode_name, path=None):
        """A URL of this server."""
        return "http://127.0.0.1:%d/%s/%s" % (self.server.port, mode_name, self.path if path is None else path)

    def asked_from(self):
        """Where the range asked for begins; None without a Range (or with one we do not understand)."""
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("range", ""))
        return int(match.group(1)) if match else None


def _bytes(text):
    return text if isinstance(text, bytes) else text.encode("utf-8")


NASTY = b"\x1b]0;owned\x07\x1b[31mred\x9b31m\xc2\x9b\xe2\x80\xae\x08\x7f"

PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>Sign in to Guest WiFi</title></head>\n"
    b"<body><h1>Welcome</h1><p>Please log in to use the network.</p></body></html>\n"
)


# ---------------------------------------------------------------- the modes
#
# Each gets the Request. With @needs_file below @mode it gets the bytes of the file, too; without it there is nothing
# to look up.


def needs_file(function):
    """Wrap a mode that takes (request, data): answers 404 itself when there is no such file."""

    @functools.wraps(function)
    def with_file(request):
        data = request.file()
        if data is None:
            return request.not_found()
        return function(request, data)

    return with_file


def fraction(data, share):
    """The first `share` of the data, but never all of it."""
    return data[: min(len(data) - 1, int(len(data) * share))] if data else data


DATE = "Thu, 01 Oct 2026 00:00:00 GMT"


def etag_of(data):
    """A strong validator: the same for the same bytes, and no other."""
    return '"%s"' % hashlib.sha256(data).hexdigest()[:20]


def range_of(text, size):
    """First and last byte of a Range of one part; "bad" when it is none we know; None when there is no such part."""
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", text.replace(" ", ""))
    if not match or match.groups() == ("", ""):
        return "bad"
    first, last = match.groups()
    if first == "":
        return (max(0, size - int(last)), size - 1) if int(last) > 0 and size > 0 else None
    if last != "" and int(last) < int(first):
        return "bad"
    if int(first) >= size:
        return None
    return int(first), min(size - 1, int(last)) if last else size - 1


def serve_part(request, data, send=None, etag=None, modified=DATE):
    """What a good server does with Range and If-Range (RFC 9110, 13.1.5 and 14.2): 200, 206 or 416.

    `send` takes the place of request.body; `etag` and `modified` of what the file itself would have ("": none).
    """
    etag = etag_of(data) if etag is None else etag
    fields = [("Content-Type", "application/octet-stream"), ("Accept-Ranges", "bytes")]
    fields += [("ETag", etag)] if etag else []
    fields += [("Last-Modified", modified)] if modified else []
    wanted = request.headers.get("range")
    condition = request.headers.get("if-range")
    # compared strongly: a weak validator is never the same as anything
    same = [modified, etag if etag.startswith('"') else ""]
    if condition is not None and (not condition or condition not in same):
        wanted = None
    part = range_of(wanted, len(data)) if wanted is not None and request.method == "GET" else "bad"
    if part is None:
        page = b"<html><title>416 Range Not Satisfiable</title></html>\n"
        request.head(416, "Range Not Satisfiable", [("Content-Range", "bytes */%d" % len(data))], len(page))
        request.body(page)
        return
    if part == "bad":
        request.head(200, "OK", fields, len(data))
        first, last = 0, len(data) - 1
    else:
        first, last = part
        fields.append(("Content-Range", "bytes %d-%d/%d" % (first, last, len(data))))
        request.head(206, "Partial Content", fields, last - first + 1)
    (send or request.body)(data[first : last + 1])
