// SPDX-License-Identifier: MIT
#include "core/stacks/heap_difference.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

namespace rampwatch::stacks {
namespace {

HeapFigure less(const HeapFigure& now, const HeapFigure& before) {
    return {now.value - before.value, std::hypot(now.half, before.half)};
}

}  // namespace

HeapTypes heap_difference(const HeapTypes& before, const HeapTypes& now) {
    HeapTypes change = now;
    change.types.clear();
    change.since = before.wall;
    change.before_resident_bytes = before.resident_bytes;
    change.free_bytes = less(now.free_bytes, before.free_bytes);
    change.new_bytes = 0;
    std::map<std::pair<HeapKind, std::string>, const HeapType*> then;
    for (const HeapType& type : before.types) then.emplace(std::pair(type.kind, type.name), &type);
    for (HeapType type : now.types) {
        if (const auto found = then.find({type.kind, type.name}); found != then.end()) {
            const HeapType& old = *found->second;
            type.count = less(type.count, old.count);
            type.bytes = less(type.bytes, old.bytes);
            type.own_bytes -= old.own_bytes;
        }
        if (type.bytes.value <= 0 || type.bytes.value <= type.bytes.half) continue;
        *change.new_bytes += type.bytes.value;
        change.types.push_back(std::move(type));
    }
    std::stable_sort(change.types.begin(), change.types.end(),
                     [](const HeapType& a, const HeapType& b) { return a.bytes.value > b.bytes.value; });
    change.notes.emplace_back(
        "Two samples were compared: a baseline (heap --baseline) shows smaller growth.");
    return change;
}

}  // namespace rampwatch::stacks
