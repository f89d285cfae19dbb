// SPDX-License-Identifier: MIT
// A service whose async functions await answers that never come, and what V8 itself says of where they are.
//
//   node [--expose-gc] quotes.js TRUTH COUNT [--worker] [--churn]
//
// Writes to the file TRUTH how many calls are suspended where, "N FUNCTION FILE:LINE" a line, by Error().stack
// taken on that line; prints "ready", and stays. Beside them run some that are answered at once and leave
// nothing. --worker: all of it in a worker thread; --churn: it goes on to make garbage as fast as it can.
'use strict';
const fs = require('fs');
const { Worker, isMainThread } = require('worker_threads');

const [truth, words] = [process.argv[2], process.argv.slice(4)];
const count = Number(process.argv[3]);
const waiting = [];
const kept = [];
const counts = new Map();
const places = new Map();

// The caller's caller is suspended next, on the line where it stands.
function note(name) {
  const usual = Error.prepareStackTrace;
  Error.prepareStackTrace = (error, sites) => sites;
  const site = new Error().stack[2];
  Error.prepareStackTrace = usual;
  const place = `${site.getFunctionName()} ${site.getFileName()}:${site.getLineNumber()}`;
  counts.set(place, (counts.get(place) ?? 0) + 1);
  if (name) places.set(name, place);
}
function mark(value, name) {
  note(name);
  return value;
}
// It was, and is no longer.
function leave(name) {
  counts.set(places.get(name), counts.get(places.get(name)) - 1);
}
function answer() {
  note();
  return new Promise((resolve) => waiting.push(resolve));
}

class QuoteService {
  async fetchQuote(symbol) {
    const length = symbol.length;
    const price = await answer();
    return price + length;
  }

  async handleOrder(number) {
    if (number < 0) return 0;
    const price = await mark(this.fetchQuote('s' + number));
    return price + 1;
  }
}

const service = new QuoteService();

const refresh = async () => {
  try {
    await answer();
  } finally {
    kept.push(null);
  }
};

async function gather(number) {
  const all = await mark(Promise.all([
    refresh(),
    new Promise(() => {}),
  ]));
  return all.length + number;
}

let shared;
async function readShared() {
  const value = await mark(shared);
  return value;
}
async function load() {
  await answer();
}

async function guarded(number) {
  // The order is handled, or there is none.
  await mark(service.handleOrder(number).catch(() => 0));
}

async function* prices() {
  yield mark(1, 'first price');
  leave('first price');
  await answer();
  yield 2;
}
async function consume() {
  let sum = 0;
  for await (const price of mark(prices())) sum += price;
  return sum;
}

function* steps() {
  yield mark(1, 'first step');
  leave('first step');
  yield mark(2);
}

async function quick(number) {
  await null;
  await Promise.resolve(number);
  return number;
}

function begin() {
  for (let i = 0; i < count; ++i) kept.push(service.handleOrder(i));
  for (let i = 0; i < count / 10; ++i) kept.push(gather(i));
  shared = load();
  for (let i = 0; i < count / 10; ++i) kept.push(readShared());
  for (let i = 0; i < count / 10; ++i) kept.push(guarded(i));
  for (let i = 0; i < count / 10; ++i) kept.push(consume());
  for (let i = 0; i < count / 10; ++i) {
    const numbers = prices();
    numbers.next();
    kept.push(numbers);
  }
  for (let i = 0; i < count / 10; ++i) {
    const numbers = steps();
    numbers.next();
    numbers.next();
    kept.push(numbers);
  }
}

function churn() {
  const records = [];
  for (let i = 0; i < 20000; ++i) records.push({ number: i, name: 'n' + i });
  for (let i = 0; i < 200; ++i) quick(i);
}

async function ready() {
  for (let i = 0; i < 1000; ++i) await quick(i);
  if (global.gc) {
    global.gc();
    global.gc();
  }
  let text = '';
  for (const [place, number] of counts) {
    if (number > 0) text += `${number} ${place}\n`;
  }
  fs.writeFileSync(truth, text);
  if (words.includes('--churn')) setInterval(churn, 1);
  fs.writeSync(1, 'ready\n');
}

if (isMainThread && words.includes('--worker')) {
  new Worker(__filename, { argv: process.argv.slice(2) });
} else {
  begin();
  setTimeout(ready, 50);
}
setInterval(() => {}, 1000);
