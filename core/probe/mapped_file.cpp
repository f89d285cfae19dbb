// SPDX-License-Identifier: MIT
#include "core/probe/mapped_file.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstring>

namespace rampwatch::probe {

namespace {

constexpr std::int64_t kMostBytes = std::int64_t{4} << 30;

}  // namespace

Result<MappedFile> MappedFile::map(int fd, std::int64_t size_bytes) {
    if (size_bytes <= 0 || size_bytes > kMostBytes) {
        return Error{Error::Kind::bad_input, "an executable of an impossible size", "", ""};
    }
    const auto size = static_cast<std::size_t>(size_bytes);
    void* start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (start == MAP_FAILED) return Error{Error::Kind::io, std::strerror(errno), "mapping an executable", ""};
    return MappedFile({static_cast<const std::byte*>(start), size});
}

MappedFile::~MappedFile() {
    if (bytes_.empty()) return;
    ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace rampwatch::probe
