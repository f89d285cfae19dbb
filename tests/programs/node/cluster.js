// SPDX-License-Identifier: MIT
// A primary and two workers of node:cluster, which share a port; each worker has a thread beside it, and in
// each process a number of orders waits for quotes that never come.
//
//   node cluster.js COUNT
'use strict';
const cluster = require('cluster');
const fs = require('fs');
const http = require('http');
const { Worker, isMainThread, workerData } = require('worker_threads');

class QuoteService {
  async fetchQuote() {
    await new Promise((resolve) => waiting.push(resolve));
  }
}
const waiting = [];
const service = new QuoteService();

function begin(count) {
  for (let i = 0; i < count; ++i) service.fetchQuote();
}

if (!isMainThread) {
  begin(workerData);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
} else if (cluster.isPrimary) {
  cluster.setupPrimary({ args: process.argv.slice(2) });
  let ready = 0;
  cluster.on('listening', () => {
    if (++ready === 2) setTimeout(() => fs.writeSync(1, 'ready\n'), 500);
  });
  for (let i = 0; i < 2; ++i) cluster.fork();
} else {
  begin(Number(process.argv[2]));
  new Worker(__filename, { workerData: Number(process.argv[2]) });
  http.createServer((request, answer) => answer.end()).listen(0, '127.0.0.1');
}
