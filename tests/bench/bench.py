#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures the jobs of jobs.py and prints a table; scripts/bench calls it.

Whole processes, one after the other: in each round every contestant of a job
runs once, so that what the machine does at the time meets all of them. Figures
are medians; the minimum stands in brackets. The largest memory comes from a run
of its own, which is not timed.
"""
import argparse
import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

import jobs as bench_jobs

ROUNDS, QUICK_ROUNDS = 9, 2


def run(contestant):
    """Seconds, of the process or as it says itself."""
    if contestant.prepare:
        contestant.prepare()
    begin = time.perf_counter()
    done = subprocess.run(contestant.command, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    seconds = time.perf_counter() - begin
    if done.returncode != 0:
        sys.exit(f'bench: {" ".join(contestant.command)}: status '
                 f'{done.returncode}\n{done.stderr.decode()}')
    return float(done.stdout) if contestant.tells_seconds else seconds


def peak_kilobytes(contestant):
    """By time(1): a child of Python begins with what Python itself needs."""
    if contestant.prepare:
        contestant.prepare()
    with tempfile.NamedTemporaryFile('r') as told:
        subprocess.run(['time', '-f', '%M', '-o', told.name]
                       + contestant.command, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=True)
        return int(told.read())


class Times(list):
    @property
    def median(self):
        return statistics.median(self)


def measure(job, rounds):
    times = {c.name: Times() for c in job.contestants}
    for c in job.contestants:  # caches are warm before the first round
        run(c)
    for _ in range(rounds):
        for c in job.contestants:
            times[c.name].append(run(c))
    memory = {c.name: peak_kilobytes(c) for c in job.contestants
              if not c.tells_seconds}
    if job.clean_up:
        job.clean_up()
    return times, memory


def milliseconds(seconds):
    ms = seconds * 1000
    return f'{ms:.1f}' if ms < 20 else f'{ms:.0f}'


def print_times(job, times, memory):
    print(f'\n{job.title}')
    for c in job.contestants:
        t = times[c.name]
        mb = f'{memory[c.name] / 1024:6.1f} MB' if c.name in memory else ''
        print(f'  {c.name:<34} {milliseconds(t.median):>7} '
              f'({milliseconds(min(t))}) ms {mb}')


def judge(job, times, memory):
    """The claims of a job with what was measured: what the median says counts,
    where a claim names nothing else."""
    rows = []
    for claim in job.claims:
        value = claim.value(times, memory)
        met = None
        if claim.limit is not None:
            met = value <= claim.limit if claim.most else value >= claim.limit
        rows.append({'job': job.name, 'claim': claim.text,
                     'measured': round(value, 4), 'unit': claim.unit,
                     'target': claim.limit, 'at_most': claim.most,
                     'met': met})
    return rows


def print_table(claims):
    print('\n| job | what | measured | target | |\n|---|---|---|---|---|')
    for c in claims:
        digits = 2 if c['measured'] < 10 else 1
        target = ''
        if c['met'] is not None:
            sign = '<=' if c['at_most'] else '>='
            target = f"{sign} {c['target']:g}{c['unit']}"
        verdict = {None: '', True: 'met', False: 'MISSED'}[c['met']]
        print(f"| {c['job']} | {c['claim']} | {c['measured']:.{digits}f}"
              f"{c['unit']} | {target} | {verdict} |")


def processor():
    with open('/proc/cpuinfo') as f:
        for line in f:
            if line.startswith('model name'):
                return line.split(':', 1)[1].strip()
    return platform.processor()


def parse(argv):
    p = argparse.ArgumentParser(prog='scripts/bench', add_help=False)
    p.add_argument('--tool', required=True)
    p.add_argument('--zlib-tool', required=True)
    p.add_argument('--programs', required=True)
    p.add_argument('--raw', required=True)
    p.add_argument('--dataset', required=True)
    p.add_argument('--quick', action='store_true')
    p.add_argument('--rounds', type=int)
    p.add_argument('--only', default='')
    p.add_argument('--json')
    p.add_argument('--dir')
    p.add_argument('what', nargs='?', choices=['jobs', 'scale'],
                   default='jobs')
    return p.parse_args(argv)


def bench(options, work):
    quick = options.quick or options.what == 'scale'
    rounds = options.rounds or (QUICK_ROUNDS if quick else ROUNDS)
    env = bench_jobs.Environment(options, work)
    make = {'scale': bench_jobs.scale} if options.what == 'scale' \
        else bench_jobs.JOBS
    only = [n for n in options.only.split(',') if n] or list(make)
    unknown = set(only) - set(make)
    if unknown:
        sys.exit(f'bench: there is no job {", ".join(sorted(unknown))}; there '
                 f'are {", ".join(make)}')
    version = subprocess.run([options.tool, 'version'], capture_output=True,
                             text=True, check=True).stdout
    print(f'{processor()}, {os.cpu_count()} cores, {platform.system()} '
          f'{platform.release()}; {options.dataset}; {rounds} rounds, median '
          f'(minimum)')
    result = {'schema': 'mnistprep.bench/1', 'machine': processor(),
              'cores': os.cpu_count(), 'system': platform.platform(),
              'dataset': options.dataset, 'rounds': rounds,
              'version': version.split('\n'), 'jobs': {}, 'claims': []}
    for name in make:
        if name not in only:
            continue
        job = make[name](env)
        times, memory = measure(job, rounds)
        print_times(job, times, memory)
        sys.stdout.flush()
        result['jobs'][job.name] = {
            n: {'seconds': t, 'median': t.median, 'min': min(t),
                'kilobytes': memory.get(n)} for n, t in times.items()}
        result['claims'] += judge(job, times, memory)
    if result['claims']:
        print_table(result['claims'])
    return result


def memory_dir():
    """For many small files, where a file system in memory is at hand."""
    if os.access('/dev/shm', os.W_OK):
        return tempfile.TemporaryDirectory(prefix='mnistprep-bench-',
                                           dir='/dev/shm')
    return contextlib.nullcontext()


def main():
    options = parse(sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix='mnistprep-bench-',
                                     dir=options.dir) as work, \
            memory_dir() as options.memory_dir:
        result = bench(options, work)
    if options.json:
        with open(options.json, 'w') as f:
            json.dump(result, f, indent=1)
            f.write('\n')


if __name__ == '__main__':
    main()
