// SPDX-License-Identifier: MIT
// The worker's own side: worker.cpp is the one that asks.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/dump/worker.h"

namespace rampwatch::dump {

struct OrderMessage {
    Order order = Order::goroutines;
    std::uint32_t stop = 0;  // StopPolicy
    std::int64_t aged_after_ns = 0;
    std::int64_t max_stop_ns = 0;
    std::int64_t stack_bytes = 0;
    std::int64_t lines_ns = 0;
};
static_assert(std::is_trivially_copyable_v<OrderMessage> && sizeof(OrderMessage) == 40);

}  // namespace rampwatch::dump
