// SPDX-License-Identifier: MIT
// A watch as a person reads it: a status line in place on a terminal, sparse lines with their time elsewhere.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "cli/console/status_line.h"
#include "cli/watch/watch_listener.h"
#include "core/base/poller.h"
#include "core/base/units.h"
#include "core/model/target.h"
#include "core/model/words.h"
#include "core/report/chart.h"
#include "core/report/explain.h"
#include "core/report/heap_section.h"
#include "core/report/member_text.h"
#include "core/report/memory_text.h"
#include "core/report/runtime_heap_text.h"
#include "core/report/text_dump.h"
#include "core/report/text_event.h"
#include "core/report/text_verdict.h"

namespace rampwatch::cli {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr std::size_t kChartColumns = 16;
constexpr std::size_t kMostGroups = 6;  // under a verdict; `dump` has them all
constexpr nanoseconds kLongestSilence = 24h;

const char* colour_of(Event::Kind kind) {
    switch (kind) {
        case Event::Kind::leak:
        case Event::Kind::leak_worse:
            return "\x1b[1;31m";
        case Event::Kind::growing:
        case Event::Kind::limit_near:
            return "\x1b[1;33m";
        case Event::Kind::recovered:
            return "\x1b[1;32m";
        default:
            return nullptr;
    }
}

std::string figures(const Sample& sample) {
    std::string text = "RSS " + format_size(static_cast<double>(sample.rss_bytes));
    if (sample.threads)
        text += fmt::format(", {} {}", format_count(*sample.threads),
                            *sample.threads == 1 ? "thread" : "threads");
    return text;
}

class TextListener final : public WatchListener {
  public:
    TextListener(Outlet& outlet, int fd, const Terminal& terminal, const ListenerOptions& options)
        : outlet_(outlet), fd_(fd), terminal_(terminal), options_(options) {
        if (terminal.can_redraw && !options.quiet && !options.shares_terminal) status_.emplace(outlet, fd);
        next_progress_ = std::clamp<nanoseconds>(options.patience / 16, 1s, 10s);
    }

    void on_event(const Event& event, const watch::Session& session) override;
    void redraw() override {
        if (status_) status_->redraw();
    }

  private:
    void take_sample(const Event& event, const watch::Session& session);
    void show_status(const Event& event, const watch::Session& session);
    void say_progress(const Event& event, const watch::Session& session);
    [[nodiscard]] report::DumpTextStyle dump_style() const {
        return {.width = columns_of(fd_),
                .colours = terminal_.colours,
                .most_groups = kMostGroups,
                .only_grown = true};
    }
    [[nodiscard]] std::vector<std::string> lines_of(const Event& event) const;
    void say(const Event& event, std::vector<std::string> lines);
    // Was it said in full a moment ago? Then its end need not say it again.
    [[nodiscard]] bool is_fresh(TargetId target, const Verdict& verdict) const {
        return said_in_full_ && said_in_full_->target == target && said_in_full_->claim == verdict.claim &&
               verdict.now - said_in_full_->mono <= options_.patience / 8;
    }
    // On a busy host single ticks are missed all the time; they are told with the next line about progress.
    [[nodiscard]] bool is_long_gap(const Event& event) const {
        const nanoseconds long_gap = std::max<nanoseconds>(10s, options_.patience / 100);
        return event.missed_ticks > long_gap / std::max<nanoseconds>(options_.interval, 1ms);
    }
    [[nodiscard]] std::string missed_so_far() const {
        return missed_ticks_ == 0 ? ""
                                  : fmt::format("; {} {} without a sample", format_count(missed_ticks_),
                                                missed_ticks_ == 1 ? "tick" : "ticks");
    }
    [[nodiscard]] report::VerdictContext context_of(const Event& event) const {
        const auto known = contexts_.find(event.target);
        auto context = known == contexts_.end() ? report::VerdictContext{} : known->second;
        context.told_before = event.kind == Event::Kind::leak_worse;
        context.dump = newest_;
        return context;
    }
    [[nodiscard]] std::string stamp(nanoseconds wall) const;

