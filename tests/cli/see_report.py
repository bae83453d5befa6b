#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What is on a page of stats --report. Silent when right; else what is wrong,
and exit status 1.

  page PAGE [HOMEPAGE]         well-formed, with its policy; loads and links to
                               nothing but itself and the homepage; its pictures
                               are PNG of the size they are said to have
  numbers PAGE STATS.json      its figures are those of stats --json --audit
  samples PAGE DIR CLASSES     its sheets are the first 24 rows of each class of
                               train in DIR (MNIST's names, packed)
  text PAGE [TEXT...]          these texts stand on it, for people to read
  facts PAGE ID KEY=VALUE...   in the section ID, which has as many terms
"""
import base64
import gzip
import io
import json
import re
import struct
import sys
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
VOID = {'meta', 'br', 'img'}
GAP = 2


class Balanced(HTMLParser):
    """A second, independent reader: as browsers do it, roughly."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.text = [], []

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, ('closed', tag)

    def handle_data(self, data):
        if self.open[-1:] not in (['style'], ['title']):
            self.text.append(data)


def read(path):
    text = open(path, encoding='utf-8').read()
    assert text.startswith('<!DOCTYPE html>\n'), text[:80]
    return text, ET.fromstring(text.partition('\n')[2])


def words(element):
    return ' '.join(' '.join(element.itertext()).split())


def same(what, got, want):
    if got != want:
        sys.exit(f'{what}: {got!r}, expected {want!r}')


def masked(name):
    """As all output shows it: of what is masked, the little that is used."""
    name = re.sub('[\x00-\x1f\x7f]', lambda m: '\\x%02x' % ord(m[0]), name)
    return re.sub('[\u202a-\u202e]', lambda m: '\\u%04x' % ord(m[0]), name)


def png_of(image):
    from PIL import Image
    head, _, data = image.get('src').partition(',')
    same('source', head, 'data:image/png;base64')
    return Image.open(io.BytesIO(base64.b64decode(data, validate=True)))


def check_page(path, homepage=None):
    text, root = read(path)
    parser = Balanced()
    parser.feed(text)
    parser.close()
    same('open elements', parser.open, [])
    ids = [e.get('id') for e in root.iter() if e.get('id')]
    same('ids', len(ids), len(set(ids)))
    policy = [m.get('content') for m in root.iter('meta')
              if m.get('http-equiv') == 'Content-Security-Policy']
    same('policy', policy, [POLICY])
    links = []
    for e in root.iter():
        assert e.tag not in ('script', 'link', 'iframe', 'object', 'embed',
                             'form', 'base', 'audio', 'video'), e.tag
        for key, value in e.attrib.items():
            assert not key.startswith('on'), (e.tag, key)
            assert 'url(' not in value, (e.tag, key)
            if key == 'href' and value.startswith('#'):
                assert value[1:] in ids, value
            elif key == 'href':
                links.append(value)
            else:
                assert '://' not in value or e.tag == 'meta', (key, value)
    same('links', links, [homepage] if homepage else [])
    style = root.find('.//style').text
    assert 'url(' not in style and '@import' not in style
    for image in root.iter('img'):
        assert image.get('alt'), 'an image without alt text'
        picture = png_of(image)
        same('mode', picture.mode, 'L')
        wide, high = int(image.get('width')), int(image.get('height'))
        w, h = picture.size
        assert abs(high - wide * h / w) <= 1, (image.get('alt'), wide, high)
        if wide >= w:
            same(image.get('alt'), wide % w, 0)


# ---- numbers ----

def rows_of(table):
    return [[words(cell) for cell in row] for row in table.iter('tr')]


def check_figures(table, splits):
    rows = rows_of(table)
    same('splits', rows[0][1:], list(splits))
    got = {row[0]: row[1:] for row in rows[1:]}
    of = {s: splits[s]['pixels'] for s in splits}

    def want(name, to_text):
        same(name, got.pop(name), [to_text(splits[s], of[s]) for s in splits])

    want('pictures', lambda s, p: str(s['count']))
    want('size', lambda s, p: '%dx%d' % tuple(s['shape']))
    want('mean of x/255', lambda s, p: '%.12f' % p['mean'])
    want('deviation of x/255', lambda s, p: '%.12f' % p['std'])
    want('smallest level', lambda s, p: str(p['min']))
    want('largest level', lambda s, p: str(p['max']))
    want('sum of levels', lambda s, p: str(p['sum']))
    want('sum of squares', lambda s, p: str(p['sum_squares']))
    want('pixels that are 0', lambda s, p: '%d (%.1f%%)' % (
        p['zeros'], 100 * p['zeros'] / sum(p['histogram'])))
    want('places that never change', lambda s, p: str(p['constant']))
    want('places that are always 0', lambda s, p: str(p['blank']))
    same('more figures', got, {})


def check_classes(section, splits):
    tables = section.findall('.//table')
    same('tables', [words(t.find('caption')) for t in tables], list(splits))
    for table, split in zip(tables, splits.values()):
        head, *rows = rows_of(table)
        for row, c in zip(rows, split['classes'], strict=True):
            got = dict(zip(head, row, strict=True))
            mean, std = (('%.4f' % c[k] if c['count'] else '-')
                         for k in ('mean', 'std'))
            name = {'Name': masked(c['name'])} if 'Name' in head else {}
            same('class', got, {
                'Label': str(c['label']), **name, 'Count': str(c['count']),
                'Share': '%.2f%%' % (100 * c['share']), 'Mean': mean,
                'Deviation': std})


def titles(section):
    return [words(t) for t in section.iter('title')]


def check_numbers(path, stats):
    root = read(path)[1]
    d = json.load(open(stats))
    splits = d['splits']
    check_figures(root.find(".//*[@id='figures']//table"), splits)
    labels = root.find(".//*[@id='labels']")
    if labels is not None:
        check_classes(labels, splits)
        same('bars of labels', sorted(titles(labels)), sorted(
            f"{masked(c['name'])}, {s}: {c['count']} ({100 * c['share']:.2f}%)"
            for s in splits for c in splits[s]['classes'] if c['count']))
    same('bars of levels',
         [t.split(' (')[0] for t in titles(root.find(".//*[@id='levels']"))],
         [f'{level}, {s}: {n}' for s in splits
          for level, n in enumerate(splits[s]['pixels']['histogram']) if n])
    audit = root.find(".//*[@id='audit']")
    rows = rows_of(audit.find('.//table'))[1:]
    same('audit', [row[1:] for row in rows],
         [[str(k['findings']), str(k['rows'])] if k['searched'] else
          ['not looked for'] for k in d['audit']['kinds'].values()])
    same('kinds', [e.get('id')[6:] for e in audit.iter('h3')],
         [name for name, k in d['audit']['kinds'].items() if k['findings']])
    check_found(audit, d['audit']['findings'])


def check_found(audit, findings):
    """Each kind's pictures, up to 24, are those of its rows; measures are
    told."""
    for f in findings:
        if f['kind'] == 'imbalance':
            want = '%s: the largest class has %.2f times the rows of the ' \
                   'smallest' % (f['split'], f['measure'])
            assert want in words(audit), ('not told', want)
    apart = ['%.2f levels apart' % f['measure'] for f in findings
             if f['kind'] == 'near-duplicate']
    same('measures', re.findall(r'[0-9.]+ levels apart', words(audit)),
         apart[:12])
    shown, kind = {}, None
    for e in audit:
        kind = e.get('id')[6:] if e.tag == 'h3' else kind
        shown.setdefault(kind, []).extend(
            image.get('alt') for image in e.iter('img'))
    for kind in {f['kind'] for f in findings}:
        want = [f"{r['split']} {r['row']}" for f in findings
                if f['kind'] == kind for r in f['rows']]
        same(kind, shown.get(kind, []), want[:24])


# ---- pictures ----

def idx(path):
    import numpy as np
    data = gzip.open(path).read()
    shape = struct.unpack('>%dI' % data[3], data[4:4 + 4 * data[3]])
    return np.frombuffer(data, 'u1', offset=4 + 4 * data[3]).reshape(shape)


def check_samples(path, directory, class_count):
    import numpy as np
    images = idx(directory + '/train-images-idx3-ubyte.gz')
    labels = idx(directory + '/train-labels-idx1-ubyte.gz')
    _, h, w = images.shape
    sheets = read(path)[1].findall(".//*[@id='samples']//figure")
    classes = [c for c in range(int(class_count)) if c in labels]
    same('labels', [words(s.find('figcaption')).split()[0] for s in sheets],
         [str(c) for c in classes])
    for sheet, c in zip(sheets, classes):
        chosen = images[labels == c][:24]
        got = np.asarray(png_of(sheet.find('img')))
        columns = min(6, len(chosen))
        rows = -(-len(chosen) // columns)
        want = np.full((rows * (h + GAP) + GAP, columns * (w + GAP) + GAP),
                       128, 'u1')
        for i, image in enumerate(chosen):
            y, x = (k * (s + GAP) + GAP
                    for k, s in zip(divmod(i, columns), (h, w)))
            want[y:y + h, x:x + w] = image
        same(f'sheet of class {c}', np.array_equal(got, want), True)


# ---- words ----

def check_text(path, *texts):
    parser = Balanced()
    parser.feed(read(path)[0])
    shown = ' '.join(' '.join(parser.text).split())
    for text in texts:
        assert ' '.join(text.split()) in shown, ('not on the page', text)


def check_facts(path, section, *facts):
    found = read(path)[1].find(f".//*[@id='{section}']")
    terms = [words(e) for e in found.iter('dt')]
    values = [words(e) for e in found.iter('dd')]
    got = dict(zip(terms, values, strict=True))
    for fact in facts:
        key, _, value = fact.partition('=')
        same(key, got.get(key), value)


def main():
    check = {'page': check_page, 'numbers': check_numbers,
             'samples': check_samples, 'text': check_text,
             'facts': check_facts}[sys.argv[1]]
    check(*sys.argv[2:])


if __name__ == '__main__':
    main()
