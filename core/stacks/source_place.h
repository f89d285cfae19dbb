// SPDX-License-Identifier: MIT
// A place in a source file as tools write it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rampwatch::stacks {

struct SourcePlace {
    std::string_view file{};
    std::optional<std::int64_t> line{};
};

// "file:line" or "file:line:column", and what eu-addr2line puts behind; the file may have colons of its own.
// Without a line all of `text` is the file.
SourcePlace source_place(std::string_view text);

}  // namespace rampwatch::stacks
