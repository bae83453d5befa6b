"""Modes of server.py: a body that is cut once, and what is answered to the Range that the client comes back with."""

import functools
import time

from faults import DATE, PAGE, etag_of, fraction, mode, needs_file, serve_part


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
