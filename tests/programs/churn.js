// SPDX-License-Identifier: MIT
// Node under garbage collection: a live set of constant size whose parts are replaced all the time. After the
// warm-up it prints "ready C", C being the seconds between two of its major collections. A leak begins with the
// program: its first seconds, in which the heap finds its size and grows faster, are then over at "ready".
//
//   --live MB    live set (24)
//   --rate MB/s  replaced a second (16)
//   --leak KB/s  kept for ever, a second (0)
//   --warm N     major collections before it is ready (10)
'use strict';
const { PerformanceObserver, constants } = require('perf_hooks');

function option(name, usual) {
  const at = process.argv.indexOf(name);
  return at > 0 ? Number(process.argv[at + 1]) : usual;
}

const kTicksPerSecond = 50;
const kRecordBytes = 1024;  // of heap, about: an array of 120 numbers
const live = option('--live', 24);
const rate = option('--rate', 16);
const leak = option('--leak', 0);
const warm = option('--warm', 10);

function newRecord(mark) {
  const record = new Array(120);
  for (let i = 0; i < record.length; ++i) record[i] = mark + i;
  return record;
}

const records = new Array(Math.floor(live * (1 << 20) / kRecordBytes)).fill(null);
const kept = [];
let replaced = 0;
let leaked = 0;
let majors = 0;
let since = null;

new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.detail.kind !== constants.NODE_PERFORMANCE_GC_MAJOR) continue;
    since ??= entry.startTime;
    if (++majors === warm) {
      console.log(`ready ${((entry.startTime - since) / 1000 / (warm - 1)).toFixed(2)}`);
    }
  }
}).observe({ entryTypes: ['gc'] });

// By the clock, not by the tick: on a busy host ticks come late, and the rates stay what they were asked to be.
let before = process.hrtime.bigint();
let owed = 0;

function turn() {
  const now = process.hrtime.bigint();
  const seconds = Number(now - before) / 1e9;
  before = now;
  for (owed += seconds * rate * (1 << 20); owed >= kRecordBytes; owed -= kRecordBytes, ++replaced) {
    records[replaced % records.length] = newRecord(replaced);
  }
  for (leaked += seconds * leak * 1024; leaked >= kRecordBytes; leaked -= kRecordBytes) {
    kept.push(newRecord(replaced));
  }
}

setInterval(turn, 1000 / kTicksPerSecond);
