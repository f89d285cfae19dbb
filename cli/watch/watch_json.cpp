// SPDX-License-Identifier: MIT
// A watch as JSON, one event a line: "rampwatch.event/1".
#include <fmt/format.h>

#include "cli/watch/watch_listener.h"
#include "core/report/json_event.h"

namespace rampwatch::cli {
namespace {

class JsonListener final : public WatchListener {
  public:
    JsonListener(Outlet& outlet, const ListenerOptions& options) : outlet_(outlet), options_(options) {}

    void on_event(const Event& event, const watch::Session&) override {
        if (options_.quiet && !is_news(event)) return;
        std::string text;
        if (const auto dropped = outlet_.take_dropped(); dropped > 0)
            text = report::json_dropped(dropped) + "\n";
        text += report::json_event(event) + "\n";
        outlet_.write(
            text, event.kind == Event::Kind::sample ? Outlet::Importance::little : Outlet::Importance::much);
    }

  private:
    Outlet& outlet_;
    ListenerOptions options_;
};

}  // namespace

std::unique_ptr<WatchListener> json_listener(Outlet& outlet, const ListenerOptions& options) {
    return std::make_unique<JsonListener>(outlet, options);
}

}  // namespace rampwatch::cli
