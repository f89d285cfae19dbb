// SPDX-License-Identifier: MIT
// The series of a recording while it is read: which look belongs to which, lives and order, and whether its
// numbers can be what they are taken for.
//
// At most kMostOpen series are open at once; when a further one appears, the one that was not seen for the
// longest is closed. So a log of all processes of a build host is read in bounded memory, and nothing that
// goes on is lost.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/error.h"
#include "core/readers/recording.h"

namespace rampwatch::readers {

inline constexpr std::size_t kMostOpen = 1000;

// One look at one series, as a parser has it.
struct NewLook {
    std::string_view key{};       // tells the series apart within the file
    std::vector<Label> labels{};  // of the first look of a series
    std::string_view identity{};  // a life's: where it changes, a new one begins; empty for none
    bool new_life = false;        // begins with this look
    bool host = false;
    bool assumed_bytes = false;             // no unit was written: its numbers must look like bytes
    std::string_view column = "rss_bytes";  // where the memory stood, for messages
    Sample sample{};                        // `mono` on the file's clock
    std::optional<Bucket> counted{};        // in place of `sample` where memory is not known
};

// Why `bytes` of a column without any other unit can be no memory of a process; the error has no place yet. A
// resident set is whole pages, so that what is under 1 MiB and no multiple of one is KiB; more than 64 TiB is
// a smaller unit than was said.
std::optional<Error> implausible_bytes(std::int64_t bytes, std::string_view column);

class SeriesBook {
  public:
    explicit SeriesBook(std::string name) : name_(std::move(name)) {}

    // Refuses times that go back by more than five minutes, and numbers that no process can have; looks
    // that are a little older than the one before, or as old, are left out and counted. `line` from 1.
    std::optional<Error> add(NewLook look, std::int64_t line);
    void close_all();

    // A series of its own, told by nothing but its place in the file.
    void close(std::string_view key);
    // Labels that became known after its first look.
    void name(std::string_view key, std::vector<Label> labels);

    // At the end of the file: whether there was anything to judge.
    [[nodiscard]] std::optional<Error> check_end() const;

    bool pop(Look& look);  // false when none is waiting
    [[nodiscard]] bool has_some() const { return !waiting_.empty(); }

    RecordingNotes notes{};
    void remark(std::string sentence);  // once each, at most 16
    void not_understood(std::int64_t line);

    [[nodiscard]] Error refuse(std::int64_t line, std::string what, std::string hint) const;
    [[nodiscard]] const std::string& file() const { return name_; }
    [[nodiscard]] std::int64_t looks() const { return looks_; }

  private:
    struct Open {
        std::uint32_t number = 0;
        SeriesInfo info{};
        LifeNumber life = 1;
        std::string identity{};
        std::chrono::nanoseconds last{};
        std::optional<std::chrono::nanoseconds> age{};
        std::list<std::string>::iterator seen{};
    };
    Open& open(const NewLook& look);
    void close(std::unordered_map<std::string, Open>::iterator found);
    [[nodiscard]] std::string place(std::int64_t line) const;
    [[nodiscard]] bool begins_life(const Open& open, const NewLook& look) const;

    std::string name_;
    std::unordered_map<std::string, Open> open_{};
    std::list<std::string> seen_{};  // keys, the one that was not seen for the longest first
    std::deque<Look> waiting_{};
    std::string key_{};
    std::uint32_t next_number_ = 0;
    std::int64_t looks_ = 0;
};

}  // namespace rampwatch::readers
