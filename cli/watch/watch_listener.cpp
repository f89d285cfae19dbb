// SPDX-License-Identifier: MIT
#include "cli/watch/watch_listener.h"

#include <unistd.h>

#include "core/model/words.h"

namespace rampwatch::cli {

bool is_news(const Event& event) {
    switch (event.kind) {
        case Event::Kind::growing:
        case Event::Kind::leak:
        case Event::Kind::leak_worse:
        case Event::Kind::limit_near:
        case Event::Kind::recovered:
            return true;
        case Event::Kind::dump:
            return event.dump && event.dump->reason != DumpReason::baseline;
        case Event::Kind::gone:
            return event.ending && was_killed(*event.ending);
        case Event::Kind::ended:
            return event.verdict && (event.verdict->claim >= Claim::growing || event.verdict->ever_leak);
        default:
            return false;
    }
}

std::unique_ptr<WatchListener> listener_on_stdout(Outlet& outlet, bool json, const ListenerOptions& options) {
    if (json) return json_listener(outlet, options);
    return text_listener(outlet, STDOUT_FILENO, terminal_of(STDOUT_FILENO), options);
}

}  // namespace rampwatch::cli
