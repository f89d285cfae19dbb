// SPDX-License-Identifier: MIT
// The first line of a goroutine in a traceback.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/stacks/stack_text.h"

namespace rampwatch::stacks {

struct GoHead {
    Head kind = Head::none;
    std::int64_t id = 0;
    std::string_view state{};           // without how long, and what differs from goroutine to goroutine
    std::vector<std::string> labels{};  // "key=value"
};

// "goroutine 12 gp=0xc000 m=nil [chan send, 5 minutes, locked to thread] {"key": "value"}:", with or without
// what Go adds from 1.20 on; and goleak's "[Goroutine 12 in state chan send, with main.f on top of the
// stack:". `text` without blanks at its ends. Values of labels are hostile: they may hold any bracket,
// quoted.
GoHead go_head(std::string_view text);

// "{"key": "value", other: "value"}" as "key=value", at most 32.
std::vector<std::string> go_labels(std::string_view text);

}  // namespace rampwatch::stacks
