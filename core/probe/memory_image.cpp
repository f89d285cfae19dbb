// SPDX-License-Identifier: MIT
#include "core/probe/memory_image.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "core/base/text.h"

namespace rampwatch::probe {

namespace {

constexpr std::size_t kLine = 32;  // bytes
constexpr std::int64_t kMostZeros = std::int64_t{1} << 28;

std::optional<std::uint64_t> hex(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (problem != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

std::optional<std::vector<std::byte>> hex_bytes(std::string_view text) {
    if (text.empty() || text.size() % 2 != 0 || text.size() > 2 * kLine) return std::nullopt;
    std::vector<std::byte> bytes;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const auto value = hex(text.substr(i, 2));
        if (!value) return std::nullopt;
        bytes.push_back(static_cast<std::byte>(*value));
    }
    return bytes;
}

// "0*N", or bytes.
std::optional<std::vector<std::byte>> content(std::string_view text) {
    if (!text.starts_with("0*")) return hex_bytes(text);
    const auto count = parse_count(text.substr(2));
    if (!count || *count > kMostZeros) return std::nullopt;
    return std::vector<std::byte>(static_cast<std::size_t>(*count));
}

// Bytes that follow each other, as lines of text.
class Lines {
  public:
    void add(std::uint64_t address, std::byte byte) {
        const bool joins = address == next_ && (byte == std::byte{} || zeros_ < kLine);
        if (!joins) end();
        if (run_.empty()) start_ = address;
        run_.push_back(byte);
        zeros_ = byte == std::byte{} ? zeros_ + 1 : 0;
        next_ = address + 1;
        const bool all_zero = zeros_ == run_.size();
        if (run_.size() >= kLine && !all_zero) end();
    }
    std::string take() {
        end();
        return std::move(text_);
    }

  private:
    void end() {
        if (run_.empty()) return;
        if (zeros_ == run_.size())
            text_ += fmt::format("{:x} 0*{}\n", start_, run_.size());
        else {
            text_ += fmt::format("{:x} ", start_);
            for (const std::byte byte : run_) text_ += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
            text_ += '\n';
        }
        run_.clear();
        zeros_ = 0;
    }

    std::string text_{};
    std::vector<std::byte> run_{};
    std::size_t zeros_ = 0;  // at the end of run_
    std::uint64_t start_ = 0, next_ = 0;
};

}  // namespace

MemoryImage::Page* MemoryImage::page_of(std::uint64_t address) {
    const auto found = pages_.find(address / kPage);
    if (found != pages_.end()) return &found->second;
    full_ = full_ || pages_.size() >= kMostPages;
    return full_ ? nullptr : &pages_[address / kPage];
}

void MemoryImage::put(std::uint64_t address, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        Page* page = page_of(address);
        if (page == nullptr) return;
        const std::size_t offset = address % kPage;
        const std::size_t size = std::min(bytes.size(), kPage - offset);
        std::copy_n(bytes.begin(), size, page->bytes.begin() + static_cast<std::ptrdiff_t>(offset));
        for (std::size_t i = 0; i < size; ++i) page->known.set(offset + i);
        bytes = bytes.subspan(size);
        address += size;
        if (address == 0) return;
    }
}

void MemoryImage::put_word(std::uint64_t address, std::uint64_t word) {
    put(address, std::as_bytes(std::span(&word, 1)));
}

void MemoryImage::put_text(std::uint64_t address, std::string_view text) {
    put(address, std::as_bytes(std::span(text)));
    put(address + text.size(), std::array<std::byte, 1>{});
}

Result<void> MemoryImage::read(std::uint64_t address, std::span<std::byte> into) const {
    std::size_t done = 0;
    while (done < into.size()) {
        const std::uint64_t at = address + done;
        const std::size_t offset = at % kPage;
        const std::size_t size = std::min(into.size() - done, kPage - offset);
        const auto page = at < address ? pages_.end() : pages_.find(at / kPage);
        bool whole = page != pages_.end();
        for (std::size_t i = 0; whole && i < size; ++i) whole = page->second.known.test(offset + i);
        if (!whole) return Error{Error::Kind::io, "not in this image", fmt::format("{:#x}", at), ""};
        std::copy_n(page->second.bytes.begin() + static_cast<std::ptrdiff_t>(offset), size,
                    into.begin() + static_cast<std::ptrdiff_t>(done));
        done += size;
    }
    return {};
}

Result<void> MemoryImage::read(std::span<Piece> pieces) const {
    for (Piece& piece : pieces) piece.read = read(piece.address, piece.into).has_value();
    return {};
}

std::vector<Range> MemoryImage::present(Range range) const {
    std::vector<Range> ranges;
    const std::uint64_t end = range.address + std::min(range.size, ~range.address);
    for (auto page = pages_.lower_bound(range.address / kPage); page != pages_.end(); ++page) {
        const std::uint64_t start = page->first * kPage;
        if (start >= end) break;
        for (std::size_t i = 0; i < kPage; ++i) {
            const std::uint64_t address = start + i;
            if (!page->second.known[i] || address < range.address || address >= end) continue;
            if (ranges.empty() || ranges.back().address + ranges.back().size != address)
                ranges.push_back({address, 0});
            ++ranges.back().size;
        }
    }
    return ranges;
}

std::size_t MemoryImage::bytes() const {
    std::size_t sum = 0;
    for (const auto& [number, page] : pages_) sum += page.known.count();
    return sum;
}

std::string MemoryImage::text() const {
    Lines lines;
    for (const auto& [number, page] : pages_) {
        for (std::size_t i = 0; i < kPage; ++i) {
            if (page.known.test(i)) lines.add(number * kPage + i, page.bytes[i]);
        }
    }
    return lines.take();
}

Result<MemoryImage> MemoryImage::parse(std::string_view text) {
    MemoryImage image;
    int number = 0;
    for (const std::string_view raw : split(text, '\n')) {
        ++number;
        const std::string_view line = trim(raw);
        if (line.empty() || line.front() == '#') continue;
        const std::size_t blank = std::min(line.find(' '), line.size());
        const auto address = hex(line.substr(0, blank));
        const auto bytes = content(trim(line.substr(blank)));
        if (!address || !bytes)
            return Error{Error::Kind::bad_input, "not \"ADDRESS BYTES\" in hex",
                         fmt::format("line {}", number), ""};
        image.put(*address, *bytes);
    }
    return image;
}

Result<void> RecordingReader::read(std::uint64_t address, std::span<std::byte> into) const {
    auto done = below_.read(address, into);
    if (done) image_.put(address, into);
    return done;
}

Result<void> RecordingReader::read(std::span<Piece> pieces) const {
    auto done = below_.read(pieces);
    for (const Piece& piece : pieces) {
        if (done && piece.read) image_.put(piece.address, piece.into);
    }
    return done;
}

}  // namespace rampwatch::probe
