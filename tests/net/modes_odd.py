"""Modes of server.py: busy or slow servers, lengths, encodings and headers that are odd, redirects astray, tunnels."""

import email.utils
import gzip
import re
import select
import socket
import time

from faults import DATE, Hangup, NASTY, etag_of, fraction, mode, needs_file, serve_part
from modes_range import cut


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
