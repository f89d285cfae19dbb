// SPDX-License-Identifier: MIT
#include "core/v8/tasks.h"

#include <fmt/format.h>

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/units.h"
#include "core/model/task_words.h"
#include "core/runtime/resident.h"
#include "core/v8/awaits.h"
#include "core/v8/suspended.h"

namespace rampwatch::v8 {
namespace {

constexpr std::size_t kBatch = 1024;
constexpr std::size_t kFunctionWords = 6;  // of a closure that are read

// What was found, from a batch to the next. A collector may move whatever they refer to, so that a batch is
// resolved as soon as it is full.
class Gathered {
  public:
    Gathered(Functions& functions, Constructors& constructors, Objects& objects)
        : functions_(functions), constructors_(constructors), objects_(objects) {}

    void add(const Suspended& one) {
        if (addresses_.size() + batch_.size() >= kMostSuspended) {
            ++left_out;
            return;
        }
        batch_.push_back(one);
        if (batch_.size() == kBatch) resolve();
    }

    void resolve() {
        const auto first = static_cast<std::uint32_t>(addresses_.size());
        const std::vector<std::uint64_t> shared = read_shared();
        std::unordered_map<std::uint64_t, std::string> classes;  // by what they were called on
        std::vector<std::uint64_t> promised;
        for (std::size_t i = 0; i < batch_.size(); ++i) {
            const Suspended& one = batch_[i];
            const auto [owner, fresh] = classes.try_emplace(one.receiver);
            if (fresh) owner->second = constructors_.class_of(one.receiver);
            const auto frame = functions_.at_bytecode(shared[i], one.offset, owner->second);
            addresses_.push_back(one.object);
            what_.push_back({frame.value_or(0), one.call, one.not_started, one.yields, !frame});
            promised.push_back(one.promised);
        }
        const auto found = find_awaits(objects_, promised, first);
        awaits_.insert(awaits_.end(), found.begin(), found.end());
        batch_.clear();
    }

    // Returns how many were left out for want of budget.
    std::uint64_t hand_on(runtime::Budget& budget, runtime::Sink& sink) const {
        constexpr std::uint32_t kBetween = 1024;  // looks at the budget
        const Chains chains(addresses_, awaits_);
        std::vector<bool> seen(what_.size(), false);
        // Those that await each other in a ring have no root: each that is left begins one.
        for (const bool roots : {true, false}) {
            for (std::uint32_t i = 0; i < what_.size(); ++i) {
                if (roots ? !chains.is_root(i) : seen[i]) continue;
                if (i % kBetween == 0 && budget.over()) return what_.size() - i;
                const auto links = chains.chain(i);
                for (const std::uint32_t link : links) seen[link] = true;
                seen[i] = true;
                add_task(links, i, sink);
            }
        }
        return 0;
    }

    std::uint64_t left_out = 0;

  private:
    struct What {
        runtime::FrameId frame = 0;
        Call call = Call::async_function;
        bool not_started = false, yields = false, torn = false;
    };

    // Of each of the batch its function, by its closure; 0: it is none any more.
    std::vector<std::uint64_t> read_shared() {
        std::unordered_map<std::uint64_t, std::uint64_t> by_closure;
        for (const Suspended& one : batch_) by_closure.emplace(one.function, 0);
        std::vector<std::array<std::uint64_t, kFunctionWords>> words(by_closure.size());
        std::vector<probe::Piece> pieces;
        for (const auto& [closure, shared] : by_closure)
            pieces.push_back({closure - 1, std::as_writable_bytes(std::span(words[pieces.size()])), false});
        const bool read = objects_.memory().read(std::span(pieces)).has_value();
        std::size_t at = 0;
        for (auto& [closure, shared] : by_closure) {
            const auto& object = words[at];
            if (read && pieces[at].read && objects_.layout().is_function(objects_.type_by_map(object[0])))
                shared =
                    object[static_cast<std::size_t>(objects_.layout().function_shared / 8) % kFunctionWords];
            ++at;
        }
        std::vector<std::uint64_t> shared;
        for (const Suspended& one : batch_) shared.push_back(by_closure[one.function]);
        return shared;
    }

    void add_task(std::span<const std::uint32_t> links, std::uint32_t root, runtime::Sink& sink) const {
        runtime::Task task;
        const Call call = what_[root].call;
        task.kind = call == Call::async_function    ? runtime::TaskKind::promise
                    : call == Call::async_generator ? runtime::TaskKind::generator
                                                    : runtime::TaskKind::plain_generator;
        const What& innermost = what_[links.front()];
        if (innermost.not_started) task.waits_for = task_word::not_started;
        if (innermost.yields) task.waits_for = task_word::at_yield;
        task.maybe_dead = true;
        std::vector<runtime::FrameId> frames;
        for (const std::uint32_t link : links) {
            task.torn = task.torn || what_[link].torn;
            frames.push_back(what_[link].frame);
        }
        task.frames = frames;
        sink.add(task);
    }

    Functions& functions_;
    Constructors& constructors_;
    Objects& objects_;
    std::vector<Suspended> batch_{};
    std::vector<std::uint64_t> addresses_{};  // ascending
    std::vector<What> what_{};                // of each
    std::vector<Await> awaits_{};
};

// V8 takes its pages from the kernel; what malloc has is not its heap.
bool may_be_v8s(const probe::Mapping& mapping) {
    return runtime::may_hold_objects(mapping) && mapping.path != "[heap]";
}

}  // namespace

Result<runtime::Remainder> read_tasks(const runtime::Target& target, Functions& functions,
                                      Constructors& constructors, Objects& objects, runtime::Budget& budget,
                                      runtime::Sink& sink) {
    Gathered gathered(functions, constructors, objects);
    Search search(objects, [&](const Suspended& one) { gathered.add(one); });
    const auto looked = runtime::look_at_heap(
        target, budget, may_be_v8s,
        [&](std::uint64_t address, std::span<const std::uint64_t> words) { search.look(address, words); });
    if (!looked) return looked.error();
    search.finish();
    gathered.resolve();
    const std::uint64_t unread = gathered.left_out + gathered.hand_on(budget, sink);
    runtime::Remainder rest{unread + looked->left_out, runtime::left_out_words(*looked)};
    if (unread > 0)
        rest.why +=
            fmt::format("{}{} suspended functions are beyond what is read", rest.why.empty() ? "" : "; ",
                        format_count(static_cast<std::int64_t>(unread)));
    return rest;
}

}  // namespace rampwatch::v8
