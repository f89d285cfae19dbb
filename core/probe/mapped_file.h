// SPDX-License-Identifier: MIT
// A file's bytes without a copy. Whoever shortens the file meanwhile ends us by SIGBUS: in the worker only.
#pragma once

#include <utility>

#include "core/base/error.h"
#include "core/probe/bytes.h"

namespace rampwatch::probe {

class MappedFile {
  public:
    // `fd` may be closed afterwards. At most 4 GiB; an empty file is refused.
    static Result<MappedFile> map(int fd, std::int64_t size_bytes);

    MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
    MappedFile& operator=(MappedFile&& other) noexcept {
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~MappedFile();

    [[nodiscard]] Bytes bytes() const { return Bytes(bytes_); }

  private:
    explicit MappedFile(std::span<const std::byte> bytes) : bytes_(bytes) {}

    std::span<const std::byte> bytes_{};
};

}  // namespace rampwatch::probe
