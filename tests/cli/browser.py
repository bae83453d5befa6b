#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Shows a page in headless Chromium and tells what a reader would see of it.

Usage: browser.py CHROMIUM PAGE.html [--shots DIR]

Prints one JSON object: "console" (messages, violations of the page's policy
among them), "requests" (all but the page itself and data: URIs), and for each
width and colour scheme in "views": "overflow" (pixels that the page is too
wide) and "cut" (elements that stick out to the left or right, but for those in
a box that scrolls). --shots leaves pictures of it all in DIR, and print.pdf.

Speaks the DevTools protocol through pipes, with nothing but the standard
library: the page itself forbids scripts, the tools may still run some.
"""
import base64
import fcntl
import json
import os
import pathlib
import select
import subprocess
import sys
import tempfile
import time

WIDTHS = (320, 400, 800, 1400)
DEADLINE_S = 60

# What sticks out of the column of text, unless it lies in a box that scrolls by
# itself: paper may end there.
CUT = """
(() => {
  const column = document.querySelector('main').getBoundingClientRect();
  const bad = [];
  for (const e of document.body.querySelectorAll('*')) {
    if (e.closest('.scroll') && !e.matches('.scroll')) continue;
    const r = e.getBoundingClientRect();
    if (r.width > 0 &&
        (r.left < column.left - 0.5 || r.right > column.right + 0.5))
      bad.push(e.tagName + ' ' + (e.getAttribute('class') || '') + ' ' +
               e.textContent.slice(0, 30) + ' ' + r.left + '..' + r.right);
  }
  return bad;
})()
"""

GROUND = "getComputedStyle(document.documentElement).backgroundColor"


class Browser:
    def __init__(self, program, profile):
        to_read, self.to = os.pipe()
        self.from_, to_write = os.pipe()
        high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 20) for fd in (to_read, to_write)]

        def take_pipes():
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
             "--disable-background-networking", "--disable-component-update",
             "--disable-extensions", "--proxy-server=127.0.0.1:9",
             "--remote-debugging-pipe", "--user-data-dir=" + profile],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, close_fds=False, preexec_fn=take_pipes)
        for fd in (to_read, to_write, *high):
            os.close(fd)
        self.buffer, self.events, self.number = b"", [], 0
        self.session = None
        self.until = time.monotonic() + DEADLINE_S

    def receive(self):
        while b"\0" not in self.buffer:
            left = self.until - time.monotonic()
            if left <= 0 or not select.select([self.from_], [], [], left)[0]:
                raise TimeoutError("no answer from the browser")
            part = os.read(self.from_, 1 << 16)
            if not part:
                raise EOFError("the browser has ended")
            self.buffer += part
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def wait_for(self, method):
        while not any(e.get("method") == method for e in self.events):
            self.events.append(self.receive())

    def evaluate(self, text):
        return self.call("Runtime.evaluate", expression=text,
                         returnByValue=True)["result"]["value"]

    def close(self):
        try:
            self.session = None
            self.call("Browser.close")
        except (EOFError, OSError, TimeoutError):
            self.process.kill()
        self.process.wait()


def shoot(b, width, path):
    high = b.evaluate("document.documentElement.scrollHeight")
    picture = b.call("Page.captureScreenshot", captureBeyondViewport=True,
                     clip={"x": 0, "y": 0, "width": width, "height": high,
                           "scale": 1})
    path.write_bytes(base64.b64decode(picture["data"]))


def look(b, url, shots):
    target = b.call("Target.createTarget", url="about:blank")["targetId"]
    b.session = b.call("Target.attachToTarget", targetId=target,
                       flatten=True)["sessionId"]
    for domain in ("Page", "Network", "Runtime", "Log"):
        b.call(domain + ".enable")
    b.call("Page.navigate", url=url)
    b.wait_for("Page.loadEventFired")
    views = []
    for scheme in ("light", "dark"):
        b.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}])
        for width in WIDTHS:
            b.call("Emulation.setDeviceMetricsOverride", width=width,
                   height=900, deviceScaleFactor=1, mobile=False)
            wide = b.evaluate("document.documentElement.scrollWidth")
            views.append({"width": width, "scheme": scheme,
                          "overflow": wide - width, "cut": b.evaluate(CUT),
                          "ground": b.evaluate(GROUND)})
            if shots:
                shoot(b, width, shots / f"{scheme}-{width}.png")
    if shots:
        b.call("Emulation.setEmulatedMedia", media="print", features=[])
        b.call("Emulation.setDeviceMetricsOverride", width=718, height=1000,
               deviceScaleFactor=1, mobile=False)
        shoot(b, 718, shots / "print.png")
        pdf = b.call("Page.printToPDF", printBackground=False)
        (shots / "print.pdf").write_bytes(base64.b64decode(pdf["data"]))
    return views


def report(events, url):
    console, requests = [], []
    for e in events:
        p = e.get("params", {})
        if e.get("method") == "Log.entryAdded":
            console.append(p["entry"]["text"])
        elif e.get("method") == "Runtime.consoleAPICalled":
            console.append(str(p["args"]))
        elif e.get("method") == "Network.requestWillBeSent":
            asked = p["request"]["url"]
            if asked != url and not asked.startswith("data:"):
                requests.append(asked)
    return {"console": console, "requests": requests}


def main():
    program, page = sys.argv[1:3]
    shots = None
    if sys.argv[3:4] == ["--shots"]:
        shots = pathlib.Path(sys.argv[4])
        shots.mkdir(parents=True, exist_ok=True)
    url = pathlib.Path(page).resolve().as_uri()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        b = Browser(program, profile)
        try:
            views = look(b, url, shots)
        finally:
            b.close()
    result = report(b.events, url)
    result["views"] = views
    print(json.dumps(result))


if __name__ == "__main__":
    main()
