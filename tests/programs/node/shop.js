// SPDX-License-Identifier: MIT
// A service that keeps what it is told to keep.
//
//   node --expose-gc shop.js FIFO
//
// Reads orders from FIFO, "session 5000" a line, and prints "done" after each. "snapshot FILE" and
// "statistics FILE" write what V8 says of its heap.
'use strict';
const fs = require('fs');
const v8 = require('v8');
const { EventEmitter } = require('events');

class Session {
  constructor(number) {
    this.number = number;
    this.token = String(1e6 + number);
    this.since = null;
    this.user = null;
  }
}

const kept = [];
const feed = new EventEmitter();
feed.setMaxListeners(0);
const quotes = new Map();
const cache = new Map();
const kCached = 20000;
let made = 0;

function subscribe(number) {
  feed.on('quote', (price) => price > number);
}

function makeHandler(number) {
  return function onQuote(price) {
    return price > number;
  };
}

const never = new Promise(() => {});
// What it keeps while it waits is more than what V8 makes for the wait.
async function fetchQuote(number) {
  const [a, b, c, d, e, f, g, h] = [1, 2, 3, 4, 5, 6, 7, 8].map((factor) => factor * number);
  await never;
  return a + b + c + d + e + f + g + h;
}

// The oldest goes when it is full.
function remember(number) {
  if (cache.size >= kCached) cache.delete(cache.keys().next().value);
  cache.set(number, new Session(number));
}

const orders = {
  session: (number) => kept.push(new Session(number)),
  listener: subscribe,
  closure: (number) => kept.push(makeHandler(number)),
  map: (number) => quotes.set(number, number),
  timer: () => kept.push(setTimeout(Date.now, 1e8)),
  promise: () => kept.push(new Promise(() => {})),
  call: (number) => kept.push(fetchQuote(number)),
  buffer: () => kept.push(Buffer.alloc(65536, 1)),
  array: (number) => kept.push(new Array(1000).fill(number)),
  text: (number) => kept.push(`quote of ${number}`.repeat(4).toUpperCase()),
  lru: remember,
};
const others = {
  churn: (count) => {
    for (let i = 0; i < count; ++i) made += new Session(i).token.length;
  },
  snapshot: (file) => v8.writeHeapSnapshot(file),
  statistics: (file) => fs.writeFileSync(file, JSON.stringify({
    used: v8.getHeapStatistics().used_heap_size,
    outside: process.memoryUsage().arrayBuffers,
  })),
};

function obey(order) {
  const [word, value] = order.split(' ');
  if (orders[word]) {
    for (let i = 0; i < Number(value); ++i) orders[word](++made);
  } else if (others[word]) {
    others[word](value);
  }
  global.gc();
  global.gc();
  setTimeout(() => fs.writeSync(1, 'done\n'), 50);
}

// Opened again and again: whoever gives an order closes it.
function listen() {
  fs.readFile(process.argv[2], 'utf8', (error, text) => {
    if (error) throw error;
    for (const line of text.split('\n')) {
      if (line) obey(line);
    }
    listen();
  });
}
listen();
fs.writeSync(1, 'ready\n');
