// SPDX-License-Identifier: MIT
// The last part of a path.
#pragma once

#include <string_view>

namespace rampwatch {

// What stands behind the last slash: all of it where there is none, nothing where it is the last character.
constexpr std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// The same of a link such as /proc/PID/exe: the kernel puts " (deleted)" behind the path of a file that is
// no longer there.
constexpr std::string_view executable_name(std::string_view path) {
    constexpr std::string_view kDeleted = " (deleted)";
    if (path.ends_with(kDeleted)) path.remove_suffix(kDeleted.size());
    return base_name(path);
}

}  // namespace rampwatch
