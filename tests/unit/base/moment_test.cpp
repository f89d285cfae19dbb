// SPDX-License-Identifier: MIT
#include "core/base/moment.h"

#include "core/base/units.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace std::chrono_literals;

TEST_CASE("a moment is a date, or a duration before or after now", "[base]") {
    constexpr auto now = 1'764'000'000s;
    CHECK(*parse_moment("24h", now) == now - 24h);
    CHECK(*parse_moment_ahead("3d", now) == now + 72h);
    CHECK(*parse_moment("0", now) == now);
    CHECK(*parse_moment("2026-11-24T03:10:05Z", now) == 1795489805s);
    CHECK(*parse_moment("2026-11-24T03:10:05+01:00", now) == 1795489805s - 1h);
    CHECK(*parse_moment("2026-11-24 03:10-0230", now) == 1795489800s + 150min);
    CHECK(*parse_moment(format_time(now), 0s) == now);
    CHECK(format_time(*parse_moment("2026-11-20", now)).starts_with("2026-11-20T00:00:00"));
    for (const char* bad : {"", "soon", "2026-13-01", "2026-04-31", "2026-11-24T", "2026-11-24T3:10",
                            "2026-11-24T25:00", "2026-11-24T03:10:05X", "2026-11-24T03:10+99:00", "-3h"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_moment(bad, now).has_value());
    }
}
