// SPDX-License-Identifier: MIT
// Structured lines for systemd's journal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rampwatch::systemd {

enum class Priority : std::uint8_t {
    critical = 2,
    error = 3,
    warning = 4,
    notice = 5,
    info = 6
};  // as syslog has it

struct Entry {
    Priority priority = Priority::info;
    std::string_view message_id{};  // of message_ids.h; empty: none
    std::string message{};          // may have several lines; foreign text in it is escaped already
    std::vector<std::pair<std::string, std::string>>
        fields{};  // names as RAMPWATCH_SERIES; values are sent as they are
};

// Do our messages go to the journal? True when standard error is its stream.
bool goes_to_journal();

// False when it cannot be sent: no journal here. A journal that reads nothing any more holds us up once its
// queue is full; the watchdog is there for that.
bool send(const Entry& entry);

}  // namespace rampwatch::systemd
