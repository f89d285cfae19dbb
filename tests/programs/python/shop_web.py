# SPDX-License-Identifier: MIT
"""A WSGI shop with a leak: four orders a second time out, and leave a thread that waits for its quote for ever.

Run by gunicorn, as shop_web:app: each of its workers leaks. Prints "ready".
"""
import queue
import threading
import time


class Quotes:
    def __init__(self):
        self.answers = queue.Queue()

    def wait_for_quote(self, order):
        return self.answers.get(), order


def lose_orders(quotes):
    while True:
        order = bytearray(65536)
        order[0] = 1
        threading.Thread(target=quotes.wait_for_quote, args=(order,), daemon=True).start()
        time.sleep(0.25)


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"shop\n"]


threading.Thread(target=lose_orders, args=(Quotes(),), daemon=True).start()
print("ready", flush=True)
