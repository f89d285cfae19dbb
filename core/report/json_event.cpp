// SPDX-License-Identifier: MIT
#include "core/report/json_event.h"

#include <string>
#include <utility>

#include "core/base/units.h"
#include "core/model/series.h"
#include "core/model/words.h"
#include "core/report/json_dump.h"
#include "core/report/json_parts.h"
#include "core/report/json_verdict.h"

namespace rampwatch::report {
namespace {

constexpr const char* kSchema = "rampwatch.event/1";

Json json_sample(const Sample& sample) {
    Json json = {{"rss_bytes", sample.rss_bytes}};
    for (const SampleField& field : kSampleFields)
        json[std::string(field.column)] = json_known(sample.*field.member);
    json["cpu_s"] = json_seconds(sample.cpu);
    json["process_age_s"] = json_seconds(sample.age);
    json["limit"] = json_limit(sample.limit);
    return json;
}

Json json_ending(const Ending& ending) {
    return {{"reason", word(ending.reason)}, {"status", json_known(ending.status)}};
}

Json json_error(const Error& error) {
    return {{"what", error.what}, {"where", error.where}, {"hint", error.hint}};
}

Json json_member(const ServiceMember& member) {
    const bool known = member.who && member.who->pid != 0;
    return {{"target", member.target},
            {"pid", known ? Json(member.who->pid) : Json(nullptr)},
            {"executable", known ? Json(member.who->executable) : Json(nullptr)},
            {"claim", word(member.claim)},
            {"memory_bytes", member.memory_bytes},
            {"rise_bytes", json_known(member.rise_bytes)},
            {"slope_bytes_per_s", json_known(member.slope_per_s)}};
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
    if (event.members_in_all > 0) {
        json["members_in_all"] = event.members_in_all;
        json["spoken_by"] = json_known(event.spoken_by);
        for (const ServiceMember& member : event.members) json["members"].push_back(json_member(member));
    }
    if (event.dump) json["dump"] = Json::parse(json_dump(*event.dump));
    if (event.error) json["error"] = json_error(*event.error);
    if (event.kind == Event::Kind::missed) json["missed_ticks"] = event.missed_ticks;
    return json_line(json);
}

std::string json_dropped(std::int64_t count) {
    return json_line({{"schema", kSchema}, {"event", "dropped"}, {"events", count}});
}

}  // namespace rampwatch::report
