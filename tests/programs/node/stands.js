// SPDX-License-Identifier: MIT
// Threads that stand still in JavaScript, each called as often before as brings its code to another tier, and
// what V8 itself says of where they are.
//
//   node stands.js FOLDER        workers and the main thread wait; their stacks are in FOLDER
//   node stands.js --idle        nothing is to be done
//   node stands.js --busy        it never ends
'use strict';
const fs = require('fs');
const { Worker, isMainThread, workerData } = require('worker_threads');

const folder = isMainThread ? process.argv[2] : workerData.folder;
const kCalls = [0, 300, 3000, 100000, 2000000];
let name = isMainThread ? 'main' : `worker${workerData.calls}`;

function wait() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
function note(stack) {
  fs.writeFileSync(`${folder}/${name}`, stack.split('\n').slice(1).join('\n') + '\n');
  if (isMainThread) fs.writeSync(1, 'ready\n');
  wait();
  return 1;
}
function stand(number) {
  return note(new Error().stack) + number;
}

// So many that which one is called is never taken for granted.
const hooks = [(n) => n + 1, (n) => n + 2, (n) => n + 3, (n) => n - 1, (n) => n - 2, (n) => n - 3];

function leaf(number, hook) {
  return hook(number) + 1;
}
function small(number, hook) {

  return leaf(number * 2,
              hook) + 1;
}
class Box {
  constructor(value) {
    this.value = value;
  }
  get(hook) {
    let sum = 0;
    for (let i = 0; i < 2; ++i) {

      sum += small(this.value + i, hook);
    }
    return sum;
  }
}
function hot(number, hook) {
  const box = new Box(number);

  return box.get(hook);
}
function outer(hook) {
  return [3, 1, 2].map((value) => {

    return hot(value, value === 2 ? hook : hooks[0]);
  });
}

function warm(calls) {
  for (let i = 0; i < calls; ++i) hot(i, hooks[i % hooks.length]);
}
function standAtLast() {
  const seen = () => fs.readdirSync(folder).length >= kCalls.length;
  if (isMainThread && !seen()) {
    setTimeout(standAtLast, 50);
    return;
  }
  outer(stand);
}

function spin() {
  let sum = 0;
  for (;;) sum = (sum + Math.sqrt(sum + 2)) % 1000;
}

if (process.argv[2] === '--idle') {
  setInterval(() => {}, 1e6);
  fs.writeSync(1, 'ready\n');
} else if (process.argv[2] === '--busy') {
  fs.writeSync(1, 'ready\n');
  spin();
} else {
  if (isMainThread) {
    for (const calls of kCalls) new Worker(__filename, { workerData: { calls, folder } });
  }
  warm(isMainThread ? 3000 : workerData.calls);
  setTimeout(standAtLast, 20);
}
