// SPDX-License-Identifier: MIT
// A turn comes when something is due and not otherwise: counted, over every Feed that can be made without a
// process, in each state that it can be in.
#include "core/watch/loop.h"

#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/poller.h"
#include "core/dump/backend.h"
#include "core/dump/go_feed.h"
#include "core/follow/process_set.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using watch::Loop;
using watch::Session;

namespace {

using Deadline = std::function<std::optional<nanoseconds>()>;

// Due as `deadline` says until it has been taken from.
class Owing : public Feed {
  public:
    explicit Owing(Deadline deadline) : deadline_(std::move(deadline)) {}
    [[nodiscard]] std::optional<nanoseconds> deadline() const override {
        ++asked;
        return taken == 0 ? deadline_() : std::nullopt;
    }
    void collect(std::vector<Fact>&) override { ++taken; }
    [[nodiscard]] bool busy() const override { return taken == 0; }
    int taken = 0;
    mutable int asked = 0;

  private:
    Deadline deadline_;
};

// Turns until nothing is owed any more; at most ten.
int turns_to_drain(std::vector<Feed*> feeds) {
    Session session({});
    Loop loop(session, std::move(feeds), {});
    int asked = 0;
    loop.run([&] { return asked++ < 10 ? watch::LoopState::drain : watch::LoopState::stop; });
    return asked - 1;
}

// True when `feed`, asked and taken from as a Loop does it, has nothing due any more after `turns` of them.
bool settles(Feed& feed, int turns = 2) {
    std::vector<Fact> facts;
    for (int turn = 0; turn <= turns; ++turn) {
        const auto deadline = feed.deadline();
        if (!deadline || *deadline > boot_now()) return true;
        feed.collect(facts);
    }
    return false;
}

Request dump_of(TargetId target, DumpReason reason) {
    return {.id = 7, .target = target, .life = 1, .reason = reason};
}

}  // namespace

TEST_CASE("what is due is taken in the turn that it woke, however its deadline is said", "[watch]") {
    const Deadline deadlines[] = {[] { return kDueNow; },           // always past
                                  [] { return boot_now(); },        // later than any clock read before
                                  [] { return boot_now() + 2ms; },  // moves on whenever it is asked
                                  [at = boot_now() + 5ms] { return at; }};
    for (const Deadline& deadline : deadlines) {
        Owing owing(deadline);
        CHECK(turns_to_drain({&owing}) == 1);
        CHECK(owing.taken == 1);
        CHECK(owing.asked == 1);
    }
}

TEST_CASE("one that is due does not wait for another that is due later", "[watch]") {
    Owing now([] { return kDueNow; }), soon([at = boot_now() + 20ms] { return at; });
    CHECK(turns_to_drain({&soon, &now}) == 2);
    CHECK(now.taken == 1);
    CHECK(soon.taken == 1);
}

TEST_CASE("a baseline that is refused is answered in the next turn", "[watch]") {
    follow::NoBaselines none;
    CHECK(settles(none, 0));
    REQUIRE(none.perform(dump_of(kFirstMember, DumpReason::baseline)));
    CHECK(none.busy());
    CHECK(turns_to_drain({&none}) == 1);
    CHECK_FALSE(none.busy());
    CHECK(settles(none, 0));
}

TEST_CASE("a dump of a process that is gone is answered in the next turn", "[watch]") {
    dump::DumpFeed dumps({}, [](TargetId, LifeNumber) { return std::optional<Life>(); });
    CHECK(settles(dumps, 0));
    REQUIRE(dumps.perform(dump_of(0, DumpReason::leak)));
    REQUIRE(dumps.perform(dump_of(1, DumpReason::leak)));  // while the first is not taken yet
    follow::NoBaselines idle;
    CHECK(turns_to_drain({&idle, &dumps}) == 1);
    CHECK(settles(dumps, 0));
}

TEST_CASE("a dump that no worker can be had for ends by an answer, without a spin", "[watch]") {
    dump::Settings settings;
    settings.guard_program = "/nowhere/rampwatch";
    settings.backend = dump::Choice::native;
    const Life gone{.boot_id = "no such boot", .pid = 1, .start_ticks = 1};
    dump::DumpFeed dumps(settings, [&](TargetId, LifeNumber) { return std::optional(gone); });
    REQUIRE(dumps.perform(dump_of(0, DumpReason::leak)));
    REQUIRE(dumps.perform(dump_of(0, DumpReason::leak)));  // refused: one is under way, or was answered
    CHECK(turns_to_drain({&dumps}) < 10);
    CHECK(settles(dumps, 0));
}

