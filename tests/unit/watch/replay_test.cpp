// SPDX-License-Identifier: MIT
#include "core/watch/replay.h"

#include <string>
#include <vector>

#include "core/store/csv.h"
#include "core/store/csv_writer.h"
#include "tests/catch.h"
#include "tests/temp_tree.h"

namespace rampwatch::watch {
namespace {

using namespace std::chrono_literals;

class Recorded final : public Source {
  public:
    explicit Recorded(std::vector<Record> records, std::optional<Error> error = {})
        : records_(std::move(records)), error_(std::move(error)) {}

    Result<std::optional<Record>> next() override {
        if (at_ < records_.size()) return std::optional<Record>(records_[at_++]);
        if (error_) return *error_;
        return std::optional<Record>{};
    }

  private:
    std::vector<Record> records_;
    std::optional<Error> error_;
    std::size_t at_ = 0;
};

// Ten minutes of a straight leak at odd times, then a restart and ten steady minutes, under a limit.
std::vector<Record> two_lives() {
    std::vector<Record> records;
    std::uint32_t noise = 7;
    for (int i = 0; i < 1200; ++i) {
        noise = noise * 1664525U + 1013904223U;
        const bool leaking = i < 600;
        Sample sample{.mono = i * 1s + std::chrono::nanoseconds(noise >> 3), .wall = 1'764'000'000s + i * 1s};
        sample.rss_bytes = (80 << 20) + (leaking ? i : 0) * 131072LL + (noise >> 16);
        sample.anon_bytes = sample.rss_bytes - (1 << 20);
        sample.threads = 8 + i % 2;
        sample.age = (leaking ? i : i - 600) * 1s + 90ms;
        sample.limit = Limit{LimitKind::cgroup_max, 160 << 20, sample.rss_bytes + 5000};
        records.push_back({leaking ? 1U : 2U, sample});
    }
    return records;
}

const Settings kFast{.judge = {.patience = 60s}};

struct Heard {
    std::vector<Event> events{};
    Verdict verdict{};
};

Heard hear(Source& source) {
    Heard heard;
    ReplayListener listener;
    listener.event = [&](const Event& event) { heard.events.push_back(event); };
    const auto verdict = replay(source, kFast, listener);
    REQUIRE(verdict);
    heard.verdict = *verdict;
    return heard;
}

// A live watch of the same samples, by hand, with dumps asked for and never answered.
Heard watch_live(const std::vector<Record>& records) {
    Heard heard;
    Session session(kFast);
    LifeNumber life = 0;
    const auto tell = [&](const Fact& fact) {
        for (Event& event : session.tell(fact).events) {
            if (event.kind != Event::Kind::sample && event.kind != Event::Kind::gone) {
                heard.events.push_back(std::move(event));
            }
        }
    };
    for (const Record& record : records) {
        const auto& sample = std::get<Sample>(record.look);
        if (record.life != life) {
            if (life != 0) tell(fact::Gone{.life = life, .mono = sample.mono, .wall = sample.wall});
            life = record.life;
            tell(
                fact::Appeared{.life = life, .who = {.pid = 4711}, .mono = sample.mono, .wall = sample.wall});
        }
        tell(fact::Sampled{.life = life, .sample = sample});
    }
    heard.verdict = session.verdict();
    return heard;
}

void check_same(const Heard& a, const Heard& b) {
    CHECK(a.verdict == b.verdict);
    REQUIRE(a.events.size() == b.events.size());
    for (std::size_t i = 0; i < a.events.size(); ++i) {
        INFO("event " << i);
        CHECK(a.events[i].kind == b.events[i].kind);
        CHECK(a.events[i].mono == b.events[i].mono);
        CHECK(a.events[i].wall == b.events[i].wall);
        CHECK(a.events[i].life == b.events[i].life);
        REQUIRE((a.events[i].verdict == nullptr) == (b.events[i].verdict == nullptr));
        if (a.events[i].verdict) CHECK(*a.events[i].verdict == *b.events[i].verdict);
    }
}

bool told(const Heard& heard, Event::Kind kind) {
    return std::any_of(heard.events.begin(), heard.events.end(),
                       [&](const Event& event) { return event.kind == kind; });
}

TEST_CASE("a replay says what the live watch of the same samples said", "[watch]") {
    Recorded source(two_lives());
    const Heard heard = hear(source);

    CHECK(told(heard, Event::Kind::leak));
    CHECK(told(heard, Event::Kind::restarted));
    CHECK(heard.verdict.ever_leak);
    CHECK(heard.verdict.lives == 2);
    check_same(heard, watch_live(two_lives()));
}

TEST_CASE("through a recorded file a replay still says the same", "[watch]") {
    const test::TempTree tree;
    const std::string path = tree.path("a.csv");
    {
        auto writer = store::CsvWriter::create(path);
        REQUIRE(writer);
        for (const Record& record : two_lives()) {
            REQUIRE(writer->append(std::get<Sample>(record.look), record.life));
        }
    }
    auto source = store::open_csv(path);
    REQUIRE(source);

    check_same(hear(**source), watch_live(two_lives()));
}

TEST_CASE("buckets are judged too", "[watch]") {
    std::vector<Record> records;
    for (Record& record : two_lives()) {
        record.look = to_bucket(std::get<Sample>(record.look));
        records.push_back(record);
    }
    Recorded buckets(std::move(records));
    Recorded samples(two_lives());

    CHECK(hear(buckets).verdict == hear(samples).verdict);
}

TEST_CASE("no sample is told of, and each look is handed on before it is judged", "[watch]") {
    Recorded source(two_lives());
    std::size_t looks = 0;
    ReplayListener listener;
    listener.record = [&](const Record&) { ++looks; };
    listener.event = [&](const Event& event) { CHECK(event.kind != Event::Kind::sample); };

    REQUIRE(replay(source, kFast, listener));
    CHECK(looks == 1200);
}

// 100 kB/s under a limit of 900 MB: it is met after 8,500 s, long before a leak could be confirmed.
TEST_CASE("a limit notice comes half an hour before the limit, once, and names its time", "[watch]") {
    std::vector<Record> records;
    for (int t = 0; t < 8400; t += 10) {
        Sample sample{.mono = std::chrono::seconds(t + 1), .rss_bytes = 50'000'000 + 100'000LL * t};
        sample.limit = Limit{LimitKind::cgroup_max, 900'000'000, sample.rss_bytes};
        records.push_back({.look = sample});
    }
    Recorded source(std::move(records));
    std::vector<Event> notices;
    const auto verdict = watch::replay(source, {}, {.event = [&](const Event& event) {
                                           if (event.kind == Event::Kind::limit_near)
                                               notices.push_back(event);
                                       }});
    REQUIRE(verdict);
    CHECK(verdict->claim < Claim::leak);
    REQUIRE(notices.size() == 1);
    const double told_s = std::chrono::duration<double>(notices[0].mono).count();
    const Forecast& forecast = notices[0].verdict->limit_near.value();
    CHECK(forecast.eta_s == Approx(30 * 60).epsilon(.05));
    CHECK(told_s + forecast.eta_s == Approx(8501).epsilon(.01));
}

TEST_CASE("an empty source gives an empty verdict, a broken one its error", "[watch]") {
    Recorded empty({});
    Recorded broken(two_lives(), Error{.what = "damaged"});

    const auto nothing = replay(empty, kFast);
    REQUIRE(nothing);
    CHECK(nothing->samples == 0);
    const auto failed = replay(broken, kFast);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().what == "damaged");
}

}  // namespace
}  // namespace rampwatch::watch
