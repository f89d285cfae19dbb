// SPDX-License-Identifier: MIT
#include "core/cxx/array_scan.h"

#include <algorithm>
#include <map>
#include <utility>

namespace rampwatch::cxx {

namespace {

constexpr std::int64_t kLeastCallbacks = 16;
constexpr std::size_t kMostKeys = 512;  // of a block; further ones are passed over

using Key = std::uint64_t;  // number of a class, or address of a function

struct Met {
    std::int64_t count = 0;
    std::size_t last = 0;                                         // word
    std::map<std::size_t, std::int64_t> own{};                    // distance in words to the last of its own
    std::map<std::pair<Key, std::size_t>, std::int64_t> after{};  // what is in front, and distance
};

template <class Place>
std::pair<Place, std::int64_t> commonest(const std::map<Place, std::int64_t>& times) {
    const auto most = std::max_element(times.begin(), times.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == times.end() ? std::pair<Place, std::int64_t>{} : std::pair<Place, std::int64_t>(*most);
}

using AllMet = std::map<Key, Met>;

// The class that nearly all follow at one distance, closer than the next of their own kind; {0, 0}: none.
std::pair<Key, std::size_t> in_front(const Met& met, Key number) {
    const auto [front, times] = commonest(met.after);
    const bool always = times * 10 >= met.count * 9 && front.second < commonest(met.own).first;
    return always && front.first != number ? front : std::pair<Key, std::size_t>{};
}

// Of two classes that take turns each follows the other: the one that comes sooner behind is the member.
bool is_member(const AllMet& all, Key number) {
    const auto front = in_front(all.at(number), number);
    if (front.first == 0) return false;
    const auto back = in_front(all.at(front.first), front.first);
    return back.first != number || front.second <= back.second;
}

// What `key_of` knows of each word: 0 nothing.
template <class KeyOf>
AllMet meet(std::span<const std::uint64_t> words, KeyOf key_of) {
    AllMet all;
    Key front = 0;
    std::size_t front_at = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const Key key = key_of(words[i]);
        if (key == 0) continue;
        if (all.size() >= kMostKeys && !all.contains(key)) continue;
        Met& met = all[key];
        if (met.count++ > 0) ++met.own[i - met.last];
        if (front != 0) ++met.after[{front, i - front_at}];
        met.last = i;
        front = key;
        front_at = i;
    }
    return all;
}

std::vector<ArrayPart> callbacks_in(std::span<const std::uint64_t> words, const Modules& modules) {
    const AllMet all = meet(words, [&](std::uint64_t word) { return modules.in_code(word) ? word : 0; });
    std::vector<ArrayPart> parts;
    for (const auto& [function, met] : all) {
        const auto [distance, times] = commonest(met.own);
        if (met.count < kLeastCallbacks || times * 10 < met.count * 8 || is_member(all, function)) continue;
        parts.push_back({0, function, met.count, met.count * static_cast<std::int64_t>(distance * 8)});
    }
    return parts;
}

}  // namespace

std::vector<ArrayPart> scan_arrays(std::span<const std::uint64_t> words, ClassNames& classes,
                                   const Modules& modules) {
    const AllMet all = meet(words, [&](std::uint64_t word) -> Key { return classes.class_of(word); });
    std::vector<ArrayPart> parts;
    for (const auto& [number, met] : all) {
        const std::size_t distance = commonest(met.own).first;
        if (distance == 0 || is_member(all, number)) continue;
        parts.push_back({static_cast<std::uint32_t>(number), 0, met.count,
                         met.count * static_cast<std::int64_t>(distance * 8)});
    }
    return parts.empty() ? callbacks_in(words, modules) : parts;
}

}  // namespace rampwatch::cxx
