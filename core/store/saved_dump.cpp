// SPDX-License-Identifier: MIT
#include "core/store/saved_dump.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "core/base/text.h"
#include "core/model/verdict.h"
#include "core/model/words.h"

namespace rampwatch::store {
namespace {

using Json = nlohmann::json;

Error bad(std::string what) { return {Error::Kind::bad_input, std::move(what), {}, "it is no saved dump"}; }

// A member of the wrong type is as good as none; what must be there is asked for by at().
template <class T>
std::optional<T> member(const Json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || found->is_null()) return std::nullopt;
    if constexpr (std::is_same_v<T, std::string>) {
        if (!found->is_string()) return std::nullopt;
    } else if constexpr (std::is_same_v<T, bool>) {
        if (!found->is_boolean()) return std::nullopt;
    } else if constexpr (std::is_same_v<T, double>) {
        if (!found->is_number()) return std::nullopt;
    } else {
        if (!found->is_number_integer()) return std::nullopt;
    }
    return found->get<T>();
}

// Seconds with a fraction, as json_seconds() writes them.
std::optional<std::chrono::nanoseconds> seconds_of(const Json& object, const char* name) {
    constexpr double kMost = 9e9;  // what nanoseconds can hold
    const auto seconds = member<double>(object, name);
    if (!seconds || !(*seconds >= 0 && *seconds <= kMost)) return std::nullopt;
    return std::chrono::nanoseconds(std::llround(*seconds * 1e9));
}

const Json* object_in(const Json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_object() ? &*found : nullptr;
}

Frame frame_of(const Json& json) {
    Frame frame;
    if (!json.is_object()) return frame;
    frame.function = member<std::string>(json, "function");
    frame.module = member<std::string>(json, "module");
    frame.offset = member<std::uint64_t>(json, "offset");
    frame.file = member<std::string>(json, "file");
    frame.line = member<std::int64_t>(json, "line");
    frame.inlined = member<bool>(json, "inlined").value_or(false);
    frame.library = member<bool>(json, "library").value_or(false);
    frame.guess = member<bool>(json, "guess").value_or(false);
    frame.build_id = member<std::string>(json, "build_id");
    return frame;
}

const Json& list(const Json& object, const char* name) {
    static const Json kNone = Json::array();
    const auto found = object.find(name);
    return found != object.end() && found->is_array() ? *found : kNone;
}

std::optional<Interval> interval_of(const Json& object, const char* name) {
    const Json& pair = list(object, name);
    if (pair.size() != 2 || !pair[0].is_number() || !pair[1].is_number()) return std::nullopt;
    return Interval{pair[0].get<double>(), pair[1].get<double>()};
}

std::optional<GroupGrowth> growth_of(const Json& group) {
    const Json* json = object_in(group, "growth");
    if (json == nullptr) return std::nullopt;
    const auto per_s = member<double>(*json, "per_s"), each = member<double>(*json, "bytes_each");
    const auto per_s_range = interval_of(*json, "per_s_ci95"),
               each_range = interval_of(*json, "bytes_each_ci95");
    if (!per_s || !each || !per_s_range || !each_range) return std::nullopt;
    return GroupGrowth{.dumps = static_cast<int>(std::clamp(member<std::int64_t>(*json, "dumps").value_or(0),
                                                            std::int64_t{0}, std::int64_t{1} << 30)),
                       .per_s = *per_s,
                       .per_s_low = per_s_range->low,
                       .per_s_high = per_s_range->high,
                       .bytes_each = *each,
                       .bytes_each_low = each_range->low,
                       .bytes_each_high = each_range->high,
                       .explains = member<double>(*json, "explains").value_or(0)};
}

std::optional<Group> group_of(const Json& json) {
    if (!json.is_object()) return std::nullopt;
    const auto count = member<std::int64_t>(json, "count");
    const auto kind = member<std::string>(json, "kind");
    if (!count || *count < 0 || !kind || (*kind != "thread" && *kind != "goroutine")) return std::nullopt;
    Group group;
    group.count = *count;
    group.kind = *kind == "thread" ? StackKind::thread : StackKind::goroutine;
    group.state = member<std::string>(json, "state");
    for (const char* ids : {"tids", "goids"}) {
        for (const Json& id : list(json, ids)) {
            if (id.is_number_integer() && group.ids.size() < kMostIds)
                group.ids.push_back(id.get<std::int64_t>());
        }
    }
    for (const Json& name : list(json, "names")) {
        if (name.is_string() && group.names.size() < kMostNames)
            group.names.push_back(name.get<std::string>());
    }
    for (const Json& frame : list(json, "frames")) group.frames.push_back(frame_of(frame));
    const auto own = member<std::uint64_t>(json, "own_frame").value_or(0);
    group.own_frame = own < group.frames.size() ? static_cast<std::size_t>(own) : 0;
    group.truncated = member<bool>(json, "truncated").value_or(false);
    group.change = member<std::int64_t>(json, "change");
    group.growth = growth_of(json);
    group.stayed = member<double>(json, "stayed");
    if (const Json* created_by = object_in(json, "created_by")) group.created_by = frame_of(*created_by);
    group.parent = member<std::int64_t>(json, "parent");
    if (const Json* at = object_in(json, "parent_frame")) group.parent_frame = frame_of(*at);
    for (const Json& label : list(json, "labels")) {
        if (label.is_string() && group.labels.size() < kMostNames)
            group.labels.push_back(label.get<std::string>());
    }
    group.leaked = member<std::int64_t>(json, "leaked");
    group.stack_bytes = member<std::int64_t>(json, "stack_bytes");
    group.waited_at_least = seconds_of(json, "waited_at_least_s");
    group.waited_at_most = seconds_of(json, "waited_at_most_s");
    group.runtime_own = member<bool>(json, "runtime_own").value_or(false);
    return group;
}

std::optional<GoHeap> heap_of(const Json& go) {
    const Json* json = object_in(go, "heap");
    if (json == nullptr) return std::nullopt;
    const auto bytes = [&](const char* name) { return member<std::int64_t>(*json, name).value_or(0); };
    return GoHeap{.marked = bytes("marked_bytes"),
                  .live = bytes("live_bytes"),
                  .in_use = bytes("in_use_bytes"),
                  .free = bytes("free_bytes"),
                  .released = bytes("released_bytes"),
                  .mapped_ready = bytes("mapped_ready_bytes"),
                  .next_goal = member<std::int64_t>(*json, "next_goal_bytes")};
}

std::optional<GoProgram> go_of(const Json& object, const char* name) {
    const Json* json = object_in(object, name);
    if (json == nullptr) return std::nullopt;
    const auto count = [&](const char* what) { return member<std::int64_t>(*json, what).value_or(0); };
    GoProgram go{.version = member<std::string>(*json, "version").value_or(""),
                 .module = member<std::string>(*json, "module").value_or(""),
                 .guessed = member<bool>(*json, "guessed").value_or(false),
                 .frames = member<bool>(*json, "frames").value_or(true)};
    if (auto source = member<std::string>(*json, "source"); source && *source != "memory")
        go.source = std::move(*source);
    go.goroutines = count("goroutines");
    go.system = count("system");
    go.running = count("running");
    go.moving = count("moving");
    go.partial = count("partial");
    go.unread = count("unread");
    go.ungrouped = count("ungrouped");
    go.stack_bytes = count("stack_bytes");
    go.leaked = member<std::int64_t>(*json, "leaked");
    go.heap = heap_of(*json);
    return go;
}

MemoryFigures figures_of(const Json& json) {
    const auto bytes = [&](const char* name) {
        constexpr std::int64_t kMost = std::int64_t{1} << 60;
        return std::clamp(member<std::int64_t>(json, name).value_or(0), std::int64_t{0}, kMost);
    };
    return {bytes("address_space_bytes"), bytes("rss_bytes"),       bytes("anonymous_bytes"),
            bytes("swap_bytes"),          bytes("lazy_free_bytes"), bytes("huge_bytes")};
}

// "2026-11-24T03:10:05+01:00", as format_time() writes it.
std::optional<std::chrono::nanoseconds> parse_time(const std::string& text) {
    tm parts{};
    const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S%z", &parts);
    if (rest == nullptr || *rest != '\0') return std::nullopt;
    const long offset_s = parts.tm_gmtoff;
    return std::chrono::seconds(::timegm(&parts) - offset_s);
}

std::chrono::nanoseconds time_of(const Json& object, const char* name) {
    const auto text = member<std::string>(object, name);
    const auto time = text ? parse_time(*text) : std::nullopt;
    return time.value_or(std::chrono::nanoseconds(0));
}

std::optional<MemoryParts> memory_of(const Json& dump) {
    const Json* json = object_in(dump, "memory");
    if (json == nullptr) return std::nullopt;
    const Json* total = object_in(*json, "total");
    if (total == nullptr) return std::nullopt;
    MemoryParts memory;
    memory.total = figures_of(*total);
    memory.missing = member<std::string>(*json, "missing").value_or("");
    memory.took = seconds_of(*json, "took_s").value_or(std::chrono::nanoseconds(0));
    if (const auto since = time_of(*json, "since"); since.count() != 0) memory.since = since;
    if (const Json* before = object_in(*json, "before")) memory.before = figures_of(*before);
    for (const Json& part : list(*json, "parts")) {
        if (!part.is_object() || memory.parts.size() >= 2 * kMostMemoryParts) continue;
        const auto kind = memory_kind_of(member<std::string>(part, "kind").value_or(""));
        if (!kind) continue;
        memory.parts.push_back({*kind, member<std::string>(part, "name").value_or(""),
                                std::clamp(member<std::int64_t>(part, "mappings").value_or(0),
                                           std::int64_t{0}, std::int64_t{1} << 40),
                                figures_of(part), member<std::int64_t>(part, "change_bytes"),
                                member<std::int64_t>(part, "change_mappings")});
    }
    for (const Json& name : list(*json, "allocators")) {
        if (name.is_string() && memory.allocators.size() < kMostNames)
            memory.allocators.push_back(name.get<std::string>());
    }
    return memory;
}

std::optional<DumpReason> reason_of(const Json& dump) {
    const auto text = member<std::string>(dump, "reason");
    for (const auto known : {DumpReason::asked, DumpReason::baseline, DumpReason::growing, DumpReason::leak,
                             DumpReason::limit_near}) {
        if (text == word(known)) return known;
    }
    return std::nullopt;
}

std::vector<ThreadStop> stops_of(const Json& dump) {
    std::vector<ThreadStop> stops;
    for (const Json& stop : list(dump, "stops")) {
        if (!stop.is_object()) continue;
        const auto id = member<std::int64_t>(stop, "tid"), held = member<std::int64_t>(stop, "held_us");
        if (id && held && *held >= 0 && *held < std::int64_t{1} << 40)
            stops.push_back({*id, std::chrono::microseconds(*held)});
    }
    return stops;
}

Result<Dump> dump_of(const Json& json) {
    if (!json.is_object()) return bad("not a JSON object");
    const auto schema = member<std::string>(json, "schema");
    if (schema != "rampwatch.dump/1")
        return bad(schema ? fmt::format("of the schema {}", escape(*schema, 64)) : "without a schema");
    Dump dump;
    dump.wall = time_of(json, "time");
    dump.backend = member<std::string>(json, "backend").value_or("");
    dump.threads = member<std::int64_t>(json, "threads").value_or(0);
    dump.reason = reason_of(json).value_or(DumpReason::asked);
    if (const auto held = member<std::int64_t>(json, "stop_time_us");
        held && *held >= 0 && *held < std::int64_t{1} << 40)
        dump.stop_time = std::chrono::microseconds(*held);
    dump.stops = stops_of(json);
    dump.took = seconds_of(json, "took_s").value_or(std::chrono::nanoseconds(0));
    if (const Json* target = object_in(json, "target")) {
        dump.life.pid = static_cast<std::int32_t>(member<std::int64_t>(*target, "pid").value_or(0));
        dump.life.start_ticks = member<std::uint64_t>(*target, "start_ticks").value_or(0);
        dump.life.started_wall = time_of(*target, "start_time");
        dump.life.executable = member<std::string>(*target, "executable").value_or("");
        dump.life.command_line = member<std::string>(*target, "command_line");
    }
    dump.go = go_of(json, "go");
    dump.rss_bytes = member<std::int64_t>(json, "rss_bytes");
    if (const auto baseline = time_of(json, "baseline"); baseline.count() != 0) dump.baseline = baseline;
    dump.explains_growth = member<bool>(json, "explains_growth");
    dump.baseline_rss_bytes = member<std::int64_t>(json, "baseline_rss_bytes");
    dump.baseline_go = go_of(json, "baseline_go");
    if (!json.contains("groups") || !json["groups"].is_array()) return bad("without groups");
    for (const Json& group : json["groups"]) {
        auto read = group_of(group);
        if (!read) return bad("a group without a count or a kind");
        dump.groups.push_back(std::move(*read));
    }
    dump.memory = memory_of(json);
    for (const Json& warning : list(json, "warnings")) {
        if (warning.is_string()) dump.warnings.push_back(escape(warning.get<std::string>(), 1024));
    }
    return dump;
}

}  // namespace

Result<Dump> read_dump(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) return bad("not JSON");
    return dump_of(json);
}

}  // namespace rampwatch::store
