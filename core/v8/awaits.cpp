// SPDX-License-Identifier: MIT
#include "core/v8/awaits.h"

#include <algorithm>
#include <array>

#include "core/probe/memory_reader.h"

namespace rampwatch::v8 {
namespace {

constexpr std::size_t kBatch = 512;
constexpr std::size_t kWords = 6;            // of an object that are read
constexpr int kMostRounds = 200'000;         // of steps: those that await one promise are a list
constexpr std::size_t kMostSteps = 1 << 20;  // of all, beside the first
constexpr std::size_t kReactions = 3;        // word of a promise
constexpr std::size_t kContextValue = 4;     // word of a context: what it is there for
constexpr std::size_t kRequestPromise = 4;   // word of an AsyncGeneratorRequest

using Words = std::array<std::uint64_t, kWords>;

// What an object is looked at for.
enum class Role : std::uint8_t { start, link, context, value };  // value: of a context

struct Step {
    std::uint32_t whose = 0;
    Role role = Role::start;
    std::uint64_t object = 0;
};

class Walk {
  public:
    Walk(Objects& objects, std::vector<Await>& found) : objects_(objects), found_(found) {}

    std::vector<Step> next{};

    void take(const Step& step, const Words& words) {
        const Layout& layout = objects_.layout();
        const std::int32_t type = objects_.type_by_map(words[0]);
        if (step.role == Role::context) {
            go(step, Role::value, words[kContextValue]);
        } else if (step.role == Role::value) {
            // That of Promise.all() has a promise here: others may lead to it as well.
            if (type == layout.async_function || type == layout.async_function + 1)
                found_.push_back({step.whose, step.object});
        } else if (type == layout.promise) {
            go(step, Role::link, words[kReactions]);
        } else if (type == layout.reaction) {
            const auto at = static_cast<std::size_t>(layout.reaction_next / 8);
            go(step, Role::link, words[at]);
            go(step, Role::link, words[at + 1]);  // if it is rejected: of an await a function of V8's own
            go(step, Role::link, words[at + 3]);  // what then() has returned
        } else if (layout.is_function(type)) {
            go(step, Role::context, words[static_cast<std::size_t>(layout.function_context / 8) % kWords]);
        } else if (type == layout.generator_request && step.role == Role::start) {
            go(step, Role::link, words[kRequestPromise]);
        }
    }

  private:
    void go(const Step& from, Role role, std::uint64_t object) {
        if (is_object(object)) next.push_back({from.whose, role, object});
    }

    Objects& objects_;
    std::vector<Await>& found_;
};

// The last object of a page, which may be shorter than what is asked for.
bool read_short(const Objects& objects, std::uint64_t object, Words& words) {
    words[kWords - 1] = 0;
    return objects.memory()
        .read(object - 1, std::as_writable_bytes(std::span(words).first(kWords - 1)))
        .has_value();
}

}  // namespace

std::vector<Await> find_awaits(Objects& objects, std::span<const std::uint64_t> promised,
                               std::uint32_t first) {
    std::vector<Await> found;
    Walk walk(objects, found);
    std::vector<Step> steps;
    for (std::size_t i = 0; i < promised.size(); ++i) {
        if (is_object(promised[i]))
            steps.push_back({first + static_cast<std::uint32_t>(i), Role::start, promised[i]});
    }
    std::size_t taken = 0;
    std::vector<Words> words(kBatch);
    std::vector<probe::Piece> pieces;
    for (int round = 0; round < kMostRounds && !steps.empty() && taken < kMostSteps; ++round) {
        walk.next.clear();
        for (std::size_t from = 0; from < steps.size(); from += kBatch) {
            const auto part = std::span(steps).subspan(from, std::min(kBatch, steps.size() - from));
            pieces.clear();
            for (std::size_t i = 0; i < part.size(); ++i)
                pieces.push_back({part[i].object - 1, std::as_writable_bytes(std::span(words[i])), false});
            if (!objects.memory().read(std::span(pieces))) return found;
            for (std::size_t i = 0; i < part.size(); ++i) {
                if (pieces[i].read || read_short(objects, part[i].object, words[i]))
                    walk.take(part[i], words[i]);
            }
        }
        taken += steps.size();
        steps.swap(walk.next);
    }
    return found;
}

Chains::Chains(std::span<const std::uint64_t> objects, std::span<const Await> awaits)
    : awaits_(objects.size(), kNone), awaited_(objects.size(), false) {
    for (const Await& await : awaits) {
        const auto by = std::lower_bound(objects.begin(), objects.end(), await.by);
        if (by == objects.end() || *by != await.by || await.awaited >= objects.size()) continue;
        std::uint32_t& awaits_one = awaits_[static_cast<std::size_t>(by - objects.begin())];
        // It awaits one at a time: of a second one it is not known that it does.
        if (awaits_one != kNone && awaits_one != await.awaited) continue;
        awaits_one = await.awaited;
        awaited_[await.awaited] = true;
    }
}

std::vector<std::uint32_t> Chains::chain(std::uint32_t root) const {
    std::vector<std::uint32_t> links;
    std::uint32_t at = root;
    for (int i = 0; i < kMostSteps && at != kNone && (i == 0 || at != root); ++i, at = awaits_[at])
        links.push_back(at);
    std::reverse(links.begin(), links.end());
    if (links.size() > kMostLinks) links.resize(kMostLinks);
    return links;
}

}  // namespace rampwatch::v8
