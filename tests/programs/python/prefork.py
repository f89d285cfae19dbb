"""A service with forked workers, as gunicorn has them: prefork.py WORKERS THREADS COROUTINES.

Each worker has threads that wait for orders and coroutines that wait for prices. One more child ends at once,
and nobody asks how. Prints "ready" with the PIDs of the workers, then of the one that ended.
"""
import asyncio
import ctypes
import os
import signal
import sys
import threading


class Shop:
    def __init__(self):
        self.orders = threading.Event()

    def wait_for_order(self):
        self.orders.wait()


async def wait_for_price(prices):
    return await prices.get()


async def serve(threads, coroutines, told):
    shop = Shop()
    for _ in range(threads):
        threading.Thread(target=shop.wait_for_order, daemon=True).start()
    prices = asyncio.Queue()
    tasks = [asyncio.ensure_future(wait_for_price(prices)) for _ in range(coroutines)]
    await asyncio.sleep(0.2)
    os.write(told, b"x")
    await asyncio.gather(*tasks)


def main():
    workers, threads, coroutines = (int(word) for word in sys.argv[1:4])
    heard, told = os.pipe()
    pids = []
    for _ in range(workers):
        pid = os.fork()
        if pid == 0:
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # with the parent
            asyncio.run(serve(threads, coroutines, told))
            os._exit(0)
        pids.append(pid)
    for _ in range(workers):
        os.read(heard, 1)
    ended = os.fork()
    if ended == 0:
        os._exit(3)
    os.waitid(os.P_PID, ended, os.WEXITED | os.WNOWAIT)
    print("ready", *pids, ended, flush=True)
    signal.pause()


if __name__ == "__main__":
    main()
