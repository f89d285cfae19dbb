// SPDX-License-Identifier: MIT
// Values through a pipe between two of our own processes, of which one reads what may be hostile: every
// length is checked against what is left, and against bounds.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/dump/worker.h"

namespace rampwatch::dump {

inline constexpr std::size_t kMostMessage = std::size_t{32} << 20;

std::string encode(const Answer& answer);

// Empty when the bytes are no answer.
std::optional<Answer> decode(std::string_view bytes);

}  // namespace rampwatch::dump
