// SPDX-License-Identifier: MIT
#include "core/systemd/unit_name.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"

namespace rampwatch::systemd {
namespace {

constexpr std::string_view kService = ".service";
constexpr std::size_t kLongestName = 255;
constexpr std::array<std::string_view, 10> kOtherKinds = {
    ".socket", ".target", ".device", ".mount", ".automount", ".swap", ".timer", ".path", ".slice", ".scope"};

bool is_allowed(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(":-_.\\@").find(c) != std::string_view::npos;
}

Error refuse(const char* what, std::string_view word, const char* hint) {
    return {Error::Kind::bad_input, std::string(what) + ": " + escape(word, 64), {}, hint};
}

}  // namespace

Result<std::string> service_name(std::string_view word) {
    std::string name(word);
    for (const std::string_view kind : kOtherKinds) {
        if (name.ends_with(kind)) return refuse("not a service", word, "only a service has a main process");
    }
    if (!name.ends_with(kService)) name += kService;
    const bool fits = name.size() > kService.size() && name.size() <= kLongestName && name.front() != '.' &&
                      std::all_of(name.begin(), name.end(), is_allowed);
    if (!fits) return refuse("not a unit's name", word, "a service such as nginx or getty@tty1.service");
    if (name.find("@.") != std::string::npos)
        return refuse("a template, of which each instance is a service", word, "such as getty@tty1.service");
    return name;
}

std::vector<std::string> nearest_units(std::string_view unit, std::vector<std::string> names) {
    constexpr std::size_t kMostNear = 3;
    constexpr std::size_t kSameLetters = 3;
    const auto stem = [](std::string_view name) { return name.substr(0, name.size() - kService.size()); };
    if (!unit.ends_with(kService)) return {};
    std::sort(names.begin(), names.end());
    std::vector<std::string_view> stems;
    for (const std::string& name : names) stems.push_back(name.ends_with(kService) ? stem(name) : name);
    std::vector<std::string> near;
    const auto add = [&](std::string_view found) {
        const std::string whole = std::string(found) + std::string(kService);
        if (near.size() < kMostNear && std::find(near.begin(), near.end(), whole) == near.end())
            near.push_back(whole);
    };
    const std::string_view nearest = nearest_word(stem(unit), stems);
    if (!nearest.empty()) add(nearest);
    for (const std::string_view candidate : stems) {
        if (stem(unit).size() >= kSameLetters && candidate.starts_with(stem(unit).substr(0, kSameLetters)))
            add(candidate);
    }
    return near;
}

Error no_such_unit(const std::string& unit, const std::vector<std::string>& near) {
    std::string hint = near.empty() ? "systemctl list-units --type=service lists services" : "did you mean ";
    for (std::size_t at = 0; at < near.size(); ++at) hint += (at == 0 ? "" : " or ") + escape(near[at], 64);
    if (!near.empty()) hint += "?";
    return {Error::Kind::not_found, "no such unit", unit, hint};
}

}  // namespace rampwatch::systemd
