// SPDX-License-Identifier: MIT
// The worker's own side: worker.cpp is the one that asks.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/dump/worker.h"

namespace rampwatch::dump {

struct OrderMessage {
    Order order = Order::goroutines;
    std::uint32_t unused = 0;
    std::int64_t aged_after_ns = 0;
};
static_assert(std::is_trivially_copyable_v<OrderMessage> && sizeof(OrderMessage) == 16);

}  // namespace rampwatch::dump
