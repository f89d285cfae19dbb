// SPDX-License-Identifier: MIT
// What a watch says, by events made up, on a terminal and on a pipe.
#include <unistd.h>

#include <memory>
#include <string>

#include "cli/console/status_line.h"
#include "cli/watch/watch_listener.h"
#include "tests/catch.h"
#include "tests/support/pty.h"
#include "tests/unit/report/verdicts.h"

using namespace rampwatch;
using namespace std::chrono_literals;

namespace {

const watch::Session kSession{{}};

Event leak_event() {
    return {.kind = Event::Kind::leak,
            .mono = report::kLeakNow,
            .wall = std::chrono::seconds(1795535880),
            .who = Life{.boot_id = "b", .pid = 4711, .executable = "/usr/bin/service"},
            .verdict = std::make_shared<const Verdict>(report::leak_verdict())};
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::size_t longest_row(const std::string& text) {
    std::size_t longest = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        longest = std::max(longest, end - at);
        at = end + 1;
    }
    return longest;
}

}  // namespace

TEST_CASE("on a terminal the verdict is broken to its width, in colour only where wanted", "[cli]") {
    const test::Pty screen(72);
    Outlet outlet(screen.fd());
    const auto listener = cli::text_listener(outlet, screen.fd(), {.is_terminal = true}, {.patience = 9h});
    listener->on_event(leak_event(), kSession);
    const std::string text = screen.read();
    CHECK(has(text, "LEAK, confirmed: memory grew by 56.0 MiB"));
    CHECK(longest_row(text) <= 72);
    CHECK_FALSE(has(text, "\x1b"));

    const auto coloured = cli::text_listener(outlet, screen.fd(),
                                             {.is_terminal = true, .can_redraw = true, .colours = true}, {});
    coloured->on_event(leak_event(), kSession);
    CHECK(has(screen.read(), "\x1b[1;31m"));
}

TEST_CASE("a log has whole times and lines that no one broke", "[cli]") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const Fd read(ends[0]), write(ends[1]);
    {
        Outlet outlet(write.get());
        cli::text_listener(outlet, write.get(), {}, {.patience = 9h})->on_event(leak_event(), kSession);
    }
    std::string text(4096, '\0');
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(::read(read.get(), text.data(), text.size()), 0)));
    CHECK(text.starts_with("2026-11-24T"));
    CHECK(longest_row(text) > 80);
    CHECK_FALSE(has(text, "\x1b"));
}

TEST_CASE("a quiet watch says the leak, and nothing of its start", "[cli]") {
    const test::Pty screen(80);
    Outlet outlet(screen.fd());
    const auto listener = cli::text_listener(outlet, screen.fd(), {.is_terminal = true, .can_redraw = true},
                                             {.quiet = true, .patience = 9h});
    Event started = leak_event();
    started.kind = Event::Kind::started;
    listener->on_event(started, kSession);
    CHECK(screen.read().empty());
    listener->on_event(leak_event(), kSession);
    CHECK(has(screen.read(), "LEAK"));
}

TEST_CASE("beside a command that writes there itself nothing is drawn in place", "[cli]") {
    Event sampled = leak_event();
    sampled.kind = Event::Kind::sample;
    sampled.sample = Sample{};
    const auto drawn = [&](bool shares_terminal) {
        const test::Pty screen(80);
        Outlet outlet(screen.fd());
        const auto listener =
            cli::text_listener(outlet, screen.fd(), {.is_terminal = true, .can_redraw = true},
                               {.shares_terminal = shares_terminal, .patience = 9h});
        listener->on_event(sampled, kSession);
        return screen.read();
    };
    CHECK(has(drawn(false), "\x1b[J"));
    CHECK(drawn(true).empty());
}

TEST_CASE("the status line never fills its row, and leaves nothing behind", "[cli]") {
    const test::Pty screen(20);
    Outlet outlet(screen.fd());
    cli::StatusLine status(outlet, screen.fd());
    CHECK(status.removed().empty());
    status.show({"RSS 1.00 GiB, 4,711 threads", "steady growth: memory"}, 10s);
    const std::string drawn = screen.read();
    CHECK(has(drawn, "RSS 1.00 GiB, 4,..."));
    CHECK_FALSE(has(drawn, "4,711"));
    CHECK(has(drawn, "steady growth: m..."));
    CHECK(drawn.ends_with("\x1b[1A"));  // back in its first row
    status.show({"too soon"}, 10s + 100ms);
    CHECK(screen.read().empty());
    status.show({"later"}, 10s + 300ms);
    CHECK(has(screen.read(), "later"));
    CHECK(status.removed() == "\r\x1b[J");
    CHECK(status.removed().empty());
}
