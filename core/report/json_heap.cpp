// SPDX-License-Identifier: MIT
#include "core/report/json_heap.h"

#include <algorithm>
#include <cmath>

#include "core/base/units.h"
#include "core/report/json_parts.h"

namespace rampwatch::report {

namespace {

const char* word(HeapKind kind) {
    switch (kind) {
        case HeapKind::type:
            return "type";
        case HeapKind::array:
            return "array";
        case HeapKind::text:
            return "text";
        case HeapKind::chunk:
            return "chunk";
        case HeapKind::buffer:
            return "buffer";
        case HeapKind::free:
            return "free";
    }
    return "chunk";
}

// An estimate is no more exact than a whole number.
Json json_figure(const HeapFigure& figure) {
    return {
        {"value", std::llround(figure.value)},
        {"interval", {std::llround(figure.value - figure.half), std::llround(figure.value + figure.half)}}};
}

Json json_type(const HeapType& type) {
    Json owned = Json::array();
    for (const HeapOwned& part : type.owned) {
        owned.push_back({{"kind", word(part.kind)},
                         {"name", part.name},
                         {"offset", json_known(part.offset)},
                         {"bytes_each", std::llround(part.bytes_each)}});
    }
    return {{"kind", word(type.kind)},
            {"name", type.name},
            {"count", json_figure(type.count)},
            {"bytes", json_figure(type.bytes)},
            {"own_bytes", std::llround(type.own_bytes)},
            {"maybe_dead", type.maybe_dead},
            {"owned", owned},
            {"hint", type.hint.empty() ? Json(nullptr) : Json(type.hint)}};
}

}  // namespace

Json json_of(const HeapTypes& types, const Life& life) {
    Json rows = Json::array();
    for (const HeapType& type : types.types) rows.push_back(json_type(type));
    const auto since = types.since ? Json(format_time(*types.since)) : Json(nullptr);
    return {{"schema", "rampwatch.heap/1"},
            {"time", format_time(types.wall)},
            {"pid", life.pid},
            {"start_ticks", life.start_ticks},
            {"boot_id", life.boot_id},
            {"comm", life.comm},
            {"reader", types.reader},
            {"since", since},
            {"resident_bytes", types.resident_bytes},
            {"resident_bytes_before", json_known(types.before_resident_bytes)},
            {"swapped_bytes", types.swapped_bytes},
            {"sampled_bytes", types.sampled_bytes},
            {"new_bytes", types.since ? Json(std::llround(types.new_bytes.value)) : Json(nullptr)},
            {"free_bytes", json_figure(types.free_bytes)},
            {"types", rows},
            {"notes", types.notes},
            {"missing", types.missing.empty() ? Json(nullptr) : Json(types.missing)},
            {"took_s", json_seconds(types.took)},
            {"cpu_s", json_seconds(types.cpu)}};
}

std::string json_heap(const HeapTypes& types, const Life& life) { return json_line(json_of(types, life)); }

}  // namespace rampwatch::report
