// SPDX-License-Identifier: MIT
// Where the threads of a Java program are in Java. A thread that left Java, to wait or to call native code,
// has noted where; from there its stack is walked, copied while it is proved not to run.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/hotspot/code_cache.h"
#include "core/hotspot/layout.h"
#include "core/hotspot/methods.h"
#include "core/hotspot/objects.h"
#include "core/hotspot/stack_walk.h"
#include "core/hotspot/thread_objects.h"
#include "core/runtime/runtime.h"

namespace rampwatch::hotspot {

inline constexpr std::size_t kMostThreads = 100'000;      // of a program
inline constexpr std::uint64_t kMostStack = 64ULL << 20;  // bytes copied of a thread's stack

// Addresses of all JavaThreads, by TID as the target has it; empty where the list cannot be read, which is
// also before the first one is there.
std::unordered_map<pid_t, std::uint64_t> java_threads(const runtime::Target& target, const Layout& layout);

class JavaThreads : public runtime::Threads {
  public:
    // `module`: path of libjvm.
    JavaThreads(const Layout& layout, std::string module)
        : layout_(layout),
          module_(std::move(module)),
          methods_(layout),
          cache_(layout),
          objects_(layout),
          told_(layout, objects_) {}

    // Before the threads of an order are copied: which there are, and where code lies now. False where no
    // code cache is there.
    bool begin(const runtime::Target& target);

    [[nodiscard]] Role role(const Frame& native) const override;
    [[nodiscard]] bool needs_native() const override { return false; }
    [[nodiscard]] std::optional<Frame> unread_code() const override;
    [[nodiscard]] std::optional<Frame> own_thread() const override;
    void copy(const runtime::ThreadCopy& thread, runtime::Budget& budget) override;
    runtime::Walked walk(const runtime::ThreadCopy& thread) override;
    void forget() override { stacks_.clear(); }

    [[nodiscard]] Methods& methods() { return methods_; }
    [[nodiscard]] CodeCache& cache() { return cache_; }
    [[nodiscard]] const Objects& objects() const { return objects_; }
    [[nodiscard]] std::size_t known() const { return threads_.size(); }

  private:
    struct Copied {
        RawStack stack{};
        std::vector<runtime::FrameId> frames{};
        ToldOfThread told{};
        runtime::End end = runtime::End::idle;
    };
    [[nodiscard]] Anchor anchor_of(std::uint64_t thread) const;
    [[nodiscard]] std::optional<StackBytes> read_stack(std::uint64_t thread, std::uint64_t sp,
                                                       runtime::Budget& budget) const;
    void copy_stack(std::uint64_t thread, const Anchor& anchor, runtime::Budget& budget, Copied& copied);
    void copy_running(std::uint64_t thread, const Anchor& registers, runtime::Budget& budget, Copied& copied);
    bool name_frames(Copied& copied);
    bool is_same(const RawStack& stack);

    const Layout& layout_;
    std::string module_;
    Methods methods_;
    CodeCache cache_;
    Objects objects_;
    ThreadObjects told_;
    const runtime::Target* target_ = nullptr;
    std::unordered_map<pid_t, std::uint64_t> threads_{};  // by the target's own TID
    std::unordered_map<pid_t, Copied> stacks_{};          // by ours
};

}  // namespace rampwatch::hotspot
