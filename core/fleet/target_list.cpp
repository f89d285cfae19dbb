// SPDX-License-Identifier: MIT
#include "core/fleet/target_list.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>

#include "core/fleet/workload.h"

namespace rampwatch::fleet {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 16;  // of the values of one matcher

// What names one life of a thing, not the thing.
constexpr std::array<std::string_view, 11> kOfOneLife = {"pod",
                                                         "uid",
                                                         "id",
                                                         "name",
                                                         "image",
                                                         "container_id",
                                                         "pod_template_hash",
                                                         "node",
                                                         "pod_ip",
                                                         "image_id",
                                                         "controller_revision_hash"};
constexpr std::array<std::string_view, 5> kOfTarget = {"namespace", "pod", "container", "job", "instance"};
constexpr std::array<std::string_view, 3> kOfContainer = {"namespace", "pod", "container"};

template <class Names>
bool is_in(const Names& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char byte : text) {
        hash ^= static_cast<unsigned char>(byte);
        hash *= 0x100000001b3ULL;
    }
    return hash;
}

std::string packed(const Labels& labels) {
    std::string text;
    for (const Label& label : labels) {
        if (label.name == "__name__") continue;
        text += label.name;
        text += '\0';
        text += label.value;
        text += '\0';
    }
    return text;
}

std::string cut(std::string_view& text) {
    const auto end = text.find('\0');
    std::string part(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return part;
}

Labels unpacked(std::string_view text) {
    Labels labels;
    while (!text.empty()) {
        Label label;
        label.name = cut(text);
        label.value = cut(text);
        labels.push_back(std::move(label));
    }
    return labels;
}

std::string_view value_of(const Labels& labels, std::string_view name) {
    for (const Label& label : labels)
        if (label.name == name) return label.value;
    return {};
}

std::string all_of(Labels labels, bool lives_apart) {
    std::sort(labels.begin(), labels.end(), [](const Label& a, const Label& b) { return a.name < b.name; });
    std::string text;
    for (const Label& label : labels) {
        if (label.name == "__name__" || (!lives_apart && is_in(kOfOneLife, label.name))) continue;
        if (!lives_apart && label.name == "instance" && !value_of(labels, "pod").empty()) continue;
        text += label.name + '=' + label.value + ',';
    }
    return text;
}

// Pods of a few controllers, where their names are too many to be listed.
void add_controllers(Selector& selector, std::span<const Labels> targets) {
    std::set<std::string> controllers;
    std::size_t bytes = 0;
    for (const Labels& labels : targets) {
        const std::string_view pod = value_of(labels, "pod"), controller = without_pod_suffix(pod);
        if (controller.size() == pod.size()) return;
        const auto added = controllers.emplace(controller);
        if (added.second) bytes += controller.size() + 1;
        if (bytes > kMostBytes) return;
    }
    selector.push_back(
        {Matcher::Kind::matches, "pod", "(" + one_of({controllers.begin(), controllers.end()}) + ")-.+"});
}

void add_matcher(Selector& selector, std::string_view name, std::span<const Labels> targets) {
    std::set<std::string> values;
    std::size_t bytes = 0;
    for (const Labels& labels : targets) {
        const auto added = values.emplace(value_of(labels, name));
        if (added.second) bytes += added.first->size() + 1;
        if (bytes > kMostBytes) return name == "pod" ? add_controllers(selector, targets) : void();
    }
    if (values.size() == 1) {
        selector.push_back({Matcher::Kind::equal, std::string(name), *values.begin()});
    } else {
        selector.push_back(
            {Matcher::Kind::matches, std::string(name), one_of({values.begin(), values.end()})});
    }
}

}  // namespace

std::string key_of(const Labels& labels, Grouping grouping) {
    return grouping == Grouping::by_target ? target_of(labels) : all_of(labels, true);
}

std::string lane_key_of(const Labels& labels, Grouping grouping) {
    if (grouping == Grouping::by_target) return workload_of(labels);
    return workload_of(labels) + '\n' + all_of(labels, false);
}

bool TargetList::add(const Labels& labels) {
    ++listed_;
    if (shards_ > 1 && shard_of(workload_of(labels), shards_) != shard_) {
        ++of_other_shards_;
        return true;
    }
    if (packed_.size() >= kMostTargets) return false;
    if (keys_.insert(hash_of(key_of(labels, grouping_))).second) packed_.push_back(packed(labels));
    return true;
}

