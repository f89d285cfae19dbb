// SPDX-License-Identifier: MIT
#include "core/report/member_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/units.h"
#include "core/model/words.h"
#include "core/report/text_event.h"
#include "core/report/text_table.h"
#include "core/report/verdict_words.h"

namespace rampwatch::report {
namespace {

constexpr std::size_t kNameColumns = 28;

std::string name_of(const ServiceMember& member) {
    std::string name = member.who ? report::name_of(*member.who) : fmt::format("target {}", member.target);
    if (name.size() > kNameColumns) name = name.substr(0, kNameColumns - 3) + "...";
    return name;
}

std::string summary(const Event& event) {
    const auto grow = std::count_if(event.members.begin(), event.members.end(),
                                    [](const ServiceMember& one) { return one.claim >= Claim::growing; });
    std::string text =
        fmt::format("{} processes", format_count(static_cast<std::int64_t>(event.members_in_all)));
    if (grow > 0) text += fmt::format(", {} of them {}", grow, grow == 1 ? "grows" : "grow");
    const auto speaker =
        std::find_if(event.members.begin(), event.members.end(),
                     [&](const ServiceMember& one) { return event.spoken_by == one.target; });
    if (speaker != event.members.end() && speaker->who)
        text += fmt::format("; the figures above are PID {}'s", speaker->who->pid);
    return text;
}

}  // namespace

std::vector<std::string> member_lines(const Event& event) {
    if (event.members_in_all < 2) return {};
    std::vector<std::string> lines = {"  " + summary(event)};
    RateColumn rates;
    for (const ServiceMember& member : event.members) {
        if (member.slope_per_s) rates.add(Series::memory, *member.slope_per_s);
    }
    for (const ServiceMember& member : event.members) {
        std::string line =
            fmt::format("    {:<{}}  {:>9}  {:<9}  {:>10}  {:>13}", name_of(member), kNameColumns,
                        format_size(member.memory_bytes), word(member.claim),
                        member.rise_bytes ? "+" + format_size(*member.rise_bytes) : "",
                        member.slope_per_s ? rates.cell(Series::memory, *member.slope_per_s) : "");
        line.erase(line.find_last_not_of(' ') + 1);
        lines.push_back(std::move(line));
    }
    if (event.members_in_all > event.members.size())
        lines.push_back(fmt::format("    and {} more", event.members_in_all - event.members.size()));
    return lines;
}

}  // namespace rampwatch::report
