"""Modes of server.py for what is read in many parts, as a zip: right but for the N-th request, or from it on."""

import time

from faults import etag_of, mode, needs_file, range_of, serve_part


def inverted(data):
    return data.translate(bytes(255 - i for i in range(256)))


def nth(name, once=True):
    """/NAME:N/FILE is right but for the N-th request (or from it on)."""
    def register(function):
        @mode(name)
        @needs_file
        def serve(request, data):
            n, hit = int(request.argument or '1'), request.hit()
            if hit == n or (hit > n and not once):
                return function(request, data)
            request.keep_alive = True
            return serve_part(request, data)
        return serve
    return register


def ask(request, data):
    return range_of(request.headers['range'], len(data))


def partial(request, body, said, fields=()):
    request.head(206, 'Partial Content',
                 [('Content-Range', said), *fields], len(body))
    request.body(body)


@nth('nth-cut')
def cut(request, data):
    """Half of what was asked for, then the end."""
    serve_part(request, data,
               send=lambda body: request.body(body[:len(body) // 2]))


@nth('nth-reset')
def reset(request, data):
    """The same, with a reset."""
    serve_part(request, data,
               send=lambda body: request.body(body[:len(body) // 2]))
    request.reset()


@nth('nth-503')
def busy(request, data):
    request.answer(503, 'Service Unavailable', b'busy\n', 'text/plain')


@nth('from-404', once=False)
def gone(request, data):
    request.not_found()


@nth('from-cut', once=False)
def always_cut(request, data):
    serve_part(request, data,
               send=lambda body: request.body(body[:len(body) // 2]))


@nth('from-whole', once=False)
def whole(request, data):
    """Knows no Range any more: 200 and all of it."""
    request.head(200, 'OK', [('ETag', etag_of(data))], len(data))
    request.body(data)


@nth('from-416', once=False)
def unsatisfiable(request, data):
    request.answer(416, 'Range Not Satisfiable', b'no\n', 'text/plain',
                   [('Content-Range', 'bytes */%d' % len(data))])


@nth('from-changed', once=False)
def changed(request, data):
    """Another version: If-Range is obeyed."""
    serve_part(request, inverted(data))


@nth('from-etag', once=False)
def other_etag(request, data):
    """Another version, and If-Range is not obeyed; its ETag tells."""
    first, last = ask(request, data)
    partial(request, inverted(data)[first:last + 1], 'bytes %d-%d/%d' %
            (first, last, len(data)), [('ETag', '"another"')])


@nth('from-spoiled', once=False)
def spoiled(request, data):
    """Another version under the same ETag: only CRC and hash can tell."""
    first, last = ask(request, data)
    partial(request, inverted(data)[first:last + 1], 'bytes %d-%d/%d' %
            (first, last, len(data)), [('ETag', etag_of(data))])


@nth('from-total', once=False)
def other_total(request, data):
    """Of another length than before."""
    first, last = ask(request, data)
    partial(request, data[first:last + 1], 'bytes %d-%d/%d' %
            (first, last, len(data) + 1000), [('ETag', etag_of(data))])


@nth('from-early', once=False)
def early(request, data):
    """Begins seven bytes before what was asked for, and says so."""
    first, last = ask(request, data)
    first = max(first - 7, 0)
    partial(request, data[first:last + 1], 'bytes %d-%d/%d' %
            (first, last, len(data)), [('ETag', etag_of(data))])


@nth('from-long', once=False)
def too_long(request, data):
    """More than was asked for, and says so: 20 MB of zeros."""
    first, last = ask(request, data)
    body = data[first:last + 1] + bytes(20000000)
    partial(request, body, 'bytes %d-%d/%d' %
            (first, first + len(body) - 1, len(data)),
            [('ETag', etag_of(data))])


@nth('from-long-lie', once=False)
def too_long_lie(request, data):
    """More than was asked for, and does not say so."""
    first, last = ask(request, data)
    body = data[first:last + 1] + bytes(20000000)
    partial(request, body, 'bytes %d-%d/%d' % (first, last, len(data)),
            [('ETag', etag_of(data))])


@nth('from-short', once=False)
def too_short(request, data):
    """Less than was asked for, and says so."""
    first, last = ask(request, data)
    last = first + max((last - first) // 2, 0)
    partial(request, data[first:last + 1], 'bytes %d-%d/%d' %
            (first, last, len(data)), [('ETag', etag_of(data))])


@nth('from-multipart', once=False)
def multipart(request, data):
    first, last = ask(request, data)
    body = (b'\r\n--XX\r\nContent-Range: bytes %d-%d/%d\r\n\r\n' %
            (first, last, len(data)) + data[first:last + 1] +
            b'\r\n--XX--\r\n')
    request.head(206, 'Partial Content', [
        ('Content-Type', 'multipart/byteranges; boundary=XX')], len(body))
    request.body(body)


@mode('total')
@needs_file
def total(request, data):
    """/total:4611686018427387904/FILE is as long as this."""
    first, last = ask(request, data) or (0, 0)
    partial(request, data[first:last + 1], 'bytes %d-%d/%s' %
            (first, last, request.argument), [('ETag', etag_of(data))])


@mode('bare')
@needs_file
def bare(request, data):
    """Range, but no validator."""
    request.keep_alive = True
    serve_part(request, data, etag='', modified='')


@mode('weak')
@needs_file
def weak(request, data):
    """Range, with a weak validator only."""
    request.keep_alive = True
    serve_part(request, data, etag='W/"1"', modified='')


@mode('slow-part')
@needs_file
def slow_part(request, data):
    """/slow-part:5/FILE: each answer takes five seconds, short ones less."""
    def send(body):
        if len(body) < 100000:
            return request.body(body)
        for i in range(50):
            request.body(body[len(body) * i // 50:
                              len(body) * (i + 1) // 50])
            time.sleep(float(request.argument or '1') / 50)
    serve_part(request, data, send=send)
