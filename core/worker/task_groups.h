// SPDX-License-Identifier: MIT
// Tasks as they are handed on one by one, counted into groups of alike ones.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "core/model/stack.h"
#include "core/runtime/runtime.h"

namespace rampwatch::worker {

class TaskGroups : public runtime::Sink {
  public:
    void add(const runtime::Task& task) override;
    void add(const runtime::TypeRow&) override {}

    [[nodiscard]] std::int64_t tasks() const { return tasks_; }  // all, torn ones too
    [[nodiscard]] std::int64_t torn() const { return torn_; }
    [[nodiscard]] std::int64_t ungrouped() const { return ungrouped_; }

    // Biggest first; own frames are marked.
    [[nodiscard]] std::vector<Group> named(runtime::Runtime& runtime) const;

    static constexpr std::size_t kMostGroups = 20'000;

  private:
    struct TaskGroup {
        std::int64_t count = 0;
        std::vector<std::int64_t> ids{};  // a heap with the largest on top
    };
    using Key = std::tuple<std::vector<runtime::FrameId>, std::string, runtime::TaskKind>;

    std::int64_t tasks_ = 0, torn_ = 0, ungrouped_ = 0;
    std::map<Key, TaskGroup> groups_{};
};

}  // namespace rampwatch::worker
