// SPDX-License-Identifier: MIT
#include "core/fleet/workload.h"

#include <algorithm>
#include <array>

namespace rampwatch::fleet {
namespace {

constexpr std::string_view kRandomLetters = "bcdfghjklmnpqrstvwxz2456789";
constexpr std::size_t kPodLetters = 5;
constexpr std::size_t kFewestHash = 6, kMostHash = 10;  // of a replica set's template

std::string_view value_of(const Labels& labels, std::string_view name) {
    const auto found =
        std::find_if(labels.begin(), labels.end(), [&](const Label& label) { return label.name == name; });
    return found == labels.end() ? std::string_view() : std::string_view(found->value);
}

// The part behind the last dash; empty where there is none, or nothing before it.
std::string_view tail_of(std::string_view name) {
    const auto dash = name.rfind('-');
    return dash == std::string_view::npos || dash == 0 ? std::string_view() : name.substr(dash + 1);
}

bool is_random(std::string_view text) {
    return text.find_first_not_of(kRandomLetters) == std::string_view::npos;
}

// A hash of letters alone may be a word; five letters without a vowel are none.
bool is_hash(std::string_view text) {
    return text.size() >= kFewestHash && text.size() <= kMostHash && is_random(text) &&
           text.find_first_of("2456789") != std::string_view::npos;
}

bool is_ordinal(std::string_view text) {
    return !text.empty() && text.size() <= 5 &&
           text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string joined(std::initializer_list<std::string_view> parts) {
    std::string text;
    for (const std::string_view part : parts) {
        if (part.empty()) continue;
        if (!text.empty()) text += '/';
        text += part;
    }
    return text;
}

std::string name_of(const Labels& labels, std::string_view pod) {
    if (!pod.empty()) return joined({value_of(labels, "namespace"), pod, value_of(labels, "container")});
    const std::string_view job = value_of(labels, "job"), instance = value_of(labels, "instance");
    if (!job.empty() || !instance.empty()) return joined({job, instance});
    Labels rest = labels;
    std::sort(rest.begin(), rest.end(), [](const Label& a, const Label& b) { return a.name < b.name; });
    std::string text;
    for (const Label& label : rest) {
        if (label.name == "__name__") continue;
        text += (text.empty() ? "" : ",") + label.name + "=" + label.value;
    }
    return text;
}

}  // namespace

std::string_view without_pod_suffix(std::string_view pod) {
    const auto cut = [](std::string_view name, std::string_view tail) {
        return name.substr(0, name.size() - tail.size() - 1);
    };
    const std::string_view last = tail_of(pod);
    if (is_ordinal(last)) return cut(pod, last);
    if (last.size() != kPodLetters || !is_random(last)) return pod;
    const std::string_view controller = cut(pod, last);
    const std::string_view hash = tail_of(controller);
    return is_hash(hash) ? cut(controller, hash) : controller;
}

std::string workload_of(const Labels& labels) {
    return name_of(labels, without_pod_suffix(value_of(labels, "pod")));
}

std::string target_of(const Labels& labels) { return name_of(labels, value_of(labels, "pod")); }

std::uint32_t shard_of(std::string_view workload, std::uint32_t shards) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char byte : workload) {
        hash ^= static_cast<unsigned char>(byte);
        hash *= 0x100000001b3ULL;
    }
    return static_cast<std::uint32_t>(hash % shards);
}

}  // namespace rampwatch::fleet
