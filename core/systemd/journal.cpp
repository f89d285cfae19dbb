// SPDX-License-Identifier: MIT
#include "core/systemd/journal.h"

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <cstdlib>

#include "core/base/text.h"

namespace rampwatch::systemd {

// $JOURNAL_STREAM is "DEVICE:INODE" of the stream that the manager gave us.
bool goes_to_journal() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    if (stream == nullptr) return false;
    const auto parts = split(stream, ':');
    struct stat own {};
    if (parts.size() != 2 || ::fstat(STDERR_FILENO, &own) != 0) return false;
    return parse_count(parts[0]) == static_cast<std::int64_t>(own.st_dev) &&
           parse_count(parts[1]) == static_cast<std::int64_t>(own.st_ino);
}

bool send(const Entry& entry) {
    std::vector<std::string> words = {"MESSAGE=" + entry.message,
                                      "PRIORITY=" + std::to_string(static_cast<int>(entry.priority)),
                                      "SYSLOG_IDENTIFIER=rampwatch"};
    if (!entry.message_id.empty()) words.push_back("MESSAGE_ID=" + std::string(entry.message_id));
    for (const auto& [name, value] : entry.fields) words.push_back(name + "=" + value);
    std::vector<iovec> parts;
    parts.reserve(words.size());
    for (std::string& word : words) parts.push_back({word.data(), word.size()});
    return ::sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) == 0;
}

}  // namespace rampwatch::systemd
