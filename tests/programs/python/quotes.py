# SPDX-License-Identifier: MIT
"""A price service with a leak: each order that times out leaves somebody waiting for ever.

Usage: quotes.py [--threads] [--first COUNT] [--rate N] [--payload BYTES]. N orders a second (8) are left, each
with so many bytes (65536): as a coroutine that awaits a queue which nobody fills, or with --threads as a thread
that waits there; COUNT of them are left at the start. Prints "ready" and stays. Runs on 3.8 and later.
"""
import argparse
import asyncio
import queue
import threading
import time


class QuoteService:
    def __init__(self, quotes, payload):
        self.quotes = quotes
        self.payload = payload
        self.orders = []

    async def fetch_quote(self, order):
        return await self.quotes.get()

    async def handle_order(self, number):
        order = bytearray(self.payload)
        order[0] = 1
        return await self.fetch_quote(order)

    def wait_for_quote(self, number):
        order = bytearray(self.payload)
        order[0] = 1
        self.quotes.get()


async def heartbeat():
    while True:
        await asyncio.sleep(0.05)


async def serve(options):
    service = QuoteService(asyncio.Queue(), options.payload)
    asyncio.ensure_future(heartbeat())
    for number in range(options.first):
        service.orders.append(asyncio.ensure_future(service.handle_order(number)))
    while options.first > 0 and service.orders[-1].get_coro().cr_await is None:
        await asyncio.sleep(0)
    print("ready", flush=True)
    while True:
        await asyncio.sleep(1 / options.rate)
        service.orders.append(asyncio.ensure_future(service.handle_order(len(service.orders))))


def serve_threads(options):
    service = QuoteService(queue.Queue(), options.payload)
    number = 0
    while True:
        if number == options.first:
            print("ready", flush=True)
        if number >= options.first:
            time.sleep(1 / options.rate)
        number += 1
        threading.Thread(target=service.wait_for_quote, args=(number,), daemon=True).start()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", action="store_true")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--rate", type=float, default=8)
    parser.add_argument("--payload", type=int, default=65536)
    options = parser.parse_args()
    if options.threads:
        serve_threads(options)
    else:
        asyncio.run(serve(options))


main()
