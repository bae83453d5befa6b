#!/usr/bin/env python3
"""A small HTTP/1.1 server with faults to order, for the tests. Standard library only, 127.0.0.1 only.

    server.py --root DIR [--port-file FILE] [--log FILE] [--ends FILE] [--lifetime SECONDS]
              [--cert PEM --key PEM] [--proxy-user USER:PASSWORD] [--deaf]

It takes a free port, prints it on standard output (and writes it to --port-file, by rename, so that whoever
waits for that file finds it whole) and serves until it is killed, or until --lifetime has passed, so that a
test that dies leaves no server behind.

    http://127.0.0.1:PORT/MODE/PATH          DIR/PATH, in the way that MODE says
    http://127.0.0.1:PORT/MODE:ARGUMENT/PATH the same, with an argument (%2F for a slash in it)

It is a proxy, too: CONNECT HOST:PORT leads to loopback addresses, and GET with a whole URL of this machine is
answered by the mode in its path. With --proxy-user both want these credentials. With --cert and --key it speaks
TLS. With --deaf it never accepts a connection, and its backlog is full: whoever connects waits.

`server.py --list-modes` names the modes. A new mode is one function below, with @mode above it: it gets the
request (which can read the file and write pieces of a response) and returns when it has nothing more to say.
The connection is closed after it unless it set `request.keep_alive = True`.

--log gets one JSON line per request when it arrives: {"n","time","method","target","mode","argument","path",
"headers","client"}, header names in lower case. --ends gets one when it is over: {"n","time","target","status",
"sent","body","error"}; sent counts all bytes of the answer, body those of the file.
"""

import argparse
import base64
import email.utils
import functools
import gzip
import hashlib
import json
import os
import re
import select
import socket
import socketserver
import ssl
import struct
import sys
import threading
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


@mode("ok")
@needs_file
def serve_ok(request, data):
    """The file, as a good server sends it: with ETag, Last-Modified, Range and If-Range."""
    request.keep_alive = True
    serve_part(request, data)


@mode("status")
def serve_status(request):
    """Any status by number: /status:418/FILE. (/404/FILE and the like come here too.)"""
    code = int(request.argument or "500")
    reason = {
        400: "Bad Request",
        401: "Unauthorized",
        403: "Forbidden",
        404: "Not Found",
        410: "Gone",
        416: "Range Not Satisfiable",
        429: "Too Many Requests",
        500: "Internal Server Error",
        502: "Bad Gateway",
        503: "Service Unavailable",
        504: "Gateway Timeout",
    }.get(code, "Status %d" % code)
    request.keep_alive = True
    request.answer(code, reason, b"<html><title>%d %s</title></html>\n" % (code, reason.encode()), "text/html")


@mode("html")
def serve_html(request):
    """A login page with status 200, as a captive portal sends."""
    request.answer(200, "OK", PAGE, "text/html; charset=utf-8")


@mode("html-as-gzip")
def serve_html_as_gzip(request):
    """The login page again, but said to be gzip."""
    request.answer(200, "OK", PAGE, "application/gzip")


@mode("empty")
def serve_empty(request):
    """200 and no body at all."""
    request.answer(200, "OK", b"")


@mode("short")
@needs_file
def serve_short(request, data):
    """The length of the whole, 60 percent of the bytes, then an orderly close."""
    request.head(200, "OK", [("Content-Type", "application/octet-stream")], len(data))
    request.body(fraction(data, 0.6))


@mode("reset")
@needs_file
def serve_reset(request, data):
    """60 percent of the bytes, then a TCP reset."""
    request.head(200, "OK", [("Content-Type", "application/octet-stream")], len(data))
    request.body(fraction(data, 0.6))
    time.sleep(0.05)
    request.reset()


@mode("drop")
def serve_drop(request):
    """Closes without a word."""


@mode("garbage")
def serve_garbage(request):
    """An answer that is not HTTP."""
    request.raw(b"\x16\x03\x01\x00\x02\x02\x28 this is no HTTP at all\r\n" * 20)


@mode("chunked")
@needs_file
def serve_chunked(request, data):
    """The whole file in chunks, without a length."""
    request.head(200, "OK", [("Transfer-Encoding", "chunked")])
    for start in range(0, len(data), 1000):
        request.chunk(data[start : start + 1000])
    request.chunk(b"")


