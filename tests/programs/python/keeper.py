# SPDX-License-Identifier: MIT
"""Keeps 40,000 objects of a class in one way, says "ready" and rests: keeper.py HOW."""
import sys
import time

COUNT = 40_000


class Session:
    __slots__ = ("number", "__weakref__")

    def __init__(self, number):
        self.number = number


class User:
    __slots__ = ("session",)

    def __init__(self, session):
        self.session = session


class Registry:
    all = []


class App:
    def __init__(self):
        self.name = "app"
        self.open = {}


cache = {}
sessions = []
second = []
seen = set()
users = []
app = App()


def keep(how, own):
    for number in range(COUNT):
        session = Session(number)
        if how == "dict":
            cache["session %d" % number] = session
        if how in ("list", "twice"):
            sessions.append(session)
        if how == "twice":
            second.append(session)
        if how == "set":
            seen.add(session)
        if how == "class":
            Registry.all.append(session)
        if how == "instance":
            app.open[number] = session
        if how == "member":
            users.append(User(session))
        if how == "dicts":
            users.append({"session": session})
        if how == "local":
            own.append(session)


def main():
    own = []
    keep(sys.argv[1], own)
    print("ready", flush=True)
    while True:
        time.sleep(1000)


main()
