// SPDX-License-Identifier: MIT
#include "core/store/csv_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <iterator>
#include <optional>

#include "core/base/text.h"
#include "core/model/words.h"
#include "core/store/csv_columns.h"

namespace rampwatch::store {
namespace {

using std::chrono::nanoseconds;

Error refuse(const std::string& name, std::string what, std::string hint) {
    return {Error::Kind::bad_input, std::move(what), name, std::move(hint)};
}

Error system_error(const std::string& name, std::string_view what, int number) {
    const auto kind = number == EACCES || number == EPERM ? Error::Kind::no_permission : Error::Kind::io;
    return {kind, fmt::format("{}: {}", what, std::strerror(number)), name, {}};
}

// "12.000000345" -> without the zeros that say nothing.
void append_seconds(std::string& line, nanoseconds time) {
    const auto ns = time.count();
    fmt::format_to(std::back_inserter(line), "{}.{:09}", ns / 1'000'000'000, ns % 1'000'000'000);
    while (line.back() == '0') line.pop_back();
    if (line.back() == '.') line.pop_back();
}

void append_time(std::string& line, const std::optional<nanoseconds>& time) {
    line += ',';
    if (time) append_seconds(line, *time);
}

void append_number(std::string& line, const std::optional<std::int64_t>& number) {
    line += ',';
    if (number) fmt::format_to(std::back_inserter(line), "{}", *number);
}

std::string header_line() {
    std::string line;
    for (const ColumnInfo& column : kColumns) {
        line += line.empty() ? "" : ",";
        line += column.name;
    }
    return line + '\n';
}

}  // namespace

Result<CsvWriter> CsvWriter::create(const std::string& path) {
    const std::string name = escape(path);
    // Not blocking: a pipe without a reader must not hold up a watch; it is refused below.
    const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    Fd fd(::open(path.c_str(), flags, 0644));
    if (!fd && errno != ENXIO) return system_error(name, "cannot create", errno);
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return refuse(name, "not a regular file", "samples are recorded to a file of their own");
    }
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        return refuse(name, "another rampwatch records there", "choose another name");
    }
    if (::fstat(fd.get(), &status) != 0 || status.st_size > 0) {
        return refuse(name, "not empty", "choose another name, or move it away");
    }
    return CsvWriter(std::move(fd), name);
}

Result<void> CsvWriter::append(const Sample& sample, LifeNumber life) {
    line_.clear();
    if (!header_written_) line_ = header_line();
    append_seconds(line_, sample.mono);
    append_number(line_, sample.rss_bytes);
    for (const auto& number : {sample.anon_bytes, sample.file_bytes, sample.shmem_bytes, sample.swap_bytes,
                               sample.threads, sample.fds, sample.goroutines, sample.go_heap_marked_bytes,
                               sample.aged_threads, sample.aged_goroutines}) {
        append_number(line_, number);
    }
    append_number(line_, life);
    append_number(line_, sample.limit ? std::optional(sample.limit->limit_bytes) : std::nullopt);
    append_number(line_, sample.limit ? std::optional(sample.limit->used_bytes) : std::nullopt);
    line_ += ',';
    if (sample.limit) line_ += word(sample.limit->kind);
    append_time(line_, sample.cpu);
    append_time(line_, sample.age);
    append_time(line_, sample.wall.count() != 0 ? std::optional(sample.wall) : std::nullopt);
    line_ += '\n';
    auto written = write_line();
    header_written_ = header_written_ || written.has_value();
    return written;
}

Result<void> CsvWriter::write_line() {
    std::size_t written = 0;
    while (written < line_.size()) {
        const ssize_t now = ::write(fd_.get(), line_.data() + written, line_.size() - written);
        if (now > 0) written += static_cast<std::size_t>(now);
        if (now > 0 || (now < 0 && errno == EINTR)) continue;
        const int number = now < 0 ? errno : ENOSPC;
        struct stat status {};
        if (written > 0 && ::fstat(fd_.get(), &status) == 0) {
            const int cut = ::ftruncate(fd_.get(), status.st_size - static_cast<off_t>(written));
            static_cast<void>(cut);  // then a half line stays, which a reader refuses by its field count
        }
        return system_error(name_, "cannot write", number);
    }
    return {};
}

}  // namespace rampwatch::store