void TargetList::clear() {
    packed_.clear();
    keys_.clear();
    of_other_shards_ = listed_ = 0;
}

void TargetList::sort() {
    std::vector<std::pair<std::string, std::string>> all;
    all.reserve(packed_.size());
    for (std::string& one : packed_) {
        const Labels labels = unpacked(one);
        std::string key = key_of(labels, grouping_);
        std::reverse(key.begin(), key.end());
        all.emplace_back(lane_key_of(labels, grouping_) + '\n' + key, std::move(one));
    }
    std::sort(all.begin(), all.end());
    places_.assign(all.size(), Place::first_beside);
    const auto kind = [](const std::string& place) {
        return std::string_view(place).substr(0, place.rfind('\n'));
    };
    for (std::size_t i = 1; i < all.size(); ++i)
        if (kind(all[i].first) == kind(all[i - 1].first)) places_[i] = Place::beside;
    for (std::size_t i = 0; i < all.size(); ++i) packed_[i] = std::move(all[i].second);
    keys_ = {};
}

std::size_t TargetList::end_of(std::size_t from) const {
    std::size_t end = from + 1;
    while (end < packed_.size() && !begins(end)) ++end;
    return end;
}

std::vector<TargetList::Stretch> TargetList::larger_than(std::size_t most) const {
    std::vector<Stretch> found;
    for (std::size_t from = 0, end = 0; from < packed_.size(); from = end) {
        end = end_of(from);
        if (end - from > most) found.push_back({from, end - from});
    }
    return found;
}

void TargetList::order(const Stretch& stretch, std::span<const std::size_t> chains) {
    std::vector<std::size_t> order(stretch.count);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return chains[a] < chains[b]; });
    std::vector<std::string> all;
    all.reserve(stretch.count);
    for (const std::size_t at : order) all.push_back(std::move(packed_[stretch.from + at]));
    for (std::size_t i = 0; i < stretch.count; ++i) {
        packed_[stretch.from + i] = std::move(all[i]);
        const bool is_first = i == 0 || chains[order[i]] != chains[order[i - 1]];
        places_[stretch.from + i] = is_first ? Place::first_in_chain : Place::in_chain;
    }
}

std::vector<TargetList::Stretch> TargetList::parts(std::size_t most, std::size_t most_targets) const {
    std::vector<Stretch> parts;
    for (std::size_t from = 0; from < packed_.size();) {
        std::size_t end = from, cut = from, histories = 0;
        for (; end < packed_.size() && end - from < most_targets; ++end) {
            // Two a chain: where rollouts overlap, each second one is another history.
            const bool in_chain = places_[end] == Place::in_chain && end > from;
            const bool is_beside = places_[end] == Place::beside || places_[end] == Place::first_beside;
            const std::size_t more = in_chain ? 0 : is_beside ? 1 : 2;
            if (histories + more > most) break;
            histories += more;
            if (end + 1 == packed_.size() || begins(end + 1)) cut = end + 1;
        }
        if (cut == from) cut = std::max(end, from + 1);  // what belongs together is larger than a part
        parts.push_back({from, cut - from});
        from = cut;
    }
    return parts;
}

std::vector<Labels> TargetList::part(std::size_t from, std::size_t count) const {
    std::vector<Labels> part;
    for (std::size_t i = from; i < std::min(from + count, packed_.size()); ++i)
        part.push_back(unpacked(packed_[i]));
    return part;
}

Selector narrowed(const Selector& selector, std::span<const Labels> targets, Grouping grouping,
                  bool elsewhere) {
    std::set<std::string> names;
    for (const Labels& labels : targets)
        for (const Label& label : labels) names.insert(label.name);
    Selector all;
    for (const Matcher& matcher : selector) {
        const bool is_its_own = matcher.name == "__name__" || is_in(kOfContainer, matcher.name);
        if (!elsewhere || is_its_own) all.push_back(matcher);
    }
    for (const std::string& name : names) {
        const bool is_wanted = elsewhere                         ? is_in(kOfContainer, name)
                               : grouping == Grouping::by_target ? is_in(kOfTarget, name)
                                                                 : true;
        if (is_wanted) add_matcher(all, name, targets);
    }
    return all;
}

}  // namespace rampwatch::fleet
