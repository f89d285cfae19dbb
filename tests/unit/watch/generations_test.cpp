// SPDX-License-Identifier: MIT
// A pool of workers that live for minutes: what is judged is each worker, and their sum.
#include <map>

#include "core/watch/session.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace std::chrono_literals;

namespace {

using std::chrono::nanoseconds;

constexpr TargetId kSum = 1, kFirst = 2;
constexpr std::int64_t kMiB = 1 << 20;

Sample holding(std::int64_t bytes, nanoseconds at) {
    return {.mono = at, .wall = 1764000000s + at, .rss_bytes = bytes, .anon_bytes = bytes, .swap_bytes = 0};
}

// Three days of four workers, a new one every few minutes in turn; each grows by 8 MiB while it lives, and
// begins with `inherited` bytes more a generation. How often a leak was told of each target.
std::map<TargetId, int> leaks_told(std::int64_t inherited) {
    constexpr nanoseconds kStep = 30s, kLifetime = 20min;
    watch::Session session({.dumps = false, .tell_samples = false});
    std::map<TargetId, int> told;
    std::map<TargetId, LifeNumber> lives;
    const auto tell = [&](const Fact& fact) {
        for (const Event& event : session.tell(fact).events)
            told[event.target] += event.kind == Event::Kind::leak;
    };
    tell(fact::Appeared{kSum, 1, {}, 0s, 1764000000s});
    for (nanoseconds now = kStep; now < 72h; now += kStep) {
        std::int64_t sum = 0;
        for (TargetId target = kFirst; target < kFirst + 4; ++target) {
            const nanoseconds own = now + (target - kFirst) * (kLifetime / 4);
            const auto generation = own / kLifetime;
            const auto life = static_cast<LifeNumber>(generation + 1);
            if (life != lives[target]) {
                if (lives[target] > 0) tell(fact::Gone{target, lives[target], {}, now, 1764000000s + now});
                tell(fact::Appeared{target, life, {}, now, 1764000000s + now});
                lives[target] = life;
            }
            const auto grown = 8 * kMiB * (own % kLifetime / 1s) / (kLifetime / 1s);
            const std::int64_t bytes = 64 * kMiB + generation * inherited + grown;
            tell(fact::Sampled{target, life, holding(bytes, now)});
            sum += bytes;
        }
        tell(fact::Sampled{kSum, 1, holding(sum, now)});
    }
    return told;
}

}  // namespace

TEST_CASE("a sum that rises over generations of workers is a leak, a worker that lives for minutes is none",
          "[watch]") {
    const auto told = leaks_told(kMiB / 2);
    for (const auto& [target, times] : told) {
        INFO("target " << target);
        CHECK(times == (target == kSum ? 1 : 0));
    }
}

TEST_CASE("workers that grow and are replaced are no leak, nor is their sum", "[watch]") {
    for (const auto& [target, times] : leaks_told(0)) {
        INFO("target " << target);
        CHECK(times == 0);
    }
}
