#!/usr/bin/env python3
"""A small HTTP/1.1 server with faults to order, for the tests. Standard library only, 127.0.0.1 only.

    server.py --root DIR [--port-file FILE] [--log FILE] [--ends FILE] [--lifetime SECONDS]

It takes a free port, prints it on standard output (and writes it to --port-file, by rename, so that whoever
waits for that file finds it whole) and serves until it is killed, or until --lifetime has passed, so that a
test that dies leaves no server behind.

    http://127.0.0.1:PORT/MODE/PATH          DIR/PATH, in the way that MODE says
    http://127.0.0.1:PORT/MODE:ARGUMENT/PATH the same, with an argument

`server.py --list-modes` names the modes. A new mode is one function below, with @mode above it: it gets the
request (which can read the file and write pieces of a response) and returns when it has nothing more to say.
The connection is closed after it unless it set `request.keep_alive = True`.

--log gets one JSON line per request when it arrives: {"n","time","method","target","mode","argument","path",
"headers","client"}, header names in lower case. --ends gets one when it is over: {"n","status","sent","error"}.
"""

import argparse
import functools
import json
import os
import select
import socket
import socketserver
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
        parts = urllib.parse.unquote(target.split("?", 1)[0]).lstrip("/").split("/", 1)
        self.mode, _, self.argument = parts[0].partition(":")
        self.path = parts[1] if len(parts) > 1 else ""

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
        with self.server.lock:
            self.server.hits[self.target] = self.server.hits.get(self.target, 0) + 1
            return self.server.hits[self.target]

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

    def chunk(self, data):
        """Send one chunk of a chunked body (an empty one ends it)."""
        self.body(b"%x\r\n" % len(data) + data + b"\r\n")

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


def _bytes(text):
    return text if isinstance(text, bytes) else text.encode("utf-8")


PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>Sign in to Guest WiFi</title></head>\n"
    b"<body><h1>Welcome</h1><p>Please log in to use the network.</p></body></html>\n"
)


# ---------------------------------------------------------------- the modes
#
# Each gets the Request. With @needs_file below @mode it gets the bytes of the file, too; without it there is nothing to look up.


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


@mode("ok")
@needs_file
def serve_ok(request, data):
    """The file, as a good server sends it."""
    request.keep_alive = True
    request.answer(200, "OK", data)


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


# ---------------------------------------------------------------- the server


class Handler(socketserver.BaseRequestHandler):
    """One connection: reads requests, hands each to its mode."""

    def setup(self):
        self.connection = self.request
        self.connection.settimeout(120)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
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
            if function is None:
                request.answer(400, "Bad Request", b"no such mode\n", "text/plain")
            else:
                function(request)
        except Hangup as hangup:
            error = str(hangup)
            request.keep_alive = False
        if request.headers.get("connection", "").lower() == "close":
            request.keep_alive = False
        self.server.log_end(number, request, error)

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

    def __init__(self, root, log, ends):
        super().__init__(("127.0.0.1", 0), Handler)
        self.root = root
        self.port = self.server_address[1]
        self.lock = threading.Lock()
        self.hits = {}
        self.count = 0
        self.closing = threading.Event()
        # unbuffered appends: a line is in the file before the first byte of the answer leaves
        self.log = open(log, "ab", buffering=0) if log else None
        self.ends = open(ends, "ab", buffering=0) if ends else None

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
            self.write(self.ends, {"n": number, "status": request.status, "sent": request.sent, "error": error})

    @staticmethod
    def write(stream, record):
        if stream:
            stream.write(json.dumps(record).encode() + b"\n")

    def handle_error(self, request, client_address):
        """A client that goes away is what these tests are about: say nothing unless it is a bug of ours."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=".", help="the directory to serve (default: the current one)")
    parser.add_argument("--port-file", help="write the port here, too")
    parser.add_argument("--log", help="append one JSON line per request")
    parser.add_argument("--ends", help="append one JSON line per finished response")
    parser.add_argument("--lifetime", type=float, default=600, help="seconds after which it goes by itself (600)")
    parser.add_argument("--list-modes", action="store_true", help="print the modes and go")
    options = parser.parse_args()

    if options.list_modes:
        for name in sorted(MODES):
            print("%-22s %s" % (name, " ".join((MODES[name].__doc__ or "").split())))
        return

    with Server(options.root, options.log, options.ends) as server:
        print(server.port, flush=True)
        if options.port_file:
            temporary = options.port_file + ".tmp"
            with open(temporary, "w", encoding="ascii") as stream:
                stream.write("%d\n" % server.port)
            os.rename(temporary, options.port_file)
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
