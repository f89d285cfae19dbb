// SPDX-License-Identifier: MIT
#include "core/base/late_writer.h"

#include <utility>

#include "core/base/whole_file.h"

namespace rampwatch {

LateWriter::LateWriter(std::string path, mode_t mode)
    : path_(std::move(path)), mode_(mode), thread_([this](const std::stop_token& stop) { work(stop); }) {}

void LateWriter::put(std::string bytes) {
    const std::lock_guard lock(mutex_);
    bytes_ = std::move(bytes);
    wake_.notify_one();
}

void LateWriter::work(const std::stop_token& stop) {
    while (true) {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, stop, [this] { return bytes_.has_value(); });
        if (!bytes_) return;  // asked to stop, and nothing is left
        const std::string bytes = std::move(*bytes_);
        bytes_.reset();
        lock.unlock();
        const auto written = write_whole(path_, bytes, mode_);
        lock.lock();
        trouble_ = written ? std::nullopt : std::optional(written.error());
    }
}

void LateWriter::finish() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
}

std::optional<Error> LateWriter::trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
}

}  // namespace rampwatch
