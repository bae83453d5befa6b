"""Modes of server.py: right answers, failures, bodies that are cut or wrong, redirects, words that draw on a terminal."""

import os
import time
import urllib.parse

from faults import NASTY, PAGE, fraction, mode, needs_file, serve_part


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
