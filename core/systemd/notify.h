// SPDX-License-Identifier: MIT
// What a service tells its manager: sd_notify(3). Where nobody listens, nothing is sent.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace rampwatch::systemd {

class Notify {
  public:
    // Reads $NOTIFY_SOCKET and $WATCHDOG_USEC.
    Notify();

    void ready();  // once; further calls do nothing
    void stopping();
    void status(const std::string& text);  // one line for `systemctl status`; the same text is not sent again

    // To be called where work is really done: the manager's watchdog is fed, at most four times in its span.
    // `boot`: CLOCK_BOOTTIME.
    void alive(std::chrono::nanoseconds boot);

    // Empty where no watchdog watches.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> watchdog() const { return watchdog_; }

  private:
    void send(const std::string& text) const;

    bool listens_ = false, ready_ = false;
    std::string status_{};
    std::optional<std::chrono::nanoseconds> watchdog_{};
    std::optional<std::chrono::nanoseconds> fed_{};
};

// Were we started as a service of systemd, rather than by a hand?
bool is_service();

}  // namespace rampwatch::systemd
