// SPDX-License-Identifier: MIT
#include "core/cpython/tasks.h"

#include <fmt/format.h>

#include <span>
#include <utility>
#include <vector>

#include "core/base/units.h"
#include "core/cpython/awaits.h"
#include "core/cpython/record.h"
#include "core/runtime/resident.h"

namespace rampwatch::cpython {
namespace {

constexpr std::uint64_t kIdMask = (std::uint64_t{1} << 62) - 1;

// The address alone is given to another as soon as a coroutine has ended; where it stands and what it waits
// for are of this one.
std::uint64_t identity(const Coroutine& root, const Coroutine& leaf) {
    std::uint64_t hash = root.address;
    for (const std::uint64_t word : {root.place.code, root.place.instruction, leaf.address, leaf.awaited})
        hash = (hash ^ (hash >> 29) ^ word) * 0x9e3779b97f4a7c15;
    return (hash & kIdMask) | 1;
}

// Words that say "of this type" behind a number of references.
class Search {
  public:
    explicit Search(const Interpreter& python)
        : coroutine_(python.coroutine_type),
          async_generator_(python.async_generator_type != 0 ? python.async_generator_type : coroutine_) {
        found.reserve(kFirst);
    }

    // The hot loop of a reading: some hundred million words of a large heap pass through it.
    void look(std::uint64_t address, std::span<const std::uint64_t> words) {
        const std::uint64_t coroutine = coroutine_, async_generator = async_generator_;
        const std::uint64_t* const first = words.data();
        const std::uint64_t* const end = first + words.size();
        for (const std::uint64_t* at = first + 1; at < end; ++at) {
            if (*at == coroutine || *at == async_generator)
                take(address + 8 * static_cast<std::uint64_t>(at - 1 - first), at[-1]);
        }
    }

    std::vector<std::uint64_t> found{};  // ascending
    std::uint64_t left_out = 0;

  private:
    static constexpr std::size_t kFirst = 4096;

    void take(std::uint64_t object, std::uint64_t references) {
        if (!is_count(references)) return;
        if (found.size() < kMostCoroutines)
            found.push_back(object);
        else
            ++left_out;
    }

    std::uint64_t coroutine_, async_generator_;
};

std::string why(const runtime::Looked& looked, std::uint64_t coroutines_left_out) {
    std::string words = runtime::left_out_words(looked);
    if (coroutines_left_out > 0)
        words += fmt::format("{}{} objects that coroutines are made of are beyond what is read",
                             words.empty() ? "" : "; ",
                             format_count(static_cast<std::int64_t>(coroutines_left_out)));
    return words;
}

}  // namespace

Result<runtime::Remainder> read_tasks(const runtime::Target& target, const Interpreter& python, Codes& codes,
                                      runtime::Budget& budget, runtime::Sink& sink) {
    Search search(python);
    const auto looked = runtime::look_at_heap(
        target, budget, runtime::may_hold_objects,
        [&](std::uint64_t address, std::span<const std::uint64_t> words) { search.look(address, words); });
    if (!looked) return looked.error();
    // All that was found is read, whatever the search has cost: a part of it would take chains apart.
    const Awaits awaits(target.memory, python, codes,
                        read_coroutines(target.memory, python.layout, codes, search.found));
    std::vector<runtime::FrameId> frames;
    for (std::size_t i = 0; i < awaits.given(); ++i) {
        const Coroutine& root = awaits.all()[i];
        if (!awaits.is_root(i) || root.step == Step::executing) continue;
        const AwaitChain chain = awaits.chain(i);
        runtime::Task task;
        task.kind = root.type == python.async_generator_type ? runtime::TaskKind::generator
                                                             : runtime::TaskKind::coroutine;
        task.id = identity(root, awaits.all()[chain.links.front()]);
        task.waits_for = chain.waits_for;
        task.torn = chain.torn;
        frames.clear();
        for (const std::uint32_t link : chain.links) {
            const Coroutine& it = awaits.all()[link];
            if (const auto frame = codes.frame(it.place, it.qualname))
                frames.push_back(*frame);
            else
                task.torn = true;
        }
        task.frames = frames;
        sink.add(task);
    }
    return runtime::Remainder{search.left_out + looked->left_out, why(*looked, search.left_out)};
}

}  // namespace rampwatch::cpython