    Outlet& outlet_;
    int fd_;
    Terminal terminal_;
    ListenerOptions options_;
    std::optional<StatusLine> status_{};
    nanoseconds last_status_{};
    report::ChartTrail trail_{};
    std::map<TargetId, report::VerdictContext> contexts_{};
    std::string claim_line_{};              // what stands last on the screen, below the stacks
    std::shared_ptr<const Dump> newest_{};  // of whom the Event in hand is about
    TargetId lead_ = kMainTarget;           // whose samples are shown: of several processes the sum's
    std::optional<nanoseconds> began_{};    // mono of the first sample
    nanoseconds next_progress_{};           // since then
    std::int64_t missed_ticks_ = 0;
    struct Said {
        TargetId target = kMainTarget;
        Claim claim = Claim::undecided;
        nanoseconds mono{};
    };
    std::optional<Said> said_in_full_{};
};

void TextListener::on_event(const Event& event, const watch::Session& session) {
    if (event.kind == Event::Kind::restarted) contexts_[event.target] = {};
    if (event.kind == Event::Kind::sample && event.sample) {
        take_sample(event, session);
        return;
    }
    if (event.kind == Event::Kind::missed && !is_long_gap(event)) {
        missed_ticks_ += event.missed_ticks;
        return;
    }
    const bool passing = event.target >= kFirstMember && event.kind != Event::Kind::ended;
    if ((options_.quiet || passing) && !is_news(event)) return;
    const bool by_member = event.kind != Event::Kind::ended && event.spoken_by.has_value();
    newest_ = session.newest_dump(by_member ? *event.spoken_by : event.target);
    claim_line_ = report::status_line(session.verdict(lead_));
    say(event, lines_of(event));
    const bool turned = event.kind == Event::Kind::growing || event.kind == Event::Kind::leak ||
                        event.kind == Event::Kind::leak_worse;
    if (turned && event.verdict) said_in_full_ = Said{event.target, event.verdict->claim, event.verdict->now};
}

void TextListener::take_sample(const Event& event, const watch::Session& session) {
    report::VerdictContext& context = contexts_[event.target];
    if (!context.first) context.first = event.sample;
    context.last = event.sample;
    if (event.target == kSumTarget && std::exchange(lead_, kSumTarget) != kSumTarget) trail_ = {};
    if (event.target != lead_) return;
    if (!began_) began_ = event.mono;
    if (options_.quiet) return;
    if (status_) {
        const auto value = value_of(*event.sample, Series::memory);
        const double t_s = std::chrono::duration<double>(event.mono).count();
        if (value) trail_.add(t_s, static_cast<double>(*value));
        show_status(event, session);
    } else {
        say_progress(event, session);
    }
}

void TextListener::show_status(const Event& event, const watch::Session& session) {
    if (event.mono - last_status_ < 200ms) return;  // a verdict costs more than a look
    last_status_ = event.mono;
    const std::string chart = report::spark(trail_.points(), kChartColumns,
                                            terminal_.utf8 ? report::Glyphs::unicode : report::Glyphs::ascii);
    const std::string now = chart + " " + figures(*event.sample) + missed_so_far();
    const std::string verdict = report::status_line(session.verdict(event.target));
    // What the watch has to say must not be cut off by what is decoration.
    const std::size_t columns = kChartColumns + (now.size() - chart.size()) + verdict.size() + 4;
    if (columns <= columns_of(fd_)) {
        status_->show({now + " | " + verdict}, boot_now());
    } else {
        status_->show({now, verdict}, boot_now());
    }
}

void TextListener::say_progress(const Event& event, const watch::Session& session) {
    const nanoseconds elapsed = event.mono - *began_;
    if (elapsed < next_progress_) return;
    while (next_progress_ <= elapsed)
        next_progress_ = std::min(2 * next_progress_, next_progress_ + kLongestSilence);
    say(event, {figures(*event.sample) + "; " + report::status_line(session.verdict(event.target)) +
                missed_so_far()});
}

std::vector<std::string> TextListener::lines_of(const Event& event) const {
    std::vector<std::string> lines;
    const auto append = [&](std::vector<std::string> more) {
        lines.insert(lines.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    };
    switch (event.kind) {
        case Event::Kind::growing:
        case Event::Kind::leak:
        case Event::Kind::leak_worse:
            if (!event.verdict) break;
            append(report::headline(*event.verdict, context_of(event)));
            if (event.who) lines.front() = report::name_of(*event.who) + ": " + lines.front();
            append(report::beside(*event.verdict, context_of(event)));
            append(report::member_lines(event));
            break;
        case Event::Kind::ended:
            lines.push_back(report::text_event(event) + missed_so_far());
            if (!event.verdict || is_fresh(event.target, *event.verdict)) break;
            append(report::headline(*event.verdict, context_of(event)));
            append(report::beside(*event.verdict, context_of(event)));
            break;
        case Event::Kind::dump:
            lines.push_back(report::text_event(event));
            if (lead_ == kSumTarget && event.who)
                lines.front() = report::name_of(*event.who) + ": " + lines.front();
            if (!event.dump || event.dump->reason == DumpReason::baseline) break;
            for (const std::string& warning : event.dump->warnings) lines.push_back("  note: " + warning);
            for (const std::string& line : report::heap_figure_lines(*event.dump))
                lines.push_back("  " + line);
            for (const std::string& line : report::memory_lines(*event.dump)) lines.push_back("  " + line);
            lines.push_back(report::text_groups(*event.dump, dump_style()) +
                            report::heap_section(*event.dump));
            lines.push_back(claim_line_);
            break;
        default:
            lines.push_back(report::text_event(event));
    }
    if (options_.explain && event.verdict)
        lines.push_back(report::explain(*event.verdict, *options_.explain));
    return lines;
}

void TextListener::say(const Event& event, std::vector<std::string> lines) {
    if (lines.empty()) return;
    std::string text = status_ ? status_->removed() : "";
    if (const auto dropped = outlet_.take_dropped(); dropped > 0)
        text += fmt::format("({} texts were dropped here: the output was stopped or full)\n", dropped);
    lines.front() = stamp(event.wall) + " " + lines.front();
    if (terminal_.is_terminal) {
        const std::size_t columns = columns_of(fd_);
        for (std::string& line : lines)  // groups of stacks, many rows each, fit already
            if (!line.ends_with('\n')) line = broken_at_spaces(line, columns);
    }
    if (const char* colour = terminal_.colours ? colour_of(event.kind) : nullptr; colour != nullptr)
        lines.front() = colour + lines.front() + "\x1b[0m";
    for (const std::string& line : lines) {
        text += line;
        if (!line.ends_with('\n')) text += '\n';
    }
    outlet_.write(text,
                  event.kind == Event::Kind::sample ? Outlet::Importance::little : Outlet::Importance::much);
}

// A person knows the day; a log does not.
std::string TextListener::stamp(nanoseconds wall) const {
    const std::string time = format_time(wall);
    return terminal_.is_terminal ? time.substr(11, 8) : time;
}

}  // namespace

std::unique_ptr<WatchListener> text_listener(Outlet& outlet, int fd, const Terminal& terminal,
                                             const ListenerOptions& options) {
    return std::make_unique<TextListener>(outlet, fd, terminal, options);
}

}  // namespace rampwatch::cli
