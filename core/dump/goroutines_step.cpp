// SPDX-License-Identifier: MIT
#include "core/dump/goroutines_step.h"

#include <utility>

#include "core/dump/order_step.h"

namespace rampwatch::dump {
namespace {

constexpr std::chrono::nanoseconds kPatience = std::chrono::seconds(20);

void fill(DumpInHand& in_hand, Result<worker::answer::Goroutines> read) {
    Dump& dump = in_hand.dump;
    if (!read) {
        const Error::Kind kind = read.error().kind;
        if (kind != Error::Kind::not_found && kind != Error::Kind::gone)
            dump.warnings.push_back("Its goroutines could not be read: " + to_string(read.error()));
        return;
    }
    in_hand.has_stacks = true;
    dump.backend = "go";
    dump.go = std::move(read->go);
    dump.groups = std::move(read->groups);
    dump.warnings = std::move(read->warnings);
}

}  // namespace

std::unique_ptr<DumpStep> goroutines_step(std::shared_ptr<worker::Worker> worker, PprofSettings pprof) {
    using namespace worker::order;
    if (pprof.place.empty())
        return std::make_unique<OrderStep<Goroutines>>(std::move(worker), Goroutines{},
                                                       worker::Order{.time = kPatience}, fill);
    const worker::Order how{.time = kPatience + pprof.timeout};
    return std::make_unique<OrderStep<Profile>>(std::move(worker),
                                                Profile{std::move(pprof.place), pprof.timeout}, how, fill);
}

}  // namespace rampwatch::dump
