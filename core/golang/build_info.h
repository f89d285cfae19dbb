// SPDX-License-Identifier: MIT
// Which Go built a program, and from what: the "buildinfo" record (debug/buildinfo of Go's own library).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/probe/bytes.h"
#include "core/probe/elf.h"

namespace rampwatch::golang {

// "go1.24.4 X:nocoverageredesign" -> 1, 24, 4.
struct Version {
    int major = 0;
    int minor = 0;
    int patch = 0;
    bool devel = false;  // a "devel ..." build: its layout is a guess even when the number is known

    friend bool operator==(const Version&, const Version&) = default;
};
std::optional<Version> parse_version(std::string_view text);

struct BuildInfo {
    std::string version{};  // as it stands there, at most 256 bytes; empty for Go 1.17 and older, whose
                            // record only points to it
    std::string module{};   // path of the main module, empty when not recorded
    std::string module_version{};
};

// By its section, else by its magic in the first writable segment; empty for a program that was stripped of
// it.
std::optional<BuildInfo> read_build_info(const probe::Elf& elf);

}  // namespace rampwatch::golang
