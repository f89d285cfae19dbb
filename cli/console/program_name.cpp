// SPDX-License-Identifier: MIT
#include "cli/console/program_name.h"

#include <fcntl.h>

#include <algorithm>
#include <array>

#include "core/base/file.h"

namespace rampwatch::cli {

std::string program_name() {
    const auto path = read_link(AT_FDCWD, "/proc/self/exe");
    if (!path) return "rampwatch";
    constexpr std::array kInPath = {"/usr/bin/rampwatch", "/usr/local/bin/rampwatch", "/usr/sbin/rampwatch",
                                    "/usr/local/sbin/rampwatch"};
    const bool in_path = std::find(kInPath.begin(), kInPath.end(), *path) != kInPath.end();
    return in_path ? "rampwatch" : *path;
}

}  // namespace rampwatch::cli
