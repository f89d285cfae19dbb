// SPDX-License-Identifier: MIT
// The language runtimes of one target beside Go: attached when they are first seen, kept from order to order.
// They read foreign memory at length: in the worker only.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <vector>

#include "core/model/stack.h"
#include "core/native/native.h"
#include "core/runtime/runtime.h"
#include "core/worker/order.h"

namespace rampwatch::worker {

class Languages {
  public:
    explicit Languages(pid_t pid);
    ~Languages();
    Languages(Languages&&) noexcept;
    Languages& operator=(Languages&&) noexcept;

    // Before each order: the target as it is now. Costs a look at its mappings; where its code is that of
    // before, no more.
    void begin();

    // Those that were attached, in an order that stays while they do; numbers of frames are theirs.
    [[nodiscard]] const native::Runtimes& runtimes() const;

    // What is said of them in a dump, those that were refused too.
    [[nodiscard]] std::vector<LanguageRuntime> facts() const;

    // Their parked tasks as groups, before the groups that `dump` has, and what `dump.runtimes` says of them.
    void add_tasks(runtime::Budget& budget, Dump& dump);

    // How many there are, and how many of them an earlier count saw `aged_after` ago or longer; 16 bytes are
    // kept for each. And which words of them a watcher may read.
    answer::TaskCount count_tasks(runtime::Budget& budget, std::chrono::nanoseconds aged_after);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace rampwatch::worker
