// SPDX-License-Identifier: MIT
#include "core/systemd/notify.h"

#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

#include "core/base/text.h"

namespace rampwatch::systemd {

using std::chrono::nanoseconds;

Notify::Notify() {
    listens_ = std::getenv("NOTIFY_SOCKET") != nullptr;
    std::uint64_t span_us = 0;
    if (::sd_watchdog_enabled(0, &span_us) > 0 && span_us < std::uint64_t{1} << 50)
        watchdog_ = std::chrono::microseconds(span_us);
}

void Notify::send(const std::string& text) const {
    if (listens_) ::sd_notify(0, text.c_str());
}

void Notify::ready() {
    if (ready_) return;
    ready_ = true;
    send("READY=1");
}

void Notify::stopping() { send("STOPPING=1"); }

void Notify::status(const std::string& text) {
    if (text == status_) return;
    status_ = text;
    send("STATUS=" + escape(text, 400));
}

void Notify::alive(nanoseconds boot) {
    if (!watchdog_ || (fed_ && boot - *fed_ < *watchdog_ / 4)) return;
    fed_ = boot;
    send("WATCHDOG=1");
}

bool is_service() {
    if (std::getenv("NOTIFY_SOCKET") != nullptr) return true;
    const char* started = std::getenv("SYSTEMD_EXEC_PID");
    return started != nullptr && parse_count(started) == std::int64_t{::getpid()};
}

}  // namespace rampwatch::systemd
