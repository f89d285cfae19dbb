// SPDX-License-Identifier: MIT
#include "core/cpython/tasks.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "core/base/units.h"
#include "core/cpython/awaits.h"
#include "core/cpython/record.h"
#include "core/cpython/resident.h"

namespace rampwatch::cpython {
namespace {

constexpr std::size_t kStep = 20'000;  // coroutines between two looks at the budget
constexpr std::uint64_t kIdMask = (std::uint64_t{1} << 62) - 1;

// The address alone is given to another as soon as a coroutine has ended; where it stands and what it waits
// for are of this one.
std::uint64_t identity(const Coroutine& root, const Coroutine& leaf) {
    std::uint64_t hash = root.address;
    for (const std::uint64_t word : {root.place.code, root.place.instruction, leaf.address, leaf.awaited})
        hash = (hash ^ (hash >> 29) ^ word) * 0x9e3779b97f4a7c15;
    return (hash & kIdMask) | 1;
}

class Search {
  public:
    Search(const Interpreter& python) : python_(python) {}

    void look(std::uint64_t address, std::span<const std::uint64_t> words) {
        for (std::size_t i = 1; i < words.size(); ++i) {
            if (words[i] != python_.coroutine_type && words[i] != python_.async_generator_type) continue;
            if (words[i] == 0 || !is_count(words[i - 1])) continue;
            if (found.size() < kMostCoroutines)
                found.push_back(address + 8 * (i - 1));
            else
                ++left_out;
        }
    }

    std::vector<std::uint64_t> found{};  // ascending
    std::uint64_t left_out = 0;

  private:
    const Interpreter& python_;
};

std::string why(const Looked& looked, std::uint64_t coroutines_left_out) {
    std::string words;
    const auto add = [&](std::string part) { words += (words.empty() ? "" : "; ") + part; };
    if (looked.left_out > 0)
        add(fmt::format("{} of its heap was not read", format_size(static_cast<double>(looked.left_out))));
    if (looked.swapped_bytes > 0)
        add(fmt::format("{} is swapped out and was not looked at",
                        format_size(static_cast<double>(looked.swapped_bytes))));
    if (coroutines_left_out > 0)
        add(fmt::format("{} coroutines are beyond what is read", coroutines_left_out));
    return words;
}

}  // namespace

Result<runtime::Remainder> read_tasks(const runtime::Target& target, const Interpreter& python, Codes& codes,
                                      runtime::Budget& budget, runtime::Sink& sink) {
    Search search(python);
    const auto looked = look_at_heap(
        target, budget,
        [&](std::uint64_t address, std::span<const std::uint64_t> words) { search.look(address, words); });
    if (!looked) return looked.error();
    std::vector<Coroutine> coroutines;
    const std::span<const std::uint64_t> found(search.found);
    for (std::size_t from = 0; from < found.size(); from += kStep) {
        const auto part = found.subspan(from, std::min(kStep, found.size() - from));
        if (from > 0 && budget.over()) {
            search.left_out += found.size() - from;
            break;
        }
        const auto read = read_coroutines(target.memory, python.layout, codes, part);
        coroutines.insert(coroutines.end(), read.begin(), read.end());
    }
    const Awaits awaits(target.memory, python, codes, std::move(coroutines));
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
