// SPDX-License-Identifier: MIT
#include "core/report/group_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/model/stack_kind.h"
#include "core/report/frame_text.h"
#include "core/report/go_text.h"
#include "core/report/grown_groups.h"
#include "core/report/task_text.h"

namespace rampwatch::report {
namespace {

std::string growth_words(const Group& group) {
    if (!group.growth) return {};
    const GroupGrowth& growth = *group.growth;
    return fmt::format("grows by {}, the memory by {} ({} to {}) for each: {:.0f} % of its growth",
                       format_count_rate(growth.per_s), format_size(growth.bytes_each),
                       format_size(growth.bytes_each_low), format_size(growth.bytes_each_high),
                       100 * growth.explains);
}

std::string creator_words(const Group& group, const std::string& program) {
    if (!group.created_by) return {};
    std::string text =
        "created by " + frame_name(*group.created_by, 60) + "  " + frame_place(*group.created_by, program);
    if (group.parent) {
        text += fmt::format(" ({} {}", row_of(group.kind).word, *group.parent);
        if (group.parent_frame) text += ", now at " + frame_place(*group.parent_frame, program);
        text += ")";
    }
    return text;
}

// "labels: tenant=shop, route=/cart"
std::string labels_words(const Group& group) {
    constexpr std::size_t kMostLabelsShown = 8;
    if (group.labels.empty()) return {};
    std::string text;
    for (std::size_t i = 0; i < std::min(kMostLabelsShown, group.labels.size()); ++i)
        text += (i > 0 ? ", " : "labels: ") + escape(group.labels[i], 128);
    return text;
}

// A leak keeps those that were there before, load replaces them.
std::string stayed_words(const Group& group) {
    if (!has_grown(group) || !group.stayed) return {};
    const int share = static_cast<int>(*group.stayed * 100);
    if (share >= 90)
        return fmt::format("{} of those before are still here: this is no load that comes and goes",
                           share == 100 ? "all" : fmt::format("{} %", share));
    if (share <= 50)
        return fmt::format("{} % of those before have gone on: they come and go, as under load", 100 - share);
    return {};
}

// Of the process itself where its parts are known; what is watched may be a sum of several.
std::optional<std::int64_t> memory_change(const Dump& dump) {
    if (dump.memory && dump.memory->before)
        return held_bytes(dump.memory->total) - held_bytes(*dump.memory->before);
    if (!dump.rss_bytes || !dump.baseline_rss_bytes) return std::nullopt;
    return *dump.rss_bytes - *dump.baseline_rss_bytes;
}

std::string follows_words(const Dump& dump, const Group& group) {
    const auto change = memory_change(dump);
    if (!change || !has_grown(group) || group.growth) return {};
    const double bytes = static_cast<double>(*change);
    const double count = static_cast<double>(*group.change);
    if (bytes < static_cast<double>(1 << 20)) return {};
    // A count of n is known to about the root of n.
    const double each = bytes / count, error = each / std::sqrt(count);
    return fmt::format("memory grew by {} meanwhile: {} (+-{}) for each of them, if all follows them",
                       format_size(bytes), format_size(each), format_size(error));
}

std::string hint_of(const Group& group) {
    constexpr std::int64_t kMany = 50;
    if (!row_of(group.kind).is_task || group.count < kMany || !group.state) return {};
    return group.kind == StackKind::task ? task_hint(group) : std::string(wait_hint(*group.state));
}

}  // namespace

GroupWords GroupSpeaker::words_of(const Group& group) {
    GroupWords words{.growth = growth_words(group),
                     .creator = creator_words(group, dump_.life.executable),
                     .labels = labels_words(group),
                     .stayed = stayed_words(group)};
    if (is_first_) words.follows = follows_words(dump_, group);
    is_first_ = false;
    std::string hint = hint_of(group);
    if (!hint.empty() && std::find(said_.begin(), said_.end(), hint) == said_.end()) {
        said_.push_back(hint);
        words.hint = std::move(hint);
    }
    return words;
}

std::int64_t total_of(const Dump& dump, StackKind kind) {
    std::int64_t sum = 0;
    for (const Group& group : dump.groups) sum += group.kind == kind ? group.count : 0;
    return sum;
}

std::vector<const Group*> ranked_groups(const Dump& dump, std::size_t most) {
    std::vector<const Group*> groups;
    for (const Group& group : dump.groups) {
        if (!group.runtime_own) groups.push_back(&group);
    }
    const auto explains = [](const Group* group) { return group->growth ? group->growth->explains : -1; };
    const auto growth = [](const Group* group) { return has_grown(*group) ? *group->change : 0; };
    std::stable_sort(groups.begin(), groups.end(), [&](const Group* a, const Group* b) {
        if (explains(a) != explains(b)) return explains(a) > explains(b);
        return growth(a) > growth(b);
    });
    if (most == 0 || groups.size() <= most) return groups;
    const auto grown = std::max_element(groups.begin(), groups.end(), [](const Group* a, const Group* b) {
        return a->change.value_or(0) < b->change.value_or(0);
    });
    const Group* const grower = *grown;
    const bool is_beyond =
        static_cast<std::size_t>(grown - groups.begin()) >= most && grower->change.value_or(0) > 0;
    groups.resize(most);
    if (is_beyond) groups.back() = grower;
    return groups;
}

}  // namespace rampwatch::report
