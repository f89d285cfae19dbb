// SPDX-License-Identifier: MIT
// A service is judged once: by its sum, and by members that the sum bears out.
#include "core/watch/service_claim.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <random>
#include <string>

#include "core/watch/session.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::watch;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

constexpr double kMiB = 1 << 20;
constexpr double kHour = 3600;

Verdict verdict_of(Claim claim, double mib, double rise_mib, double mib_per_h, nanoseconds now = 10h) {
    SeriesVerdict memory{.series = Series::memory, .claim = claim};
    memory.current = memory.last = mib * kMiB;
    if (rise_mib > 0) memory.rise = rise_mib * kMiB;
    memory.slope_per_s = mib_per_h * kMiB / kHour;
    memory.slope_ci95_per_s = Interval{*memory.slope_per_s * .8, *memory.slope_per_s * 1.2};
    Verdict verdict{.claim = claim, .now = now};
    if (claim >= Claim::growing) verdict.leading = Series::memory;
    verdict.series[index(Series::memory)] = memory;
    return verdict;
}

const ServiceClaim::Settings kSettings{.patience = 9h};

Sample sample_of(nanoseconds mono, double mib) {
    const auto bytes = static_cast<std::int64_t>(mib * kMiB);
    return {.mono = mono, .wall = mono, .rss_bytes = bytes, .anon_bytes = bytes, .age = mono};
}

// A service of workers, each as `member_mib` says at its time; looked at once a minute. What was told.
struct Told {
    std::vector<Event> events{};
    [[nodiscard]] std::vector<std::string> kinds() const {
        std::vector<std::string> list;
        for (const Event& event : events) {
            if (event.kind >= Event::Kind::growing && event.kind <= Event::Kind::limit_near &&
                event.kind != Event::Kind::sample)
                list.push_back(std::to_string(event.target) + " " +
                               std::to_string(static_cast<int>(event.kind)));
        }
        return list;
    }
    [[nodiscard]] std::size_t count(Event::Kind kind) const {
        return static_cast<std::size_t>(
            std::count_if(events.begin(), events.end(), [&](const Event& one) { return one.kind == kind; }));
    }
};

using MemberMib = std::function<double(TargetId, double hours)>;

Told watched(Session& session, double hours, int workers, const MemberMib& member_mib,
             const std::function<LifeNumber(TargetId, double hours)>& life_of = nullptr) {
    Told told;
    const auto tell = [&](const Fact& fact) {
        auto output = session.tell(fact);
        for (Event& event : output.events) told.events.push_back(std::move(event));
    };
    std::map<TargetId, LifeNumber> lives;
    for (nanoseconds now = 1min; now <= nanoseconds(static_cast<std::int64_t>(hours * 3.6e12)); now += 1min) {
        const double at = std::chrono::duration<double, std::ratio<3600>>(now).count();
        double sum = 0;
        for (int worker = 0; worker < workers; ++worker) {
            const TargetId target =
                worker == 0 ? kMainTarget : kFirstMember + static_cast<TargetId>(worker) - 1;
            const LifeNumber life = life_of ? life_of(target, at) : 1;
            if (lives[target] != life) {
                if (lives[target] != 0)
                    tell(fact::Gone{.target = target, .life = lives[target], .mono = now, .wall = now});
                const Life who{.pid = static_cast<std::int32_t>(1000 + 100 * target + life),
                               .executable = "/usr/bin/worker"};
                tell(fact::Appeared{.target = target, .life = life, .who = who, .mono = now, .wall = now});
                lives[target] = life;
            }
            const double mib = member_mib(target, at);
            sum += mib;
            tell(fact::Sampled{target, life, sample_of(now, mib)});
        }
        if (now == 1min)
            tell(fact::Appeared{
                .target = kSumTarget, .life = 1, .who = Life{.comm = "shop"}, .mono = now, .wall = now});
        tell(fact::Sampled{kSumTarget, 1, sample_of(now, sum)});
    }
    return told;
}

Settings service_settings() { return {.dumps = false, .service = true, .tell_samples = false}; }

}  // namespace

TEST_CASE("a member's claim counts where the sum rises with it, or could not but rise", "[watch]") {
    const Verdict member = verdict_of(Claim::leak, 120, 30, 4);
    const auto borne_out = [&](const Verdict& sum) { return is_borne_out(member, sum, 16 * kMiB, 50); };
    CHECK(borne_out(verdict_of(Claim::undecided, 1000, 0, 3)));       // rises, at three quarters of its slope
    CHECK_FALSE(borne_out(verdict_of(Claim::healthy, 1000, 0, 1)));   // 30 MiB are nothing in a thousand
    CHECK_FALSE(borne_out(verdict_of(Claim::healthy, 1000, 0, -4)));  // another one shrinks meanwhile
    CHECK(borne_out(verdict_of(Claim::healthy, 400, 0, 0)));          // 30 of 400 count by themselves
    CHECK_FALSE(is_borne_out(verdict_of(Claim::leak, 40, 10, 1), verdict_of(Claim::healthy, 100, 0, 0),
                             16 * kMiB, 50));
    Verdict no_memory;
    CHECK(borne_out(no_memory));  // nothing speaks against it
}

