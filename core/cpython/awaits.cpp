// SPDX-License-Identifier: MIT
#include "core/cpython/awaits.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/cpython/record.h"
#include "core/model/task_words.h"

namespace rampwatch::cpython {
namespace {

constexpr int kMostRounds = 64;  // generators and wrappers between a coroutine and what it waits for
constexpr std::size_t kBatch = 1024;
constexpr std::size_t kMostTypes = 10'000;
constexpr std::size_t kMostWords = 1000;
constexpr std::size_t kMostTypeName = 100;
constexpr std::size_t kInner = 16;  // of a wrapper: what it wraps

// "_asyncio.FutureIter" is "FutureIter": a built-in type has its module in its name.
std::string_view bare(std::string_view name) { return name.substr(name.rfind('.') + 1); }

// Objects that only hand on what they wrap.
bool is_wrapper(std::string_view name) {
    return name == "coroutine_wrapper" || name == "async_generator_asend" || name == "async_generator_athrow";
}

std::string wait_word(std::string_view type) {
    if (type == "_GatheringFuture") return "gather";
    return std::string(type);
}

}  // namespace

Awaits::Awaits(const probe::MemoryReader& memory, const Interpreter& python, Codes& codes,
               std::vector<Coroutine> coroutines)
    : memory_(memory),
      python_(python),
      codes_(codes),
      all_(std::move(coroutines)),
      given_(all_.size()),
      next_(all_.size(), kNone),
      has_waiter_(all_.size()),
      waits_for_(all_.size()) {
    std::vector<Pending> pending;
    for (std::uint32_t i = 0; i < given_; ++i) {
        if (all_[i].awaited != 0) pending.push_back({i, all_[i].awaited});
    }
    for (int round = 0; round < kMostRounds && !pending.empty(); ++round) settle(pending);
}

std::uint32_t Awaits::index_of(std::uint64_t address) const {
    const auto begin = all_.begin(), end = begin + static_cast<std::ptrdiff_t>(given_);
    const auto place = std::lower_bound(
        begin, end, address, [](const Coroutine& it, std::uint64_t wanted) { return it.address < wanted; });
    if (place != end && place->address == address) return static_cast<std::uint32_t>(place - begin);
    const auto added = added_.find(address);
    return added == added_.end() ? kNone : added->second;
}

void Awaits::join(std::uint32_t holder, std::uint32_t awaited) {
    next_[holder] = awaited;
    has_waiter_[awaited] = true;
}

// Each pending one is joined to a coroutine that is known, or its object is read; what is behind that is
// pending then.
void Awaits::settle(std::vector<Pending>& pending) {
    std::vector<Pending> next, generators, asked;
    for (const Pending& it : pending) {
        const std::uint32_t known = index_of(it.object);
        if (known != kNone)
            join(it.holder, known);
        else if (is_pointer(it.object))
            asked.push_back(it);
    }
    std::vector<std::array<std::uint64_t, 3>> heads(kBatch);
    std::vector<probe::Piece> pieces;
    for (std::size_t from = 0; from < asked.size(); from += kBatch) {
        const std::size_t count = std::min(kBatch, asked.size() - from);
        pieces.clear();
        for (std::size_t i = 0; i < count; ++i)
            pieces.push_back({asked[from + i].object, std::as_writable_bytes(std::span(heads[i])), false});
        if (!memory_.read(std::span(pieces))) break;
        for (std::size_t i = 0; i < count; ++i) {
            if (pieces[i].read)
                look(asked[from + i], heads[i][kType / 8], heads[i][kInner / 8], next, generators);
        }
    }
    take_generators(generators, next);
    pending = std::move(next);
}

void Awaits::look(const Pending& it, std::uint64_t type, std::uint64_t inner, std::vector<Pending>& next,
                  std::vector<Pending>& generators) {
    const bool generator = type == python_.generator_type || type == python_.coroutine_type ||
                           type == python_.async_generator_type;
    if (generator && !it.in_future) {
        generators.push_back(it);
        return;
    }
    const std::string_view name = bare(type_name(type));
    if (is_wrapper(name))
        next.push_back({it.holder, inner});
    else if (name == "FutureIter" && !it.in_future)
        next.push_back({it.holder, inner, true});
    else
        waits_for_[it.holder] = word_of(wait_word(name));
}

void Awaits::take_generators(const std::vector<Pending>& generators, std::vector<Pending>& next) {
    std::vector<std::uint64_t> addresses;
    for (const Pending& it : generators) addresses.push_back(it.object);
    std::sort(addresses.begin(), addresses.end());
    addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
    for (const Coroutine& found : read_coroutines(memory_, python_.layout, codes_, addresses)) {
        const auto index = static_cast<std::uint32_t>(all_.size());
        added_.emplace(found.address, index);
        all_.push_back(found);
        next_.push_back(kNone);
        has_waiter_.push_back(false);
        waits_for_.push_back(0);
        if (found.awaited != 0) next.push_back({index, found.awaited});
    }
    for (const Pending& it : generators) {
        const auto added = added_.find(it.object);
        if (added != added_.end()) join(it.holder, added->second);
    }
}

const std::string& Awaits::type_name(std::uint64_t type) {
    if (type_names_.size() >= kMostTypes) type_names_.clear();
    const auto [place, fresh] = type_names_.try_emplace(type);
    if (fresh) place->second = read_string(memory_, read_word(memory_, type + kTypeName), kMostTypeName);
    return place->second;
}

std::uint16_t Awaits::word_of(std::string word) {
    const auto place = std::find(words_.begin(), words_.end(), word);
    if (place != words_.end()) return static_cast<std::uint16_t>(place - words_.begin());
    if (words_.size() >= kMostWords) return 0;
    words_.push_back(std::move(word));
    return static_cast<std::uint16_t>(words_.size() - 1);
}

AwaitChain Awaits::chain(std::size_t root) const {
    AwaitChain chain;
    auto at = static_cast<std::uint32_t>(root);
    while (at != kNone && chain.links.size() < kMostLinks) {
        chain.links.push_back(at);
        chain.torn = chain.torn || all_[at].torn || (at != root && all_[at].step == Step::executing);
        chain.waits_for = words_[waits_for_[at]];
        at = next_[at];
    }
    chain.torn = chain.torn || at != kNone;
    const Coroutine& leaf = all_[chain.links.back()];
    if (leaf.step == Step::created) chain.waits_for = task_word::not_started;
    if (leaf.step == Step::suspended && chain.links.size() == 1) chain.waits_for = task_word::at_yield;
    std::reverse(chain.links.begin(), chain.links.end());
    return chain;
}

}  // namespace rampwatch::cpython
