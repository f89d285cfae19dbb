// SPDX-License-Identifier: MIT
#include "core/report/json_event.h"

#include <utility>

#include "core/base/units.h"
#include "core/model/words.h"
#include "core/report/json_dump.h"
#include "core/report/json_parts.h"
#include "core/report/json_verdict.h"

namespace rampwatch::report {
namespace {

constexpr const char* kSchema = "rampwatch.event/1";

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json json_limit(const std::optional<Limit>& limit) {
    if (!limit) return nullptr;
    return {
        {"kind", word(limit->kind)}, {"limit_bytes", limit->limit_bytes}, {"used_bytes", limit->used_bytes}};
}

Json json_sample(const Sample& sample) {
    return {{"rss_bytes", sample.rss_bytes},
            {"rss_anon_bytes", or_null(sample.anon_bytes)},
            {"rss_file_bytes", or_null(sample.file_bytes)},
            {"rss_shmem_bytes", or_null(sample.shmem_bytes)},
            {"swap_bytes", or_null(sample.swap_bytes)},
            {"threads", or_null(sample.threads)},
            {"fds", or_null(sample.fds)},
            {"goroutines", or_null(sample.goroutines)},
            {"go_heap_marked_bytes", or_null(sample.go_heap_marked_bytes)},
            {"aged_threads", or_null(sample.aged_threads)},
            {"aged_goroutines", or_null(sample.aged_goroutines)},
            {"cpu_s", json_seconds(sample.cpu)},
            {"process_age_s", json_seconds(sample.age)},
            {"limit", json_limit(sample.limit)}};
}

// The verdict as `analyze` has it, without what belongs to a file.
Json json_claims(const Verdict& verdict) {
    Json json = Json::parse(json_analysis(verdict, {}));
    for (const char* name : {"schema", "source", "ignored_columns", "half_lines"}) json.erase(name);
    return json;
}

Json json_ending(const Ending& ending) {
    return {{"reason", word(ending.reason)}, {"status", or_null(ending.status)}};
}

Json json_error(const Error& error) {
    return {{"what", error.what}, {"where", error.where}, {"hint", error.hint}};
}

}  // namespace

std::string json_event(const Event& event) {
    const bool has_wall = event.wall > std::chrono::nanoseconds(0);
    Json json = {{"schema", kSchema},
                 {"event", word(event.kind)},
                 {"time", has_wall ? Json(format_time(event.wall)) : Json(nullptr)},
                 {"mono_s", json_seconds(event.mono)},
                 {"target", event.target},
                 {"life", event.life}};
    if (event.who) {
        json["pid"] =
            event.who->pid == 0 ? Json(nullptr) : Json(event.who->pid);  // a sum of processes has none
        json["executable"] = event.who->executable;
        if (event.who->unit) json["unit"] = *event.who->unit;
        if (event.who->command_line) json["command_line"] = *event.who->command_line;
    }
    if (event.sample) json["sample"] = json_sample(*event.sample);
    if (event.before) json["before"] = word(*event.before);
    if (event.ending) json["ending"] = json_ending(*event.ending);
    if (event.verdict) json["verdict"] = json_claims(*event.verdict);
    if (event.dump) json["dump"] = Json::parse(json_dump(*event.dump));
    if (event.error) json["error"] = json_error(*event.error);
    if (event.kind == Event::Kind::missed) json["missed_ticks"] = event.missed_ticks;
    return json_line(json);
}

std::string json_dropped(std::int64_t count) {
    return json_line({{"schema", kSchema}, {"event", "dropped"}, {"events", count}});
}

}  // namespace rampwatch::report
