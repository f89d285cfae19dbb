// SPDX-License-Identifier: MIT
#include "core/watch/life_dumps.h"

#include <algorithm>
#include <utility>

#include "core/stacks/growth.h"
#include "core/stacks/memory_change.h"

namespace rampwatch::watch {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

nanoseconds baseline_after(nanoseconds patience) { return std::max<nanoseconds>(patience / 64, 2s); }
// A reading costs about 0.2 s of CPU.
nanoseconds heap_every(nanoseconds patience) { return std::max<nanoseconds>(patience / 4, 1min); }

// The first reading stays what later ones are compared with, unless it has only the total and a later one has
// the parts: then what grew since that one is told.
bool is_worth_more(const Dump& taken, const Dump* first) {
    return first == nullptr || (!first->memory->missing.empty() && taken.memory->missing.empty());
}

// In whose frames threads are shown.
auto languages_of(const Dump& dump) {
    return std::ranges::count_if(dump.runtimes, [](const LanguageRuntime& it) { return it.frames; });
}

}  // namespace

std::shared_ptr<const Dump> LifeDumps::add(Dump dump, const Look& look) {
    dump.rss_bytes = look.rss_bytes;
    if (baseline_ && stacks::compare(dump, *baseline_)) stacks::compare_members(dump, *newest_);
    // A first dump in which a runtime was not read yet has nothing that later ones could be compared with.
    if (baseline_ && languages_of(dump) > languages_of(*baseline_)) baseline_.reset();
    growth_.add(dump, look.memory_bytes);
    if (dump.memory && memory_) stacks::compare_memory(*dump.memory, *memory_->memory, memory_->wall);
    return keep(std::move(dump));
}

std::shared_ptr<const Dump> LifeDumps::add_late(Dump dump, bool is_last_life) {
    return is_last_life ? keep(std::move(dump)) : std::make_shared<const Dump>(std::move(dump));
}

std::shared_ptr<const Dump> LifeDumps::keep(Dump dump) {
    newest_ = std::make_shared<const Dump>(std::move(dump));
    if (!baseline_) baseline_ = newest_;
    if (newest_->memory && is_worth_more(*newest_, memory_.get())) memory_ = newest_;
    return newest_;
}

void LifeDumps::adopt(std::shared_ptr<const Dump> baseline) {
    if (!newest_) newest_ = baseline;
    baseline_ = std::move(baseline);
}

bool LifeDumps::baseline_is_due(nanoseconds lived, nanoseconds patience) {
    if (baseline_wished_ || lived < baseline_after(patience)) return false;
    return baseline_wished_ = true;
}

bool LifeDumps::heap_is_due(nanoseconds mono, nanoseconds lived, nanoseconds patience) {
    if (lived < baseline_after(patience)) return false;
    if (heap_ && mono - *heap_ < heap_every(patience)) return false;
    heap_ = mono;
    return true;
}

bool LifeDumps::regular_is_due(nanoseconds mono, nanoseconds every) {
    if (regular_ && mono - *regular_ < every) return false;
    regular_ = mono;
    return true;
}

void LifeDumps::restart() {
    baseline_.reset();
    memory_.reset();
    growth_ = {};
    baseline_wished_ = false;
    heap_.reset();
    regular_.reset();
}

}  // namespace rampwatch::watch
