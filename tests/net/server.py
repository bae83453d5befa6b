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

`server.py --list-modes` names the modes. A new mode is one function in modes_*.py, with @mode above it: it gets the
request (which can read the file and write pieces of a response) and returns when it has nothing more to say.
The connection is closed after it unless it set `request.keep_alive = True`.

--log gets one JSON line per request when it arrives: {"n","time","method","target","mode","argument","path",
"headers","client"}, header names in lower case. --ends gets one when it is over: {"n","time","target","status",
"sent","body","error"}; sent counts all bytes of the answer, body those of the file.
"""

import argparse
import base64
import json
import os
import socket
import socketserver
import ssl
import sys
import threading
import time

sys.dont_write_bytecode = True  # -E would have python forget that the environment says so
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import modes_nth  # noqa: E402,F401
import modes_odd  # noqa: E402,F401
import modes_plain  # noqa: E402,F401
import modes_range  # noqa: E402,F401
from faults import MODES, Hangup, Request  # noqa: E402


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
