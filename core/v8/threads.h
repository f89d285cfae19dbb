// SPDX-License-Identifier: MIT
// Where the threads of a Node.js, its main one and its workers, are in JavaScript. No isolate's objects move
// while the thread that runs it stands, so that names and lines are read while it is proved still.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/runtime/runtime.h"
#include "core/v8/compiled.h"
#include "core/v8/functions.h"
#include "core/v8/objects.h"
#include "core/v8/stack_layout.h"
#include "core/v8/stacks.h"

namespace rampwatch::v8 {

inline constexpr std::uint64_t kMostStack = std::uint64_t{16} << 20;  // bytes copied of a thread's stack

class NodeThreads : public runtime::Threads {
  public:
    // `module`: path of what holds V8.
    NodeThreads(Objects& objects, Functions& functions, const StackLayout& layout, std::string module)
        : objects_(objects),
          functions_(functions),
          layout_(layout),
          compiled_(objects, functions, layout),
          module_(std::move(module)) {}

    // Before the threads of an order are copied.
    void begin(const runtime::Target& target);

    [[nodiscard]] Role role(const Frame& native) const override;
    [[nodiscard]] bool needs_native() const override { return false; }
    [[nodiscard]] std::optional<Frame> unread_code() const override;
    [[nodiscard]] std::optional<Frame> own_thread() const override;
    [[nodiscard]] std::optional<Frame> idle_in(const Frame& native) const override;
    void copy(const runtime::ThreadCopy& thread, runtime::Budget& budget) override;
    runtime::Walked walk(const runtime::ThreadCopy& thread) override;
    void forget() override { walked_.clear(); }

  private:
    [[nodiscard]] std::vector<std::uint64_t> read_stack(std::uint64_t sp, runtime::Budget& budget) const;
    [[nodiscard]] bool is_code(std::uint64_t address) const;
    void add_frames(const RawCall& call, std::vector<runtime::PlacedFrame>& frames);

    Objects& objects_;
    Functions& functions_;
    const StackLayout& layout_;
    Compiled compiled_;
    std::string module_;
    const runtime::Target* target_ = nullptr;
    std::unordered_map<pid_t, runtime::Walked> walked_{};  // by our TIDs
};

}  // namespace rampwatch::v8