TEST_CASE("the claim of a worker that is gone holds until the service gives the memory back", "[watch]") {
    ServiceClaim claim(kSettings);
    const Verdict quiet = verdict_of(Claim::healthy, 500, 0, 3);
    CHECK(claim.weigh(quiet, {}).claim == Claim::healthy);
    const MemberVerdict leaking{7, verdict_of(Claim::leak, 300, 200, 4)};
    const auto said = claim.weigh(quiet, std::span(&leaking, 1));
    CHECK(said.claim == Claim::leak);
    CHECK(said.member == TargetId{7});
    CHECK_FALSE(said.held);
    CHECK(claim.weigh(quiet, {}).held);  // recycled; the sum still has it
    CHECK(claim.weigh(verdict_of(Claim::growing, 450, 20, 2, 15h), {}).claim == Claim::leak);
    CHECK(claim.weigh(verdict_of(Claim::healthy, 390, 0, 0, 16h), {}).claim == Claim::healthy);  // 110 of 200
    CHECK_FALSE(claim.holds());
}

TEST_CASE("what nobody says again for a patience is over", "[watch]") {
    ServiceClaim claim(kSettings);
    const MemberVerdict leaking{7, verdict_of(Claim::leak, 300, 200, 4)};
    claim.weigh(verdict_of(Claim::healthy, 500, 0, 3), std::span(&leaking, 1));
    CHECK(claim.weigh(verdict_of(Claim::healthy, 510, 0, 0, 18h), {}).claim == Claim::leak);
    CHECK(claim.weigh(verdict_of(Claim::healthy, 510, 0, 0, 20h), {}).claim == Claim::healthy);
}

TEST_CASE("one leak of a service is one alarm, whoever of it leaks", "[watch]") {
    const auto workers = GENERATE(1, 2, 5);
    const bool all_leak = GENERATE(true, false);
    CAPTURE(workers, all_leak);
    Session session(service_settings());
    const Told told = watched(session, 40, workers, [&](TargetId target, double at) {
        const bool leaks = all_leak || target == (workers == 1 ? kMainTarget : kFirstMember);
        return 60 + (leaks ? 6 * at : 0);
    });
    CHECK(told.count(Event::Kind::growing) == 1);
    CHECK(told.count(Event::Kind::leak) == 1);
    CHECK(told.count(Event::Kind::recovered) == 0);
    for (const Event& event : told.events) {
        if (event.kind != Event::Kind::leak) continue;
        CHECK(event.target == kSumTarget);
        CHECK(event.members_in_all == static_cast<std::size_t>(workers));
        REQUIRE(!event.members.empty());
        CHECK(event.members.front().claim >= Claim::growing);
    }
    CHECK(session.verdict(kSumTarget).claim == Claim::leak);
}

TEST_CASE("a pool of 32 whose workers are recycled is told of by nothing", "[watch]") {
    Session session(service_settings());
    std::mt19937 random(4711);
    std::normal_distribution<double> noise(0, 2);
    // Each grows to 60 MiB over its first hours, as caches fill, and is replaced after 8 to 12 h.
    const auto age = [](TargetId target, double at) {
        const double span = 8 + (target * 7 % 32) / 8.0;
        return std::fmod(at + target * 2.7, span);
    };
    const Told told = watched(
        session, 72, 32,
        [&](TargetId target, double at) {
            return 40 + 20 * (1 - std::exp(-age(target, at) / 1.5)) + noise(random);
        },
        [&](TargetId target, double at) {
            const double span = 8 + (target * 7 % 32) / 8.0;
            return 1 + static_cast<LifeNumber>((at + target * 2.7) / span);
        });
    CHECK(told.count(Event::Kind::leak) == 0);
    CHECK(told.count(Event::Kind::leak_worse) == 0);
}

TEST_CASE("a service's claim goes on after its watcher's restart", "[watch]") {
    Session first(service_settings());
    watched(first, 40, 3,
            [](TargetId target, double at) { return 60 + (target == kFirstMember ? 6 * at : 0); });
    REQUIRE(first.verdict(kSumTarget).claim == Claim::leak);
    Session second(service_settings());
    REQUIRE(second.restore(kSumTarget, first.save(kSumTarget), 1));
    CHECK(second.verdict(kSumTarget).claim == Claim::leak);

    Settings alone = service_settings();
    alone.service = false;
    Session main_alone(alone);
    watched(main_alone, 2, 1, [](TargetId, double) { return 60.0; });
    const auto refused = second.restore(kSumTarget, main_alone.save(kMainTarget), 1);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what.find("of a main process alone") != std::string::npos);
}

TEST_CASE("a service whose worker leaks costs a verdict a 128th of the patience, not one a look", "[watch]") {
    const auto workers = GENERATE(2, 8);
    CAPTURE(workers);
    Session session(service_settings());
    watched(session, 40, workers,
            [](TargetId target, double at) { return 60 + (target == kFirstMember ? 6 * at : 0); });
    REQUIRE(session.verdict(kSumTarget).claim == Claim::leak);
    const auto before = session.verdicts_made();
    watched(session, 80, workers,
            [](TargetId target, double at) { return 60 + (target == kFirstMember ? 6 * at : 0); });
    // 40 h more, of 9 h of patience: 569 times, the sum's and the worker's; some more where anything is told.
    const auto made = session.verdicts_made() - before;
    CHECK(made < 2 * 569 + 20 * (workers + 2));
    CHECK(made < 40 * 60);  // looks at the sum
}

TEST_CASE("what a worker began, the sum took over and gave back is over", "[watch]") {
    Session session(service_settings());
    const Told told = watched(session, 120, 3, [](TargetId target, double at) {
        if (target != kFirstMember) return 60.0;
        return at < 60 ? 60 + 6 * at : 60.0;  // given back, all of it
    });
    CHECK(told.count(Event::Kind::leak) == 1);
    CHECK(told.count(Event::Kind::recovered) == 1);
    CHECK(session.verdict(kSumTarget).claim < Claim::growing);
}
