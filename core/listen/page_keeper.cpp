// SPDX-License-Identifier: MIT
#include "core/listen/page_keeper.h"

#include <unistd.h>

#include <array>
#include <utility>

#include "core/base/poller.h"
#include "core/model/bucket.h"
#include "core/report/html_report.h"

namespace rampwatch::listen {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostEvents = 200;

}  // namespace

PageKeeper::PageKeeper(const std::string& path, std::string name, std::string program, Say say)
    : file_(path, 0644), program_(std::move(program)), say_(std::move(say)), maker_(kMostEvents) {
    target_.name = std::move(name);
    target_.watch = report::WatchState::watched;
    target_.alive = true;
    target_.all_lives = 1;
}

void PageKeeper::add(const Event& event) {
    if (event.who) target_.who = *event.who;
    target_.life = event.life;
    if (event.kind == Event::Kind::gone) target_.alive = false;
    if (event.dump) {
        target_.dump = *event.dump;
        target_.dump_mono = event.mono;
    }
    if (event.kind != Event::Kind::missed) maker_.add(event);
}

void PageKeeper::on_event(const Event& event, const watch::Session& session) {
    if (began_wall_.count() == 0) began_wall_ = event.wall;
    if (event.kind == Event::Kind::sample && event.sample) {
        maker_.add(to_bucket(*event.sample), *event.sample, event.life);
        if (boot_now() < next_) return;
    } else {
        add(event);
        if (!maker_.is_drawn()) return;
    }
    write(session);
}

void PageKeeper::write(const watch::Session& session) {
    next_ = boot_now() + 10s;
    target_.verdict = session.verdict();
    maker_.fill(target_);
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
    if (maker_.is_drawn()) write(session);
    file_.finish();
    if (const auto trouble = file_.trouble(); trouble && !told_)
        say_("the page is not saved: " + to_string(*trouble));
}

}  // namespace rampwatch::listen
