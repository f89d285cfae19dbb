// SPDX-License-Identifier: MIT
#include "core/runtime/resident.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/base/units.h"
#include "core/probe/pagemap.h"

namespace rampwatch::runtime {
namespace {

// The window: wiped when it is done with, for what it holds is somebody else's.
class Window {
  public:
    Window() : words_(kWindow / 8) {}
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;
    ~Window() { ::explicit_bzero(words_.data(), kWindow); }

    std::span<std::uint64_t> words() { return words_; }

  private:
    std::vector<std::uint64_t> words_;
};

// Runs of pages are gathered until a window is full, then read by one call and shown one by one.
class Reading {
  public:
    Reading(const Target& target, Budget& budget, const LookAt& look)
        : target_(target), budget_(budget), look_(look) {}

    void add(std::uint64_t address, std::uint64_t size) {
        while (size > 0) {
            const std::uint64_t part = std::min<std::uint64_t>(size, kWindow - filled_);
            const auto words = window_.words().subspan(filled_ / 8, part / 8);
            pieces_.push_back({address, std::as_writable_bytes(words), false});
            filled_ += part;
            address += part;
            size -= part;
            if (filled_ == kWindow || pieces_.size() >= kMostPieces) show();
        }
    }

    void show() {
        if (!spent_ && (budget_.over() || !budget_.spend(filled_))) spent_ = true;
        const bool read = !spent_ && target_.memory.read(std::span(pieces_)).has_value();
        for (const probe::Piece& piece : pieces_) {
            if (!read || !piece.read) {
                looked.left_out += piece.into.size();
                continue;
            }
            looked.bytes += piece.into.size();
            look_(piece.address,
                  {reinterpret_cast<const std::uint64_t*>(piece.into.data()), piece.into.size() / 8});
        }
        pieces_.clear();
        filled_ = 0;
    }

    Looked looked{};

  private:
    static constexpr std::size_t kMostPieces = 1024;

    const Target& target_;
    Budget& budget_;
    const LookAt& look_;
    Window window_{};
    std::vector<probe::Piece> pieces_{};
    std::uint64_t filled_ = 0;
    bool spent_ = false;
};

}  // namespace

bool may_hold_objects(const probe::Mapping& mapping) {
    if (!mapping.writable || !mapping.readable || mapping.shared || mapping.inode != 0) return false;
    return mapping.path.empty() || mapping.path == "[heap]" || mapping.path.starts_with("[anon");
}

Result<Looked> look_at_heap(const Target& target, Budget& budget, const Wanted& wanted, const LookAt& look) {
    if (target.pages == nullptr) {
        return Error{Error::Kind::no_permission,
                     "its heap is not looked at: its pagemap cannot be opened",
                     {},
                     "run as the same user, or with CAP_DAC_READ_SEARCH"};
    }
    Reading reading(target, budget, look);
    const std::uint64_t page = probe::page_bytes();
    for (const probe::Mapping& mapping : target.maps.mappings) {
        if (!wanted(mapping)) continue;
        probe::Resident resident;
        const auto done = target.pages->add({mapping.start, mapping.end - mapping.start}, resident);
        if (!done) return done.error();
        reading.looked.swapped_bytes += resident.swapped * page;
        for (std::size_t i = 0; i < resident.pages.runs(); ++i) {
            const probe::PageRun run = resident.pages.run(i);
            reading.add(run.first * page, run.count * page);
        }
    }
    reading.show();
    return reading.looked;
}

std::string left_out_words(const Looked& looked) {
    std::string words;
    if (looked.left_out > 0)
        words = fmt::format("{} of its heap was not read", format_size(static_cast<double>(looked.left_out)));
    if (looked.swapped_bytes > 0)
        words += fmt::format("{}{} is swapped out and was not looked at", words.empty() ? "" : "; ",
                             format_size(static_cast<double>(looked.swapped_bytes)));
    return words;
}

}  // namespace rampwatch::runtime
