// SPDX-License-Identifier: MIT
// When a Session asks for what a heap is made of to be kept.
#include "core/watch/session.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

constexpr std::int64_t kMiB = 1 << 20;

watch::Settings with_heaps() {
    watch::Settings settings;
    settings.judge.patience = 8h;
    settings.heaps = true;
    return settings;
}

fact::Sampled sampled(nanoseconds mono, double mib, TargetId target = 0) {
    const auto bytes = static_cast<std::int64_t>(mib * kMiB);
    return {target, 1, Sample{.mono = mono, .wall = mono + 1000h, .rss_bytes = bytes, .anon_bytes = bytes}};
}

// All requests while memory is as `mib` has it, looked at every 10 s; dumps are answered at once.
template <class Mib>
std::vector<std::pair<nanoseconds, Request>> asked(watch::Session& session, nanoseconds time, Mib mib) {
    std::vector<std::pair<nanoseconds, Request>> all;
    for (nanoseconds now = 10s; now <= time; now += 10s) {
        auto output = session.tell(sampled(now, mib(now)));
        for (const Request& request : output.requests) {
            all.emplace_back(now, request);
            if (request.kind != Request::Kind::dump) continue;
            Dump dump{.mono = now, .threads = 1};
            static_cast<void>(session.tell(fact::DumpDone{request.id, dump, now + 1s, now + 1s}));
        }
    }
    return all;
}

}  // namespace

TEST_CASE("a healthy heap is kept at a 64th of the patience, and each quarter of it", "[watch]") {
    watch::Session session(with_heaps());
    std::vector<nanoseconds> times;
    for (const auto& [now, request] : asked(session, 10h, [](nanoseconds) { return 100.0; })) {
        if (request.kind == Request::Kind::heap) times.push_back(now);
    }
    REQUIRE(times.size() == 5);
    CHECK(times[0] >= 450s);
    CHECK(times[0] <= 510s);
    CHECK(times[1] - times[0] == 2h);
}

TEST_CASE("a heap that grows is no baseline, and its dumps know since when", "[watch]") {
    watch::Session session(with_heaps());
    const auto grows = [](nanoseconds now) {
        const double hours = std::chrono::duration<double, std::ratio<3600>>(now).count();
        return 100 + 30 * std::max(0.0, hours - 12);
    };
    nanoseconds growing{};
    int leaks = 0;
    for (const auto& [now, request] : asked(session, 48h, grows)) {
        if (request.kind == Request::Kind::dump && request.reason == DumpReason::growing) growing = now;
        if (request.kind == Request::Kind::heap && growing > 0s) FAIL("asked while it grows");
        if (request.reason != DumpReason::leak) continue;
        ++leaks;
        REQUIRE(request.onset_wall);
        CHECK(*request.onset_wall - 1000h > 10h);
        CHECK(*request.onset_wall - 1000h < 14h);
    }
    CHECK(growing > 0s);
    CHECK(leaks == 1);
}

TEST_CASE("without the setting nobody asks for heaps", "[watch]") {
    watch::Settings settings = with_heaps();
    settings.heaps = false;
    watch::Session session(settings);
    for (const auto& [now, request] : asked(session, 10h, [](nanoseconds) { return 100.0; }))
        CHECK(request.kind == Request::Kind::dump);
}

TEST_CASE("of a service the heaps of the eight biggest processes are kept, and none of their sum",
          "[watch]") {
    watch::Settings settings = with_heaps();
    settings.service = true;
    watch::Session session(settings);
    std::vector<TargetId> kept;
    for (nanoseconds now = 10s; now <= 30min; now += 10s) {
        for (TargetId target = 0; target < 14; ++target) {
            const double mib = target == kSumTarget ? 2000 : 10.0 + target;
            for (const Request& request : session.tell(sampled(now, mib, target)).requests)
                if (request.kind == Request::Kind::heap) kept.push_back(request.target);
        }
    }
    CHECK(kept == std::vector<TargetId>{6, 7, 8, 9, 10, 11, 12, 13});
}
