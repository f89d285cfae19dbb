// SPDX-License-Identifier: MIT
#include "core/report/json_dump.h"

#include <utility>

#include "core/base/units.h"
#include "core/model/words.h"
#include "core/report/json_parts.h"
#include "core/report/memory_text.h"

namespace rampwatch::report {
namespace {

Json frame_json(const Frame& frame) {
    return {{"function", json_known(frame.function)},
            {"module", json_known(frame.module)},
            {"offset", json_known(frame.offset)},
            {"file", json_known(frame.file)},
            {"line", json_known(frame.line)},
            {"inlined", frame.inlined},
            {"library", frame.library},
            {"guess", frame.guess},
            {"build_id", json_known(frame.build_id)}};
}

Json growth_json(const GroupGrowth& growth) {
    return {{"dumps", growth.dumps},
            {"per_s", growth.per_s},
            {"per_s_ci95", {growth.per_s_low, growth.per_s_high}},
            {"bytes_each", growth.bytes_each},
            {"bytes_each_ci95", {growth.bytes_each_low, growth.bytes_each_high}},
            {"explains", growth.explains}};
}

Json group_json(const Group& group) {
    const bool thread = group.kind == StackKind::thread;
    Json frames = Json::array();
    for (const Frame& frame : group.frames) frames.push_back(frame_json(frame));
    Json json = {{"count", group.count},
                 {"kind", word(group.kind)},
                 {"state", json_known(group.state)},
                 {"tids", thread ? Json(group.ids) : Json::array()},
                 {"goids", thread ? Json::array() : Json(group.ids)},
                 {"names", group.names},
                 {"change", json_known(group.change)},
                 {"growth", group.growth ? growth_json(*group.growth) : Json(nullptr)},
                 {"stayed", json_known(group.stayed)},
                 {"own_frame", group.own_frame},
                 {"truncated", group.truncated},
                 {"frames", std::move(frames)}};
    if (thread) return json;
    const auto seconds = [](const auto& time) { return time ? Json(json_seconds(*time)) : Json(nullptr); };
    json["created_by"] = group.created_by ? frame_json(*group.created_by) : Json(nullptr);
    json["parent"] = json_known(group.parent);
    json["parent_frame"] = group.parent_frame ? frame_json(*group.parent_frame) : Json(nullptr);
    json["stack_bytes"] = json_known(group.stack_bytes);
    json["waited_at_least_s"] = seconds(group.waited_at_least);
    json["waited_at_most_s"] = seconds(group.waited_at_most);
    json["labels"] = group.labels;
    json["leaked"] = json_known(group.leaked);
    json["runtime_own"] = group.runtime_own;
    return json;
}

Json heap_json(const GoHeap& heap) {
    return {{"marked_bytes", heap.marked},
            {"live_bytes", heap.live},
            {"in_use_bytes", heap.in_use},
            {"free_bytes", heap.free},
            {"released_bytes", heap.released},
            {"mapped_ready_bytes", heap.mapped_ready},
            {"next_goal_bytes", json_known(heap.next_goal)}};
}

Json go_json(const GoProgram& go) {
    return {{"version", go.version},
            {"module", go.module},
            {"guessed", go.guessed},
            {"frames", go.frames},
            {"source", go.source.empty() ? Json("memory") : Json(go.source)},
            {"goroutines", go.goroutines},
            {"system", go.system},
            {"running", go.running},
            {"moving", go.moving},
            {"partial", go.partial},
            {"unread", go.unread},
            {"ungrouped", go.ungrouped},
            {"leaked", json_known(go.leaked)},
            {"stack_bytes", go.stack_bytes},
            {"heap", go.heap ? heap_json(*go.heap) : Json(nullptr)}};
}

Json figures_json(const MemoryFigures& figures) {
    return {{"address_space_bytes", figures.address_space}, {"rss_bytes", figures.rss},
            {"anonymous_bytes", figures.anonymous},         {"swap_bytes", figures.swap},
            {"lazy_free_bytes", figures.lazy_free},         {"huge_bytes", figures.huge}};
}

Json part_json(const MemoryPart& part) {
    Json json = figures_json(part.figures);
    json["kind"] = word(part.kind);
    json["name"] = part.name.empty() ? Json(nullptr) : Json(part.name);
    json["mappings"] = part.mappings;
    json["change_bytes"] = json_known(part.change_bytes);
    json["change_mappings"] = json_known(part.change_mappings);
    return json;
}

Json memory_json(const Dump& dump) {
    const MemoryParts& memory = *dump.memory;
    Json parts = Json::array();
    for (const MemoryPart& part : memory.parts) parts.push_back(part_json(part));
    return {{"total", figures_json(memory.total)},
            {"parts", std::move(parts)},
            {"allocators", memory.allocators},
            {"missing", memory.missing.empty() ? Json(nullptr) : Json(memory.missing)},
            {"took_s", json_seconds(memory.took)},
            {"since", memory.since ? Json(format_time(*memory.since)) : Json(nullptr)},
            {"before", memory.before ? figures_json(*memory.before) : Json(nullptr)},
            {"hints", memory_hints(dump)}};
}

Json stops_json(const Dump& dump) {
    Json stops = Json::array();
    for (const ThreadStop& stop : dump.stops)
        stops.push_back({{"tid", stop.id}, {"held_us", stop.held.count() / 1000}});
    return stops;
}

Json time_json(std::chrono::nanoseconds wall) {
    return wall.count() == 0 ? Json(nullptr) : Json(format_time(wall));
}

}  // namespace

Json json_of(const Dump& dump) {
    Json target = {{"pid", dump.life.pid},
                   {"start_time", time_json(dump.life.started_wall)},
                   {"start_ticks", dump.life.start_ticks},
                   {"executable", dump.life.executable}};
    if (dump.life.command_line) target["command_line"] = *dump.life.command_line;
    Json groups = Json::array();
    for (const Group& group : dump.groups) groups.push_back(group_json(group));
    return {
        {"schema", "rampwatch.dump/1"},
        {"time", time_json(dump.wall)},
        {"target", std::move(target)},
        {"reason", word(dump.reason)},
        {"backend", dump.backend},
        {"stop_time_us", dump.stop_time ? Json(dump.stop_time->count() / 1000) : Json(nullptr)},
        {"stops", stops_json(dump)},
        {"took_s", json_seconds(dump.took)},
        {"threads", dump.threads},
        {"go", dump.go ? go_json(*dump.go) : Json(nullptr)},
        {"rss_bytes", json_known(dump.rss_bytes)},
        {"baseline", dump.baseline ? time_json(*dump.baseline) : Json(nullptr)},
        {"explains_growth", json_known(dump.explains_growth)},
        {"baseline_rss_bytes", json_known(dump.baseline_rss_bytes)},
        {"baseline_go", dump.baseline_go ? go_json(*dump.baseline_go) : Json(nullptr)},
        {"memory", dump.memory ? memory_json(dump) : Json(nullptr)},
        {"warnings", dump.warnings},
        {"groups", std::move(groups)},
    };
}

std::string json_dump(const Dump& dump) { return json_line(json_of(dump)); }

}  // namespace rampwatch::report