@mode("cut-chunked")
@needs_file
def serve_cut_chunked(request, data):
    """Chunks that stop before the last one."""
    request.head(200, "OK", [("Transfer-Encoding", "chunked")])
    request.chunk(fraction(data, 0.6))


@mode("close-delimited")
@needs_file
def serve_close_delimited(request, data):
    """No length and no chunks: the end of the connection is the end of the file."""
    request.head(200, "OK", [("Content-Type", "application/octet-stream")])
    request.body(data)


@mode("close-delimited-cut")
@needs_file
def serve_close_delimited_cut(request, data):
    """The same, cut at 60 percent: nothing in HTTP says so, only the size and the hash do."""
    request.head(200, "OK", [("Content-Type", "application/octet-stream")])
    request.body(fraction(data, 0.6))


@mode("wrong-bytes")
@needs_file
def serve_wrong_bytes(request, data):
    """The right size, one bit flipped in the middle."""
    middle = len(data) // 2
    request.answer(200, "OK", data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])


@mode("wrong-size")
@needs_file
def serve_wrong_size(request, data):
    """A file of another size, honestly sent: half of it. /wrong-size:more/ sends 100 bytes too many."""
    request.answer(200, "OK", data + b"\0" * 99 + b"\1" if request.argument == "more" else data[: len(data) // 2])


@mode("stall")
@needs_file
def serve_stall(request, data):
    """Some bytes and then silence."""
    request.head(200, "OK", [("Content-Type", "application/octet-stream")], len(data))
    request.body(fraction(data, 0.3))
    request.wait_for_hangup()


@mode("no-headers")
def serve_no_headers(request):
    """Takes the request and never says anything."""
    request.wait_for_hangup()


@mode("redirect-loop")
def serve_redirect_loop(request):
    """Redirects to itself for ever."""
    request.keep_alive = True
    request.answer(302, "Found", b"", fields=[("Location", request.url("redirect-loop"))])


@mode("redirect-ok")
@needs_file
def serve_redirect_ok(request, _data):
    """One redirect to the good file."""
    request.keep_alive = True
    request.answer(302, "Found", b"", fields=[("Location", request.url("ok"))])


@mode("redirect-file")
def serve_redirect_file(request):
    """A redirect to a local file, which no client must follow: it lies ready under the root."""
    path = os.path.join(os.path.realpath(request.server.root), request.path)
    request.answer(302, "Found", b"", fields=[("Location", "file://" + urllib.parse.quote(path))])


@mode("redirect-away")
def serve_redirect_away(request):
    """A redirect to plain http on a machine that is not this one (192.0.2.0/24 is nobody's)."""
    request.answer(302, "Found", b"", fields=[("Location", "http://192.0.2.1/" + request.path)])


@mode("endless")
def serve_endless(request):
    """A chunked body that never ends (well, after 256 MiB)."""
    request.head(200, "OK", [("Transfer-Encoding", "chunked")])
    block = b"\x1f\x8b" + b"\0" * 65534
    for _ in range(4096):
        request.chunk(block)


@mode("endless-headers")
def serve_endless_headers(request):
    """Header fields that never end (well, after 16 MiB)."""
    request.raw(b"HTTP/1.1 200 OK\r\n")
    for i in range(4096):
        request.raw(b"X-Filler-%d: " % i + b"a" * 4096 + b"\r\n")


NASTY = b"\x1b]0;owned\x07\x1b[31mred\x9b31m\xc2\x9b\xe2\x80\xae\x08\x7f"


@mode("escape")
def serve_escape(request):
    """An error whose reason, Server, Location, type and page are full of terminal control characters."""
    page = b"<html><title>" + NASTY + b"</title></html>\n"
    fields = [("Server", NASTY), ("Content-Type", b"text/html; x=" + NASTY), ("X-Cache", NASTY)]
    request.head(403, b"No " + NASTY, fields, len(page))
    request.body(page)


@mode("escape-redirect")
def serve_escape_redirect(request):
    """A redirect to a place that does not exist, with control characters in its name."""
    request.answer(302, "Found", b"", fields=[("Location", b"ftp://127.0.0.1/" + NASTY)])


@mode("escape-page")
def serve_escape_page(request):
    """A web page with status 200 and control characters in its title."""
    request.answer(200, "OK", b"<html><title>" + NASTY + b"</title></html>\n", b"text/html; x=" + NASTY)


@mode("slow")
@needs_file
def serve_slow(request, data):
    """The good file in 20 pieces with pauses: /slow/FILE takes about a second, /slow:5/FILE five."""
    seconds = float(request.argument or "1")
    request.head(200, "OK", [("Content-Type", "application/octet-stream")], len(data))
    step = max(1, -(-len(data) // 20))
    for start in range(0, len(data), step):
        request.body(data[start : start + step])
        time.sleep(seconds / 20)


# Cut once. Without a Range the first answer for a file ends too soon, the later ones are whole; what a mode of this
# family is for is what it answers to the Range that the client comes back with.


def cut(request, data, etag=None, modified=DATE, share=0.6):
    """The length of the whole, a share of the bytes, then an orderly close."""
    etag = etag_of(data) if etag is None else etag
    fields = [("Content-Type", "application/octet-stream"), ("Accept-Ranges", "bytes")]
    fields += [("ETag", etag)] if etag else []
    fields += [("Last-Modified", modified)] if modified else []
    request.head(200, "OK", fields, len(data))
    request.body(fraction(data, share))


def cut_once(function):
    """Wrap a mode that says what to answer to a Range: (request, data, first)."""

    @functools.wraps(function)
    def with_cut(request):
        data = request.file()
        if data is None:
            return request.not_found()
        first = request.asked_from()
        if first is not None:
            return function(request, data, first)
        if request.hit() == 1:
            return cut(request, data)
        return serve_part(request, data)

    return with_cut


def partial(request, body, content_range, data, etag=None):
    """A 206, whatever is in it; no Content-Range when that is None."""
    fields = [("Content-Type", "application/octet-stream"), ("ETag", etag or etag_of(data))]
    fields += [("Content-Range", content_range)] if content_range is not None else []
    request.head(206, "Partial Content", fields, len(body))
    request.body(body)


@mode("cut")
@cut_once
def serve_cut(request, data, _first):
    """Cut at 60 percent; the rest comes as it should."""
    serve_part(request, data)


@mode("cut-often")
@needs_file
def serve_cut_often(request, data):
    """Every answer brings a third of the file and is cut: needs three requests or four."""
    step = len(data) // 3 + 1
    first = request.asked_from() or 0
    serve_part(request, data, send=lambda body: request.body(body[: min(step, max(len(data) - first, 0))]))


@mode("cut-always")
@needs_file
def serve_cut_always(request, data):
    """Cut at 60 percent, and at each further request after one more byte."""
    if request.asked_from() is None:
        return cut(request, data)
    return serve_part(request, data, send=lambda body: request.body(body[: min(1, len(body) - 1)]))


@mode("cut-changed")
@needs_file
def serve_cut_changed(request, data):
    """Another version (all bytes inverted) is cut at 60 percent; from then on it is the right file and its ETag."""
    if request.hit() == 1:
        return cut(request, bytes(255 - byte for byte in data), modified="")
    return serve_part(request, data, modified="")


@mode("cut-spoiled")
@needs_file
def serve_cut_spoiled(request, data):
    """The right file is cut at 60 percent; from then on it is another version (all bytes inverted)."""
    if request.hit() == 1:
        return cut(request, data, modified="")
    return serve_part(request, bytes(255 - byte for byte in data), modified="")


@mode("cut-date")
@needs_file
def serve_cut_date(request, data):
    """Cut at 60 percent, with Last-Modified and no ETag."""
    if request.hit() == 1:
        return cut(request, data, etag="")
    return serve_part(request, data, etag="")


@mode("cut-weak")
@needs_file
def serve_cut_weak(request, data):
    """Cut at 60 percent, with a weak ETag and nothing else: it must not be used to continue."""
    weak = "W/" + etag_of(data)
    if request.hit() == 1:
        return cut(request, data, etag=weak, modified="")
    return serve_part(request, data, etag=weak, modified="")


@mode("cut-no-validator")
@needs_file
def serve_cut_no_validator(request, data):
    """Cut at 60 percent, without anything to tell one version from another; a Range without If-Range is obeyed."""
    if request.hit() == 1:
        return cut(request, data, etag="", modified="")
    return serve_part(request, data, etag="", modified="")


@mode("cut-206-zero")
@cut_once
def serve_cut_206_zero(request, data, _first):
    """To the Range: 206, all of it from byte 0, and Content-Range says so."""
    partial(request, data, "bytes 0-%d/%d" % (len(data) - 1, len(data)), data)


@mode("cut-206-early")
@cut_once
def serve_cut_206_early(request, data, first):
    """To the Range: 206 that begins 7 bytes too early, and Content-Range says so."""
    first = max(0, first - 7)
    partial(request, data[first:], "bytes %d-%d/%d" % (first, len(data) - 1, len(data)), data)


@mode("cut-206-total")
@cut_once
def serve_cut_206_total(request, data, first):
    """To the Range: 206 with another total than before."""
    partial(request, data[first:], "bytes %d-%d/%d" % (first, len(data) - 1, len(data) + 1000), data)


@mode("cut-206-missing")
@cut_once
def serve_cut_206_missing(request, data, _first):
    """To the Range: 206 without Content-Range, and all of the file from byte 0."""
    partial(request, data, None, data)


@mode("cut-206-lie")
@cut_once
def serve_cut_206_lie(request, data, first):
    """To the Range: 206 whose Content-Range is right and whose bytes are not: they are those from byte 0."""
    partial(request, data[: len(data) - first], "bytes %d-%d/%d" % (first, len(data) - 1, len(data)), data)


@mode("cut-206-garbled")
@cut_once
def serve_cut_206_garbled(request, data, _first):
    """To the Range: 206 with a Content-Range that is none."""
    partial(request, data, "bytes 18446744073709551617-18446744073709551618/" + "9" * 40, data)


@mode("cut-206-multipart")
@cut_once
def serve_cut_206_multipart(request, data, first):
    """To the Range: 206 as multipart/byteranges, as for several ranges."""
    body = b"\r\n--XX\r\nContent-Range: bytes %d-%d/%d\r\n\r\n" % (first, len(data) - 1, len(data))
    body += data[first:] + b"\r\n--XX--\r\n"
    request.head(206, "Partial Content", [("Content-Type", "multipart/byteranges; boundary=XX")], len(body))
    request.body(body)


@mode("cut-206-etag")
@cut_once
def serve_cut_206_etag(request, data, first):
    """To the Range: 206 of another version (bytes inverted), which has another ETag: If-Range was not obeyed."""
    other = bytes(255 - byte for byte in data)
    partial(request, other[first:], "bytes %d-%d/%d" % (first, len(data) - 1, len(data)), data, etag_of(other))


@mode("cut-416")
@cut_once
def serve_cut_416(request, data, _first):
    """To the Range: 416 and a web page."""
    fields = [("Content-Type", "text/html"), ("Content-Range", "bytes */%d" % len(data))]
    request.answer(416, "Range Not Satisfiable", PAGE, "text/html", fields[1:])


@mode("cut-503")
@cut_once
def serve_cut_503(request, data, _first):
    """To the first Range: 503; after that as it should be."""
    if request.server.hit(("range", request.target)) == 1:
        return request.answer(503, "Service Unavailable", b"busy\n", "text/plain")
    return serve_part(request, data)


@mode("cut-html")
@cut_once
def serve_cut_html(request, _data, _first):
    """To the Range: the login page, with status 200."""
    request.answer(200, "OK", PAGE, "text/html")


@mode("cut-chunked-once")
@needs_file
def serve_cut_chunked_once(request, data):
    """Chunks that stop before the last one; later the file as it should be."""
    if request.hit() > 1:
        return serve_part(request, data)
    request.head(200, "OK", [("Transfer-Encoding", "chunked"), ("ETag", etag_of(data))])
    return request.chunk(fraction(data, 0.6))


@mode("cut-close-once")
@needs_file
def serve_cut_close_once(request, data):
    """No length, closed at 60 percent; later the file as it should be."""
    if request.hit() > 1:
        return serve_part(request, data)
    request.head(200, "OK", [("Content-Type", "application/octet-stream"), ("ETag", etag_of(data))])
    return request.body(fraction(data, 0.6))


@mode("cut-reset")
@cut_once
def serve_cut_reset(request, data, _first):
    """To the first Range: a TCP reset after half of the rest; then as it should be."""
    if request.server.hit(("range", request.target)) > 1:
        return serve_part(request, data)
    serve_part(request, data, send=lambda body: request.body(body[: len(body) // 2]))
    time.sleep(0.05)
    return request.reset()


@mode("no-range")
@needs_file
def serve_no_range(request, data):
    """Has an ETag and knows no Range: always 200 and all of it. The first answer is cut."""
    if request.hit() == 1:
        return cut(request, data)
    request.head(200, "OK", [("ETag", etag_of(data))], len(data))
    return request.body(data)


# Busy, now and then.


@mode("flaky")
@needs_file
def serve_flaky(request, data):
    """/flaky:503/FILE is 503 once, /flaky:503,2/FILE twice, then the file; a third number goes into Retry-After."""
    words = (request.argument or "503").split(",", 2)
    code, times = int(words[0]), int(words[1]) if len(words) > 1 else 1
    request.keep_alive = True
    if request.hit() > times:
        return serve_part(request, data)
    fields = [("Retry-After", words[2])] if len(words) > 2 else []
    return request.answer(code, "Not Now", b"<html>busy</html>\n", "text/html", fields)


@mode("retry-after")
@needs_file
def serve_retry_after(request, data):
    """429 with this Retry-After once, then the file: /retry-after:2/FILE."""
    request.keep_alive = True
    if request.hit() > 1:
        return serve_part(request, data)
    return request.answer(429, "Too Many Requests", b"slow down\n", "text/plain", [("Retry-After", request.argument)])


@mode("retry-after-date")
@needs_file
def serve_retry_after_date(request, data):
    """429 with a Retry-After date so many seconds from now (negative: past), once, then the file."""
    request.keep_alive = True
    if request.hit() > 1:
        return serve_part(request, data)
    date = email.utils.formatdate(time.time() + float(request.argument or "-1000000"), usegmt=True)
    return request.answer(429, "Too Many Requests", b"slow down\n", "text/plain", [("Retry-After", date)])


# Slow and silent.


@mode("slow-range")
@needs_file
def serve_slow_range(request, data):
    """Like slow, with ETag and Range: /slow-range:5/FILE takes five seconds, its rest in proportion."""
    seconds = float(request.argument or "1")
    size = max(1, -(-len(data) // 50))

    def send(body):
        for start in range(0, len(body), size):
            request.body(body[start : start + size])
            time.sleep(seconds / 50)

    serve_part(request, data, send)


@mode("stall-range")
@needs_file
def serve_stall_range(request, data):
    """Half of the file, with ETag, and then silence; the rest is sent when it is asked for by Range."""

    def send(body):
        request.body(fraction(body, 0.5))
        request.wait_for_hangup()

    serve_part(request, data, None if request.asked_from() else send)


@mode("stall-bytes")
@needs_file
def serve_stall_bytes(request, data):
    """So many bytes (/stall-bytes:1000/FILE), and then silence."""
    request.head(200, "OK", [("Content-Type", "application/octet-stream")], len(data))
    request.body(data[: min(int(request.argument or "1000"), len(data) - 1)])
    request.wait_for_hangup()


@mode("drip")
@needs_file
def serve_drip(request, data):
    """One byte a second."""
    request.head(200, "OK", [("Content-Type", "application/octet-stream")], len(data))
    for i in range(60):
        request.body(data[i : i + 1])
        request.wait_for_hangup(1)


@mode("header-drip")
def serve_header_drip(request):
    """Header fields, one byte a second."""
    for byte in b"HTTP/1.1 200 OK\r\nX-Filler: " + b"a" * 60:
        request.raw(bytes([byte]))
        request.wait_for_hangup(1)


# Sizes and encodings that lie.


@mode("long-length")
@needs_file
def serve_long_length(request, data):
    """Announces 1000 bytes more than there are, and closes after the last one."""
    request.head(200, "OK", [("Content-Type", "application/octet-stream")], len(data) + 1000)
    request.body(data)


@mode("short-length")
@needs_file
def serve_short_length(request, data):
    """Announces half of the bytes and sends them all."""
    request.head(200, "OK", [("Content-Type", "application/octet-stream")], len(data) // 2)
    request.body(data)


@mode("huge-length")
@needs_file
def serve_huge_length(request, data):
    """Announces 2^62 bytes, and sends the file and zeros after it (well, 64 MiB)."""
    request.head(200, "OK", [("Content-Type", "application/octet-stream")], 1 << 62)
    request.body(data)
    for _ in range(1024):
        request.body(b"\0" * 65536)


@mode("bad-length")
@needs_file
def serve_bad_length(request, data):
    """Two lengths, none of them a number."""
    request.head(200, "OK", [("Content-Length", "-1"), ("Content-Length", "0x20")])
    request.body(data)


@mode("tail")
@needs_file
def serve_tail(request, data):
    """The file and 70000 zeros after it, chunked: /tail:100/FILE has a hundred."""
    request.head(200, "OK", [("Transfer-Encoding", "chunked")])
    request.chunk(data + b"\0" * int(request.argument or "70000"))
    request.chunk(b"")


@mode("encoding-gzip")
@needs_file
def serve_encoding_gzip(request, data):
    """The file as it is, said to be Content-Encoding: gzip."""
    request.answer(200, "OK", data, "application/octet-stream", [("Content-Encoding", "gzip")])


@mode("double-gzip")
@needs_file
def serve_double_gzip(request, data):
    """The .gz file in gzip once more, said to be Content-Encoding: gzip."""
    request.answer(200, "OK", gzip.compress(data, mtime=0), "application/gzip", [("Content-Encoding", "gzip")])


@mode("interim")
@needs_file
def serve_interim(request, data):
    """100 and 103 with an ETag of their own before the answer proper, which has none and is cut once."""
    request.raw(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.raw(b'HTTP/1.1 103 Early Hints\r\nETag: "early"\r\nLast-Modified: ' + DATE.encode() + b"\r\n\r\n")
    if request.hit() == 1:
        return cut(request, data, etag="", modified="")
    return serve_part(request, data, etag="", modified="")


@mode("trailer")
@needs_file
def serve_trailer(request, data):
    """Chunks with trailer fields behind them that contradict the header."""
    request.head(200, "OK", [("Transfer-Encoding", "chunked"), ("Trailer", "ETag"), ("ETag", etag_of(data))])
    request.chunk(data)
    request.raw(b'0\r\nETag: "late"\r\nContent-Range: bytes 5-9/10\r\nContent-Length: 3\r\n\r\n')


@mode("nasty-etag")
@needs_file
def serve_nasty_etag(request, data):
    """An ETag that wants to be a second header field, and is long; cut once."""
    etag = '"' + "x" * 5000 + '\tX-Injected: 1"'
    if request.hit() == 1:
        return cut(request, data, etag=etag, modified="")
    return serve_part(request, data, etag=etag, modified="")


@mode("http10")
@needs_file
def serve_http10(request, data):
    """The whole file in the way of HTTP/1.0."""
    request.status = 200
    request.raw(b"HTTP/1.0 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n")
    request.body(data)


@mode("http09")
@needs_file
def serve_http09(request, data):
    """Nothing but the bytes: no status, no header."""
    request.body(data)


@mode("no-content")
def serve_no_content(request):
    """204."""
    request.head(204, "No Content")


@mode("long-reason")
def serve_long_reason(request):
    """503 with a reason of 100 KB."""
    request.answer(503, b"Busy " + b"very " * 20000, b"", "text/plain")


# Redirects.


@mode("redirect-to")
def serve_redirect_to(request):
    """A redirect to any place: /redirect-to:http%3A%2F%2Fexample.org%2Fx%2F/FILE; FILE is appended."""
    request.keep_alive = True
    request.answer(302, "Found", b"", fields=[("Location", request.argument + request.path)])


@mode("redirect-count")
def serve_redirect_count(request):
    """So many redirects, then the file: /redirect-count:3/FILE."""
    left = int(request.argument or "1")
    request.keep_alive = True
    where = request.url("redirect-count:%d" % (left - 1) if left > 1 else "ok")
    request.answer(301 if left % 2 else 307, "Moved", b"", fields=[("Location", where)])


@mode("redirect-user")
def serve_redirect_user(request):
    """A redirect to this server, with a user name and a password in the URL."""
    request.answer(302, "Found", b"", fields=[("Location", request.url("ok").replace("//", "//me:secret@", 1))])


@mode("redirect-nowhere")
def serve_redirect_nowhere(request):
    """302 without a Location."""
    request.answer(302, "Found", b"<html>gone</html>\n", "text/html")


@mode("redirect-ftp")
def serve_redirect_ftp(request):
    """A redirect to ftp: on this very port, where it would be seen."""
    request.answer(302, "Found", b"", fields=[("Location", request.url("ftp").replace("http:", "ftp:", 1))])


# Names.


@mode("escape-ok")
@needs_file
def serve_escape_ok(request, data):
    """The right file, with control characters in every header field there is."""
    names = ["Server", "Content-Disposition", "Content-Type", "ETag", "Last-Modified", "Via", "Warning", "Set-Cookie"]
    request.head(200, b"OK " + NASTY, [(name, b'x; filename="' + NASTY + b'"') for name in names], len(data))
    request.body(data)


@mode("escape-status")
def serve_escape_status(request):
    """503 with control characters, carriage returns among them, in its reason."""
    request.answer(503, b"No\r\x1b[2Jway" + NASTY, b"", "text/plain")


@mode("escape-location")
def serve_escape_location(request):
    """A redirect to http elsewhere, with control characters in its name."""
    request.answer(302, "Found", b"", fields=[("Location", b"http://192.0.2.1/" + NASTY + b"/\xc2\x9d\xe2\x80\xae")])


# Being a proxy.


@mode("connect")
def serve_connect(request):
    """CONNECT: a tunnel to an address of this machine. (Not for paths: the method leads here.)"""
    host, _, port = request.argument.rpartition(":")
    if request.method != "CONNECT" or not re.fullmatch(r"localhost|127\.[\d.]+", host):
        return request.answer(403, "Forbidden", b"")
    try:
        far = socket.create_connection((host, int(port)), 10)
    except (OSError, ValueError):
        return request.answer(502, "Bad Gateway", b"")
    request.status = 200
    request.raw(b'HTTP/1.1 200 Connection established\r\nETag: "proxy"\r\n\r\n')
    with far:
        ends = {request.connection: far, far: request.connection}
        while True:
            readable, _, _ = select.select(list(ends), [], [], 30)
            for end in readable or [None]:
                data = end.recv(65536) if end else b""
                if not data:
                    return None
                try:
                    ends[end].sendall(data)
                except OSError as error:
                    raise Hangup(str(error)) from error


# ---------------------------------------------------------------- the server


class Handler(socketserver.BaseRequestHandler):
    """One connection: reads requests, hands each to its mode."""

    def setup(self):
        self.connection = self.request
        self.connection.settimeout(120)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.server.tls:
            # here, not in the accepting thread: a handshake may hang
            self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.stream = self.connection.makefile("rb")

    def drop(self):
        """Close the socket at once: the stream holds a reference to it, too."""
        self.stream.close()
        self.connection.close()

    def handle(self):
        while True:
            try:
                request = self.read_request()
            except (OSError, ValueError):
                return
            if request is None:
                return
            self.respond(request)
            if not request.keep_alive:
                return

    def read_request(self):
        line = self.stream.readline(65536)
        if not line.strip():
            return None
        method, target, version = line.decode("latin-1").split()
        headers = {}
        while True:
            line = self.stream.readline(65536).decode("latin-1").rstrip("\r\n")
            if not line:
                break
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        return Request(self, method, target, version, headers)

    def respond(self, request):
        number = self.server.log_request(request, self.client_address)
        error = None
        function = MODES.get(request.mode)
        if function is None and request.mode.isdigit():
            request.argument = request.mode
            function = MODES["status"]
        try:
            if not self.may_pass(request):
                request.answer(407, "Proxy Authentication Required", b"", fields=[("Proxy-Authenticate", "Basic")])
            elif function is None:
                request.answer(400, "Bad Request", b"no such mode\n", "text/plain")
            else:
                function(request)
        except Hangup as hangup:
            error = str(hangup)
            request.keep_alive = False
        if request.headers.get("connection", "").lower() == "close":
            request.keep_alive = False
        self.server.log_end(number, request, error)

    def may_pass(self, request):
        """Is it no use of the proxy, or one with the right credentials?"""
        wanted = self.server.proxy_user
        if not wanted or (request.method != "CONNECT" and request.target.startswith("/")):
            return True
        given = request.headers.get("proxy-authorization", "")
        return given == "Basic " + base64.b64encode(wanted.encode()).decode()

    def finish(self):
        try:
            self.drop()
        except OSError:
            pass


class Server(socketserver.ThreadingTCPServer):
    """Threads, a log, and what modes remember between requests."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, root, log, ends, tls=None, proxy_user=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.tls = tls
        self.proxy_user = proxy_user
        self.root = root
        self.port = self.server_address[1]
        self.lock = threading.Lock()
        self.hits = {}
        self.count = 0
        self.closing = threading.Event()
        # unbuffered appends: a line is in the file before the first byte of the answer leaves
        self.log = open(log, "ab", buffering=0) if log else None
        self.ends = open(ends, "ab", buffering=0) if ends else None

    def hit(self, key):
        """Counts: 1, 2, ..."""
        with self.lock:
            self.hits[key] = self.hits.get(key, 0) + 1
            return self.hits[key]

    def log_request(self, request, client):
        with self.lock:
            self.count += 1
            number = self.count
            self.write(
                self.log,
                {
                    "n": number,
                    "time": time.time(),
                    "method": request.method,
                    "target": request.target,
                    "mode": request.mode,
                    "argument": request.argument,
                    "path": request.path,
                    "headers": request.headers,
                    "client": client[1],
                },
            )
            return number

    def log_end(self, number, request, error):
        with self.lock:
            self.write(
                self.ends,
                {
                    "n": number,
                    "time": time.time(),
                    "target": request.target,
                    "status": request.status,
                    "sent": request.sent,
                    "body": request.body_sent,
                    "error": error,
                },
            )

    @staticmethod
    def write(stream, record):
        if stream:
            stream.write(json.dumps(record).encode() + b"\n")

    def handle_error(self, request, client_address):
        """A client that goes away is what these tests are about: say nothing unless it is a bug of ours."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def be_deaf(options):
    """Listen, fill the backlog, and never accept: a connection to this port is neither made nor refused."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = []
        for _ in range(4):
            waiting.append(socket.socket())
            waiting[-1].setblocking(False)
            waiting[-1].connect_ex(listener.getsockname())
        time.sleep(0.2)
        tell_port(options, listener.getsockname()[1])
        time.sleep(options.lifetime)


def tell_port(options, port):
    """On standard output, and in the file."""
    print(port, flush=True)
    if options.port_file:
        temporary = options.port_file + ".tmp"
        with open(temporary, "w", encoding="ascii") as stream:
            stream.write("%d\n" % port)
        os.rename(temporary, options.port_file)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=".", help="the directory to serve (default: the current one)")
    parser.add_argument("--port-file", help="write the port here, too")
    parser.add_argument("--log", help="append one JSON line per request")
    parser.add_argument("--ends", help="append one JSON line per finished response")
    parser.add_argument("--lifetime", type=float, default=600, help="seconds after which it goes by itself (600)")
    parser.add_argument("--cert", help="speak TLS with this certificate (chain) in PEM form")
    parser.add_argument("--key", help="and its key")
    parser.add_argument("--proxy-user", help="USER:PASSWORD that the proxy wants")
    parser.add_argument("--deaf", action="store_true", help="accept no connection, ever")
    parser.add_argument("--list-modes", action="store_true", help="print the modes and go")
    options = parser.parse_args()

    if options.list_modes:
        for name in sorted(MODES):
            print("%-22s %s" % (name, " ".join((MODES[name].__doc__ or "").split())))
        return

    if options.deaf:
        be_deaf(options)
        return
    tls = None
    if options.cert:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(options.cert, options.key)
    with Server(options.root, options.log, options.ends, tls, options.proxy_user) as server:
        tell_port(options, server.port)
        timer = threading.Timer(options.lifetime, lambda: os._exit(0))
        timer.daemon = True
        timer.start()
        try:
            server.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            pass
        finally:
            server.closing.set()


if __name__ == "__main__":
    main()
