// SPDX-License-Identifier: MIT
#include "core/listen/page_keeper.h"

#include <unistd.h>

#include <array>
#include <utility>

#include "core/base/poller.h"
#include "core/model/words.h"
#include "core/report/html_report.h"
#include "core/report/text_event.h"

namespace rampwatch::listen {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostEvents = 200;

}  // namespace

PageKeeper::PageKeeper(const std::string& path, std::string name, std::string program, Say say)
    : file_(path, 0644), program_(std::move(program)), say_(std::move(say)) {
    target_.name = std::move(name);
    target_.watch = report::WatchState::watched;
    target_.alive = true;
    target_.all_lives = 1;
}

void PageKeeper::draw(const Sample& sample) {
    const Bucket look = to_bucket(sample);
    trails_.add(look);
    if (!target_.context.first) target_.context.first = sample;
    target_.context.last = sample;
    target_.last_wall = sample.wall;
    if (summaries_.empty()) summaries_.emplace_back(target_.life);
    summaries_.back().add(look);
}

void PageKeeper::add(const Event& event) {
    if (event.who) target_.who = *event.who;
    target_.life = event.life;
    if (event.kind == Event::Kind::gone) target_.alive = false;
    if (event.dump) {
        target_.dump = *event.dump;
        target_.dump_mono = event.mono;
    }
    if (event.kind == Event::Kind::missed) return;
    if (target_.events.size() == kMostEvents) target_.events.erase(target_.events.begin());
    target_.events.push_back(
        {event.mono, event.wall, std::string(word(event.kind)), event.life, report::text_event(event)});
}

void PageKeeper::on_event(const Event& event, const watch::Session& session) {
    if (began_wall_.count() == 0) began_wall_ = event.wall;
    if (event.kind == Event::Kind::sample && event.sample) {
        draw(*event.sample);
        if (boot_now() < next_) return;
    } else {
        add(event);
        if (trails_.empty()) return;
    }
    write(session);
}

void PageKeeper::write(const watch::Session& session) {
    next_ = boot_now() + 10s;
    target_.verdict = session.verdict();
    target_.charts = trails_.points();
    target_.lives.clear();
    for (const auto& summary : summaries_) target_.lives.push_back(summary.summary());
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
    const report::Report report{.host = host.data(),
                                .since_wall = began_wall_,
                                .until_wall = wall_now(),
                                .made_wall = wall_now(),
                                .targets = {target_},
                                .program = program_};
    file_.put(report::html_report(report));
    const auto trouble = file_.trouble();
    if (trouble && !told_) say_("the page is not saved: " + to_string(*trouble) + "; the watch goes on");
    told_ = trouble.has_value();
}

void PageKeeper::end(const watch::Session& session) {
    target_.watch = report::WatchState::ended;
    if (!trails_.empty()) write(session);
    file_.finish();
    if (const auto trouble = file_.trouble(); trouble && !told_)
        say_("the page is not saved: " + to_string(*trouble));
}

}  // namespace rampwatch::listen
