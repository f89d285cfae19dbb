// SPDX-License-Identifier: MIT
// What grew between two heap snapshots of V8's: prints "BYTES COUNT TYPE NAME" a line, biggest first, and
// "BYTES COUNT all" before them.
//
//   node snapshots.js BEFORE AFTER
'use strict';
const fs = require('fs');

function sums(file) {
  const { snapshot, nodes, strings } = JSON.parse(fs.readFileSync(file, 'utf8'));
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, name, size] = ['type', 'name', 'self_size'].map((field) => fields.indexOf(field));
  const found = new Map();
  for (let i = 0; i < nodes.length; i += fields.length) {
    const kind = types[type][nodes[i + type]];
    const text = kind === 'string' ? '' : strings[nodes[i + name]];
    for (const key of ['all', `${kind} ${text}`]) {
      const sum = found.get(key) ?? { bytes: 0, count: 0 };
      sum.bytes += nodes[i + size];
      ++sum.count;
      found.set(key, sum);
    }
  }
  return found;
}

const [before, after] = [sums(process.argv[2]), sums(process.argv[3])];
const grown = [...after].map(([key, sum]) => ({
  key,
  bytes: sum.bytes - (before.get(key)?.bytes ?? 0),
  count: sum.count - (before.get(key)?.count ?? 0),
}));
grown.sort((one, other) => other.bytes - one.bytes);
for (const { key, bytes, count } of grown.slice(0, 200)) console.log(`${bytes} ${count} ${key}`);
