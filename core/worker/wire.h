// SPDX-License-Identifier: MIT
// Values through a pipe between two of our own processes, of which one reads what may be hostile: every
// length is checked against what is left, and against bounds.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/worker/order.h"

namespace rampwatch::worker {

inline constexpr std::size_t kMostMessage = std::size_t{32} << 20;

std::string encode(const Order& order);
std::string encode(const Answer& answer);

// Empty when the bytes are no order, no answer.
std::optional<Order> decode_order(std::string_view bytes);
std::optional<Answer> decode_answer(std::string_view bytes);

// Behind its length, as a std::uint32_t.
std::string framed(std::string_view bytes);

}  // namespace rampwatch::worker
