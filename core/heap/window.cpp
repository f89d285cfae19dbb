// SPDX-License-Identifier: MIT
#include "core/heap/window.h"

#include <string.h>
#include <sys/mman.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/probe/pagemap.h"
#include "core/runtime/runtime.h"

namespace rampwatch::heap {

namespace {

using probe::Piece;
using runtime::kLookAhead;

// Pages of one block as pieces, each of pages that follow each other.
class Pieces {
  public:
    Pieces(const probe::PageSet& pages, std::vector<Piece>& into) : pages_(pages), into_(into) {}

    // [first, first + count) into `memory`, and kLookAhead bytes of the page behind.
    void add(std::uint64_t first, std::uint64_t count, std::byte* memory) {
        const std::uint64_t page = probe::page_bytes();
        bool joins = false;
        for (std::uint64_t i = 0; i <= count; ++i) {
            if (!pages_.contains(first + i)) {
                joins = false;
                continue;
            }
            const std::size_t size = i == count ? kLookAhead : page;
            if (joins)
                into_.back().into = std::span(into_.back().into.data(), into_.back().into.size() + size);
            else
                into_.push_back({(first + i) * page, std::span(memory + i * page, size)});
            joins = true;
        }
    }

  private:
    const probe::PageSet& pages_;
    std::vector<Piece>& into_;
};

// Some page of a piece went away: the others one by one.
Result<void> read_rest(const probe::MemoryReader& memory, std::span<const Piece> pieces) {
    const std::uint64_t page = probe::page_bytes();
    std::vector<Piece> parts;
    for (const Piece& piece : pieces) {
        if (piece.read) continue;
        for (std::size_t at = 0; at < piece.into.size(); at += page)
            parts.push_back({piece.address + at,
                             piece.into.subspan(at, std::min<std::size_t>(page, piece.into.size() - at))});
    }
    if (parts.empty()) return {};
    if (const auto done = memory.read(parts); !done) return done.error();
    for (const Piece& part : parts) {
        if (!part.read) std::fill(part.into.begin(), part.into.end(), std::byte{});
    }
    return {};
}

}  // namespace

Result<Window> Window::make() {
    void* memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return Error{Error::Kind::unavailable, "no memory for 8 MiB of its heap", "", ""};
    ::madvise(memory, kBytes, MADV_DONTDUMP);
    ::madvise(memory, kBytes, MADV_DONTFORK);
    const bool locked = ::mlock(memory, kBytes) == 0;
    return Window(static_cast<std::byte*>(memory), locked);
}

Window::Window(Window&& other) noexcept
    : memory_(std::exchange(other.memory_, nullptr)),
      locked_(other.locked_),
      block_bytes_(other.block_bytes_),
      used_(other.used_) {}

Window::~Window() {
    if (memory_ == nullptr) return;
    wipe();
    ::munmap(memory_, kBytes);
}

std::size_t Window::capacity(unsigned shift) {
    return kBytes / ((probe::page_bytes() << shift) + kLookAhead);
}

Result<std::uint64_t> Window::read(const probe::MemoryReader& memory, const probe::PageSet& pages,
                                   unsigned shift, std::span<const std::uint64_t> blocks) {
    wipe();
    block_bytes_ = probe::page_bytes() << shift;
    used_ = blocks.size() * (block_bytes_ + kLookAhead);
    if (used_ > kBytes) return Error{Error::Kind::bad_input, "too many blocks at once", "", ""};
    std::vector<Piece> pieces;
    Pieces plan(pages, pieces);
    for (std::size_t i = 0; i < blocks.size(); ++i)
        plan.add(blocks[i] << shift, std::uint64_t{1} << shift, memory_ + i * (block_bytes_ + kLookAhead));
    if (const auto done = memory.read(pieces); !done) return done.error();
    if (const auto done = read_rest(memory, pieces); !done) return done.error();
    std::uint64_t bytes = 0;
    for (const Piece& piece : pieces) bytes += piece.into.size();
    return bytes;
}

std::span<const std::byte> Window::block(std::size_t index) const {
    return {memory_ + index * (block_bytes_ + kLookAhead), block_bytes_};
}

std::span<const std::byte> Window::ahead(std::size_t index) const {
    return {memory_ + index * (block_bytes_ + kLookAhead) + block_bytes_, kLookAhead};
}

void Window::wipe() {
    ::explicit_bzero(memory_, used_);
    used_ = 0;
}

}  // namespace rampwatch::heap
