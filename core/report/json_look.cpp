// SPDX-License-Identifier: MIT
#include "core/report/json_look.h"

#include <string>

#include "core/base/units.h"
#include "core/model/words.h"
#include "core/report/json_parts.h"

namespace rampwatch::report {
namespace {

Json json_target(const Look& look) {
    return {{"pid", look.life.pid},
            {"boot_id", look.life.boot_id},
            {"start_ticks", look.life.start_ticks},
            {"start_time", format_time(look.life.started_wall)},
            {"executable", look.life.executable},
            {"comm", look.life.comm},
            {"command_line", json_known(look.life.command_line)},
            {"user", look.user},
            {"unit", json_known(look.life.unit)},
            {"cgroup", look.cgroup},
            {"state", std::string(1, look.state)},
            {"main_thread_ended", look.main_thread_ended}};
}

Json json_kinds(const std::vector<DescriptorKind>& kinds) {
    Json list = Json::array();
    for (const DescriptorKind& kind : kinds) list.push_back({{"kind", kind.name}, {"count", kind.count}});
    return list;
}

Json json_ages(const std::optional<ThreadAges>& ages) {
    if (!ages) return nullptr;
    return {{"read", ages->read},
            {"oldest_s", json_seconds(ages->oldest)},
            {"median_s", json_seconds(ages->median)},
            {"youngest_s", json_seconds(ages->youngest)}};
}

// What an even growth from nothing would have been: a guess, and named so.
Json json_guess(const Sample& sample) {
    if (!sample.age || sample.age->count() <= 0) return nullptr;
    const double age_s = std::chrono::duration<double>(*sample.age).count();
    const auto rate = [&](Series series) {
        const auto value = value_of(sample, series);
        return value ? json_number(static_cast<double>(*value) / age_s) : Json(nullptr);
    };
    return {{"memory_bytes_per_s", rate(Series::memory)},
            {"threads_per_s", rate(Series::threads)},
            {"fds_per_s", rate(Series::fds)}};
}

}  // namespace

std::string json_look(const Look& look) {
    const Sample& sample = look.sample;
    Json json = {{"schema", "rampwatch.look/1"},
                 {"time", format_time(sample.wall)},
                 {"target", json_target(look)},
                 {"age_s", json_seconds(sample.age)},
                 {"rss_bytes", sample.rss_bytes}};
    for (const SampleField& field : kSampleFields)
        json[std::string(field.column)] = json_known(sample.*field.member);
    json.update({{"peak_rss_bytes", json_known(look.peak_rss_bytes)},
                 {"hugetlb_bytes", json_known(look.hugetlb_bytes)},
                 {"open_memory_bytes", json_known(look.open_memory_bytes)},
                 {"open_memory_files", json_known(look.open_memory_files)},
                 {"pss_bytes", json_known(look.pss_bytes)},
                 {"children", json_known(look.children)},
                 {"children_rss_bytes", json_known(look.children_bytes)},
                 {"descriptors", json_kinds(look.descriptors)},
                 {"limit", json_limit(sample.limit)},
                 {"thread_ages", json_ages(look.thread_ages)},
                 {"cpu_s", json_seconds(sample.cpu)},
                 {"growth_if_it_began_small", json_guess(sample)},
                 {"dump", look.dump ? json_of(*look.dump) : Json(nullptr)},
                 {"no_dump", look.dump ? Json(nullptr) : Json(look.no_dump)},
                 {"heap", look.heap ? json_of(*look.heap, look.life) : Json(nullptr)},
                 {"missing", look.missing}});
    return json_line(json);
}

}  // namespace rampwatch::report
