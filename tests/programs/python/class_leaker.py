# SPDX-License-Identifier: MIT
"""A shop's service in Python whose sessions are never closed, beside a cache that stays as it is."""
import sys
import time


class Session:
    def __init__(self, number):
        self.number = number
        self.token = "token-%d" % number
        self.basket = [number] * 100


class Entry:
    def __init__(self, number):
        self.number = number


def main():
    a_second = int(sys.argv[1]) if len(sys.argv) > 1 else 1500
    cache = {number: Entry(number) for number in range(20000)}
    sessions = {}
    print("ready", flush=True)
    begun = time.monotonic()
    while True:
        while len(sessions) < (time.monotonic() - begun) * a_second:
            sessions[len(sessions)] = Session(len(sessions))
        assert len(cache) == 20000
        time.sleep(0.02)


main()
