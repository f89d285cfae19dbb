# SPDX-License-Identifier: MIT
"""Coroutines that never ran, for one of two reasons.

Usage: unstarted.py forgotten|held N. N coroutines are made and never awaited, or given to create_task() in a
loop that is then held up. Prints "ready" and stays. Runs on 3.7 and later.
"""
import asyncio
import sys
import time


async def refresh(number):
    return number


async def main(why, count):
    if why == "forgotten":
        made = [refresh(number) for number in range(count)]
        print("ready", flush=True)
        await asyncio.sleep(1000)
    else:
        made = [asyncio.ensure_future(refresh(number)) for number in range(count)]
        print("ready", flush=True)
        time.sleep(1000)
    return made


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
