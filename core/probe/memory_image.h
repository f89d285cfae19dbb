// SPDX-License-Identifier: MIT
// The words that a decoder read, at their addresses: a target's memory for a test or a fuzzer. It is made
// from a live process by reading that through a RecordingReader, and kept as text, which shows what it holds
// and can be mended by hand.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/probe/memory_reader.h"

namespace rampwatch::probe {

// Whatever was not put there cannot be read, as if it were not mapped.
class MemoryImage : public MemoryReader {
  public:
    // Later bytes take the place of earlier ones. What goes beyond kMostPages, or the end of the address
    // space, is left out, and `full()` says so.
    void put(std::uint64_t address, std::span<const std::byte> bytes);
    void put_word(std::uint64_t address, std::uint64_t word);
    void put_text(std::uint64_t address, std::string_view text);  // with a zero byte behind it

    using MemoryReader::get;
    Result<void> read(std::uint64_t address, std::span<std::byte> into) const override;
    Result<void> read(std::span<Piece> pieces) const override;

    [[nodiscard]] std::vector<Range> present(Range range) const override;

    [[nodiscard]] bool full() const { return full_; }
    [[nodiscard]] std::size_t bytes() const;  // that it holds

    // One line for at most 32 bytes that follow each other: the address in hex, a blank, the bytes in hex; or
    // for any number of zero bytes "ADDRESS 0*N", N in decimal. Lines that begin with '#' are passed over.
    [[nodiscard]] std::string text() const;

    // Text of that form; bad_input names the line.
    static Result<MemoryImage> parse(std::string_view text);

    static constexpr std::size_t kPage = 4096;
    static constexpr std::size_t kMostPages = 65'536;  // with what it notes of each, 300 MiB

  private:
    struct Page {
        std::array<std::byte, kPage> bytes{};
        std::bitset<kPage> known{};
    };
    Page* page_of(std::uint64_t address);

    std::map<std::uint64_t, Page> pages_{};  // by address / kPage
    bool full_ = false;
};

// Reads through `below`, and puts what was read into `image`; both must outlive it.
class RecordingReader : public MemoryReader {
  public:
    RecordingReader(const MemoryReader& below, MemoryImage& image) : below_(below), image_(image) {}

    Result<void> read(std::uint64_t address, std::span<std::byte> into) const override;
    Result<void> read(std::span<Piece> pieces) const override;
    [[nodiscard]] std::vector<Range> present(Range range) const override { return below_.present(range); }

  private:
    const MemoryReader& below_;
    MemoryImage& image_;
};

}  // namespace rampwatch::probe