TEST_CASE("goroutines of a process that has none are not asked for again and again", "[watch]") {
    const Life gone{.boot_id = "no such boot", .pid = 1, .start_ticks = 1};
    dump::GoFeed go(std::make_shared<worker::Worker>(gone, "/nowhere/rampwatch"), {});
    CHECK(settles(go));
}

TEST_CASE("a Feed whose descriptor is never read makes the Loop say so once, and rest", "[watch]") {
    class Deaf : public Feed {
      public:
        [[nodiscard]] std::optional<nanoseconds> deadline() const override { return kDueNow; }
        void collect(std::vector<Fact>&) override { ++taken; }
        int taken = 0;
    } deaf;
    Session session({});
    Loop loop(session, {&deaf}, {});
    int said = 0;
    loop.on_spin = [&](const std::string&) { ++said; };
    const nanoseconds end = boot_now() + 200ms;
    loop.run([&] { return boot_now() < end ? watch::LoopState::on : watch::LoopState::stop; });
    CHECK(said == 0);  // not before ten seconds of it: spin_guard_test.cpp
    CHECK(deaf.taken > 0);
}

namespace {

using Asked = std::vector<std::string>;

struct NamedFeed : Feed {
    NamedFeed(std::string called, Asked& list) : name(std::move(called)), asked(list) {}
    [[nodiscard]] std::optional<nanoseconds> deadline() const override { return kDueNow; }
    void collect(std::vector<Fact>&) override { asked.push_back(name); }
    std::string name;
    Asked& asked;
};

// Ends its part when it is asked for the second time, and has another from then on.
struct Owner : NamedFeed {
    explicit Owner(Asked& list) : NamedFeed("owner", list), part(std::make_unique<NamedFeed>("part", list)) {}
    void parts(std::vector<Feed*>& feeds) const override { feeds.push_back(part.get()); }
    void collect(std::vector<Fact>& facts) override {
        NamedFeed::collect(facts);
        if (++times == 2) part = std::make_unique<NamedFeed>("other", asked);
    }
    std::unique_ptr<NamedFeed> part;
    int times = 0;
};

}  // namespace

TEST_CASE("a Feed's parts are asked before it, and may change with each turn", "[watch]") {
    Asked asked;
    Owner owner(asked);
    NamedFeed last("last", asked);
    Session session({});
    Loop loop(session, {&owner, &last}, {});
    int turns = 3;
    loop.run([&] { return turns-- > 0 ? watch::LoopState::on : watch::LoopState::stop; });
    CHECK(asked == Asked{"part", "owner", "last", "part", "owner", "last", "other", "owner", "last"});
}

TEST_CASE("the clock of a history is that of all Facts, and of the dump in one", "[watch]") {
    class Answering : public Feed {
      public:
        bool perform(const Request& request) override {
            id = request.id;
            return true;
        }
        [[nodiscard]] std::optional<nanoseconds> deadline() const override { return kDueNow; }
        void collect(std::vector<Fact>& facts) override {
            Dump dump;
            dump.mono = 5s;
            facts.emplace_back(fact::DumpDone{.request = id, .dump = std::move(dump), .mono = 6s});
        }
        RequestId id = 0;
    } feed;
    Session session({.dumps = true});
    Loop loop(session, {&feed}, {}, 1h);
    loop.tell(fact::Appeared{.life = 1, .mono = 1s});
    // The early baseline is asked for once there are looks enough.
    for (int i = 1; i < 100 && feed.id == 0; ++i) {
        Sample sample;
        sample.mono = i * 60s;
        sample.rss_bytes = 1 << 20;
        loop.tell(fact::Sampled{.life = 1, .sample = sample});
    }
    REQUIRE(feed.id != 0);
    int turns = 1;
    loop.run([&] { return turns-- > 0 ? watch::LoopState::on : watch::LoopState::stop; });
    REQUIRE(session.newest_dump());
    CHECK(session.newest_dump()->mono == 1h + 5s);
}
