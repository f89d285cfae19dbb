// SPDX-License-Identifier: MIT
#include "core/report/fleet_metrics.h"

#include <fmt/format.h>

#include <cmath>
#include <string_view>
#include <vector>

#include "core/base/text.h"
#include "core/model/words.h"

namespace rampwatch::report {
namespace {

void add_head(std::string& text, std::string_view name, std::string_view help) {
    text += fmt::format("# HELP {} {}\n# TYPE {} gauge\n", name, help, name);
}

void add_one(std::string& text, std::string_view name, std::string_view help, double value) {
    add_head(text, name, help);
    text += fmt::format("{} {}\n", name, value);
}

// Control characters are gone already.
std::string quoted(std::string_view value) {
    std::string text;
    for (const char byte : value) {
        if (byte == '\\' || byte == '"') text += '\\';
        text += byte;
    }
    return text;
}

// Of one target all of its labels, so that its series is the same tomorrow; of several none.
std::string target_of(const FleetRow& row) {
    std::string text;
    if (row.members > 1) return text;
    for (const Label& label : row.labels) {
        if (text.size() > 400) return text + ", ...";
        text += (text.empty() ? "" : ", ") + escape(label.name, 60) + "=" + escape(label.value, 100);
    }
    return text;
}

std::string labels_of(const FleetRow& row) {
    return fmt::format(R"({{workload="{}",target="{}",series="{}"}})", quoted(escape(row.workload, 200)),
                       quoted(target_of(row)), word(row.series));
}

void add_leaks(std::string& text, const FleetTable& table) {
    std::vector<FleetRow> leaks = table.leak_lines();
    if (leaks.size() > kMostFleetSeries) leaks.resize(kMostFleetSeries);
    if (leaks.empty()) return;
    add_head(text, "rampwatch_fleet_leak_targets", "Targets of a workload that leak alike.");
    for (const FleetRow& row : leaks)
        text += fmt::format("rampwatch_fleet_leak_targets{} {}\n", labels_of(row), row.members);
    add_head(text, "rampwatch_fleet_leak_growth_per_second",
             "Growth of each of them: bytes of memory, or a count, as the series is.");
    for (const FleetRow& row : leaks)
        text += fmt::format("rampwatch_fleet_leak_growth_per_second{} {}\n", labels_of(row), row.slope_per_s);
    add_head(text, "rampwatch_fleet_leak_limit_seconds",
             "Until the first of them meets its limit, where one is known.");
    for (const FleetRow& row : leaks)
        if (std::isfinite(row.limit_in_s))
            text += fmt::format("rampwatch_fleet_leak_limit_seconds{} {}\n", labels_of(row), row.limit_in_s);
}

}  // namespace

std::string fleet_metrics(const FleetTable& table, const FleetFrame& frame, bool complete) {
    std::string text;
    add_one(text, "rampwatch_fleet_targets", "Targets that were judged.",
            static_cast<double>(table.targets()));
    add_one(text, "rampwatch_fleet_targets_leaking", "Of these, those that leak now.",
            static_cast<double>(table.leaking()));
    add_one(text, "rampwatch_fleet_targets_not_judged", "Targets that could not be fetched.",
            static_cast<double>(frame.not_judged));
    add_one(text, "rampwatch_fleet_complete", "Whether all targets were judged.", complete ? 1 : 0);
    add_one(text, "rampwatch_fleet_end_timestamp_seconds", "Up to when the targets were looked at.",
            std::chrono::duration<double>(frame.wall).count());
    add_leaks(text, table);
    return text;
}

}  // namespace rampwatch::report
