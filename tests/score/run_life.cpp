// SPDX-License-Identifier: MIT
#include "tests/score/run_life.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/model/source.h"
#include "core/watch/replay.h"
#include "tests/score/comparators.h"

namespace rampwatch::score {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t kStart_ns = 1'000'000'000;

// A life as recorded samples; ends early once nobody listens any more.
class LifeSource final : public Source {
  public:
    LifeSource(const Family& family, const Life& life)
        : family_(family), value_(life.value), restarts_s_(life.restarts_s) {}

    Result<std::optional<Record>> next() override {
        Record record;
        const auto read = next_into(record);
        if (!read) return read.error();
        return *read ? std::optional(record) : std::nullopt;
    }

    Result<bool> next_into(Record& record) override {
        const double t_s = static_cast<double>(step_) * family_.step_s();
        if (stop || t_s >= family_.length_s()) return false;
        const std::int64_t since_ns = std::llround(family_.step_s() * 1e9) * step_++;
        if (lives_ < restarts_s_.size() && t_s >= restarts_s_[lives_]) {
            ++lives_;
            began_ns_ = since_ns;
        }
        record.life = static_cast<LifeNumber>(lives_ + 1);
        Sample& sample = std::get<Sample>(record.look);
        sample.mono = nanoseconds(kStart_ns + since_ns);
        sample.age = nanoseconds(since_ns - began_ns_);
        const double value = value_(t_s);
        if (family_.count) {
            sample.rss_bytes = 100'000'000;
            if (family_.aged)  // none is at first; then all at once are that stay
                sample.aged_goroutines = t_s < kAgedAfter_s ? 0 : std::llround(std::max(value, 0.0));
            else
                sample.threads = std::llround(std::max(value, 1.0));
        } else {
            sample.rss_bytes =
                static_cast<std::int64_t>(std::max(value, 0.0)) & ~std::int64_t{4095};  // pages
            sample.anon_bytes = sample.rss_bytes;
        }
        return true;
    }

    bool stop = false;

  private:
    const Family& family_;
    std::function<double(double)> value_;
    std::vector<double> restarts_s_;
    std::size_t lives_ = 0;
    std::int64_t began_ns_ = 0;
    std::int64_t step_ = 0;
};

double since_start_s(nanoseconds mono) { return static_cast<double>(mono.count() - kStart_ns) * 1e-9; }

// Of a leak, a suspicion before it began is none of it.
void note(const Event& event, Series series, const Life& life, Outcome& outcome) {
    if (!event.verdict) return;
    const auto& said = event.verdict->series[index(series)];
    if (!said) return;
    const double now_s = since_start_s(event.mono);
    if (said->claim >= Claim::growing && now_s >= life.onset_s && !outcome.suspected_s)
        outcome.suspected_s = now_s;
    if (!said->detected_at || outcome.confirmed_s) return;
    outcome.confirmed_s = since_start_s(*said->detected_at);
    outcome.slope_per_s = said->slope_per_s.value_or(0);
    outcome.ci95_per_s = said->slope_ci95_per_s.value_or(Interval{});
    outcome.onset_s = said->onset ? since_start_s(*said->onset) : std::numeric_limits<double>::infinity();
    outcome.shape = said->shape;
    outcome.evidence = said->evidence;
}

void run_rules(const Life& life, Outcome& outcome) {
    std::vector<std::unique_ptr<Rule>> rules;
    for (const Comparator& comparator : comparators()) rules.push_back(comparator.make());
    outcome.rules_s.resize(rules.size());
    const auto value = life.value;
    double t_s = 0;
    while (t_s < kLength_s) {
        double sum = 0, least = std::numeric_limits<double>::max();
        for (int i = 0; i < 6; ++i, t_s += kStep_s) {
            const double v = value(t_s);
            sum += v;
            least = std::min(least, v);
        }
        for (std::size_t i = 0; i < rules.size(); ++i) {
            if (!outcome.rules_s[i] && rules[i]->add(sum / 6, least)) outcome.rules_s[i] = t_s;
        }
    }
}

}  // namespace

Outcome run_life(const Family& family, const Life& life, const trend::Settings& given, bool compare) {
    trend::Settings settings = given;
    if (family.recording) {
        settings.patience = nanoseconds(std::llround(kRecordingPatience_s * 1e9));
        settings.min_growth_bytes = std::llround(kRecordingGrowth);
    }
    const Series count = family.aged ? Series::aged_goroutines : Series::threads;
    const Series series = family.count ? count : Series::memory;
    Outcome outcome;
    LifeSource source(family, life);
    const auto verdict =
        watch::replay(source, {.judge = settings, .dumps = false}, {.event = [&](const Event& event) {
                          note(event, series, life, outcome);
                          source.stop = outcome.confirmed_s.has_value();
                      }});
    if (!verdict) return outcome;
    if (compare) run_rules(life, outcome);
    return outcome;
}

}  // namespace rampwatch::score
