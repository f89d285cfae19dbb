# SPDX-License-Identifier: MIT
"""A heap of known make: so many objects of some types, a third of the first kind freed again.

Usage: goods.py [N]. Prints "ready" and stays. Runs on 3.6 and later.
"""
import sys
import time


class Session:
    __slots__ = ("user", "cart")

    def __init__(self, user):
        self.user = user
        self.cart = None


class Cart:
    def __init__(self, number):
        self.number = number


count = int(sys.argv[1]) if len(sys.argv) > 1 else 30000
sessions = [Session(None) for _ in range(count)]
carts = [Cart(number) for number in range(count // 2)]
prices = [number + 0.5 for number in range(count)]
del sessions[::3]
cache = {number: None for number in range(count)}
uploads = [bytearray(20000) for _ in range(count // 100)]
small = [{"key": number} for number in range(count // 10)]
print("ready", flush=True)
time.sleep(1000)
