# SPDX-License-Identifier: MIT
"""Threads and coroutines that stand still, and what Python itself says of them.

Usage: shop.py TRUTH [TASKS]. Writes what sys._current_frames() and asyncio.all_tasks() say to the file TRUTH,
prints "ready", and stays. Its lines: "thread TID" with a line "  FUNCTION FILE:LINE" for each frame, innermost
first; "task" with such lines, what is awaited first. Runs on 3.6 and later.
"""
import asyncio
import ctypes
import sys
import threading
import time

HELD = []
GENERATOR = []
IDS = {}


def note_id():
    IDS[threading.get_ident()] = ctypes.CDLL(None).syscall(186)  # gettid


class Client:
    def fetch(self, item):
        return sorted([3, 1, 2], key=lambda number: self.wait(number) if number == 1 else number)

    def wait(self, number):
        time.sleep(1000)
        return number


def steps():
    yield 1
    yield from deeper()


def deeper():
    time.sleep(1000)
    yield 2


def prüfe(tür):
    tür.wait()


def multi_line_call(event):
    event.wait(
        timeout=None
        if event
        else 1,
    )


def in_thread(function, *arguments):
    def run():
        note_id()
        function(*arguments)

    threading.Thread(target=run, daemon=True).start()


class Handler:
    async def fetch(self, queue):
        return await queue.get()

    async def handle(self, queue):
        return await self.fetch(queue)


async def slow():
    await asyncio.sleep(1000)


async def ticks():
    while True:
        await asyncio.sleep(1000)
        yield 1


async def follow():
    GENERATOR.append(ticks())
    async for _ in GENERATOR[0]:
        pass


async def both():
    await asyncio.gather(slow(), slow())


async def locked(lock):
    async with lock:
        pass


async def serve(loop, tasks):
    note_id()
    queue = asyncio.Queue()
    lock = asyncio.Lock()
    await lock.acquire()
    handler = Handler()
    HELD.extend(loop.create_task(handler.handle(queue)) for _ in range(tasks))
    HELD.extend(loop.create_task(slow()) for _ in range(5))
    HELD.extend(loop.create_task(locked(lock)) for _ in range(3))
    HELD.append(loop.create_task(follow()))
    HELD.append(loop.create_task(both()))
    HELD.append(slow())  # never awaited
    in_thread(tell, sys.argv[1], loop)
    await asyncio.sleep(1000)


def place(code, name, line):
    return "  %s %s:%d\n" % (name, code.co_filename, line)


def told_thread(thread, frame):
    text = "thread %d\n" % IDS[thread]
    while frame is not None:
        code = frame.f_code
        text += place(code, getattr(code, "co_qualname", code.co_name), frame.f_lineno)
        frame = frame.f_back
    return text


def told_task(coroutine):
    lines = []
    while True:
        for prefix, awaited in (("cr", "cr_await"), ("gi", "gi_yieldfrom"), ("ag", "ag_await")):
            if hasattr(coroutine, prefix + "_frame"):
                frame = getattr(coroutine, prefix + "_frame")
                lines.append(place(frame.f_code, coroutine.__qualname__, frame.f_lineno))
                coroutine = getattr(coroutine, awaited)
                break
        else:
            if type(coroutine).__name__ != "async_generator_asend":
                return "task\n" + "".join(reversed(lines))
            coroutine = GENERATOR[0]


def tell(path, loop):
    time.sleep(0.5)  # until all others stand still
    all_tasks = getattr(asyncio, "all_tasks", None) or asyncio.Task.all_tasks
    text = ""
    for thread, frame in sys._current_frames().items():
        if thread != threading.get_ident():
            text += told_thread(thread, frame)
    for task in all_tasks(loop):
        text += told_task(getattr(task, "get_coro", lambda: task._coro)())
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    print("ready", flush=True)
    threading.Event().wait()


def main():
    in_thread(Client().fetch, 1)
    in_thread(list, steps())
    in_thread(prüfe, threading.Event())
    in_thread(multi_line_call, threading.Event())
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(serve(loop, int(sys.argv[2]) if len(sys.argv) > 2 else 20))


main()
