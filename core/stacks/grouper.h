// SPDX-License-Identifier: MIT
// Stacks streamed in, groups of identical ones out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/model/stack.h"

namespace rampwatch::stacks {

// What makes two stacks identical: the same functions in the same modules, called from the same places. The
// place in the innermost call itself does not count: a busy thread is at another one every time. The place in
// a thread's function is its offset; where that is not known, its line. With offsets neither lines nor
// inlined frames count: a dump that had no time for them has the same groups as one that had. Where a
// function is not known its offset in the module stands for it. In a language's frames the file counts too;
// of tasks, which stand still, also the innermost line. What a thread waits for and its name do not count.
std::string identity(const std::vector<Frame>& frames, StackKind kind);

// Of a group that was built here. Threads whose stacks are cut off are told apart by what they wait for too:
// of what they have in common only the innermost frames are known, which may be no more than a libc's system
// call.
std::string identity(const Group& group);

// Bounded whatever comes in: stacks that would open more groups than `most_groups`, or keep more than
// `most_bytes` of text, are counted as ungrouped and dropped. Counts of the groups that are there stay exact.
class Grouper {
  public:
    explicit Grouper(std::size_t most_groups = 20'000, std::size_t most_bytes = 64U << 20)
        : most_groups_(most_groups), most_bytes_(most_bytes) {}

    struct Member {
        std::int64_t id = 0;
        std::string name{};
        std::string state{};
    };

    // Amortised O(frames); stack.count stacks that are all like this one, of which one has the id. A damaged
    // one is a group of its own.
    void add(Stack stack);

    // All of them have this stack, whose own id, name and state count for nothing. O(frames + members).
    void add(Stack stack, const std::vector<Member>& members);

    [[nodiscard]] std::int64_t stacks() const { return stacks_; }        // all that were added
    [[nodiscard]] std::int64_t ungrouped() const { return ungrouped_; }  // of these, in no group
    [[nodiscard]] std::int64_t damaged() const { return damaged_; }      // of these, damaged

    // What the other one has, added to this one; the other one is left empty. O(its groups).
    void merge(Grouper& other);

    // Biggest first, equals in the order in which they came; own frames are marked. Empties the Grouper.
    std::vector<Group> finish();

  private:
    struct Building {
        Group group{};
        std::size_t order = 0;
        std::map<std::string, std::int64_t> names{}, states{};  // bounded
    };

    Building* open(Stack& stack, std::int64_t times);
    void add_alike(Stack stack, const std::vector<Member>& members);
    Building* put(std::string key, Building&& fresh, std::int64_t times);

    std::size_t most_groups_, most_bytes_, bytes_ = 0;
    std::int64_t stacks_ = 0, ungrouped_ = 0, damaged_ = 0;
    std::unordered_map<std::string, Building> groups_{};
};

}  // namespace rampwatch::stacks
