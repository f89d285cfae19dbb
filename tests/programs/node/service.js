// SPDX-License-Identifier: MIT
// A service that takes 40 orders a second, each with 32 KiB of its own. An order waits for a quote that never
// comes; with --healthy it comes 50 ms later.
'use strict';
const healthy = process.argv.includes('--healthy');
const waiting = new Map();

class QuoteService {
  constructor() {
    this.asked = 0;
  }

  async fetchQuote(symbol) {
    const key = `${symbol}-${++this.asked}`;
    return await new Promise((resolve) => {
      waiting.set(key, resolve);
      if (healthy) setTimeout(() => this.answer(key), 50);
    });
  }

  answer(key) {
    waiting.get(key)(1);
    waiting.delete(key);
  }

  async handleOrder(number) {
    const order = new Array(4096).fill(number);
    const quote = await this.fetchQuote('s' + (number % 7));
    return order[0] * quote;
  }
}

const service = new QuoteService();
let orders = 0;
setInterval(() => {
  for (let i = 0; i < 2; ++i) service.handleOrder(++orders);
}, 50);
console.log('ready');
