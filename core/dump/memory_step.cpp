// SPDX-License-Identifier: MIT
#include "core/dump/memory_step.h"

#include <utility>

#include "core/dump/order_step.h"

namespace rampwatch::dump {
namespace {

// Beyond its budget: one mapping may be so big that the kernel takes long for it.
constexpr std::chrono::nanoseconds kGrace = std::chrono::seconds(15);

void fill(DumpInHand& in_hand, Result<worker::answer::Memory> read) {
    if (read)
        in_hand.dump.memory = std::move(read->parts);
    else
        in_hand.dump.warnings.push_back("What its memory is made of could not be read: " +
                                        to_string(read.error()));
}

}  // namespace

std::unique_ptr<DumpStep> memory_step(std::shared_ptr<worker::Worker> worker,
                                      std::chrono::nanoseconds budget) {
    auto step = std::make_unique<OrderStep<worker::order::Memory>>(
        std::move(worker), worker::order::Memory{budget}, worker::Order{.time = budget + kGrace}, fill);
    step->behind_stacks();
    return step;
}

}  // namespace rampwatch::dump
