// SPDX-License-Identifier: MIT
#include "core/stacks/pprof.h"

#include <algorithm>
#include <array>
#include <exception>
#include <map>
#include <optional>
#include <protozero/pbf_reader.hpp>
#include <unordered_map>
#include <utility>

#include "core/base/gzip.h"
#include "core/stacks/grouper.h"
#include "core/stacks/own_frame.h"
#include "core/stacks/stack_text.h"

namespace rampwatch::stacks {
namespace {

using protozero::pbf_reader;

constexpr std::size_t kMostEntries = std::size_t{1} << 20;  // strings, functions, places, samples: each
constexpr std::size_t kMostGroups = 20'000;
constexpr std::size_t kMostFramesKept = std::size_t{1} << 20;  // of all groups
constexpr std::size_t kMostLines = 256;                        // calls inlined at one place
constexpr std::size_t kMostLabels = 16;
constexpr std::int64_t kMostCount = std::int64_t{1} << 40;

struct Function {
    std::uint64_t name = 0, file = 0;  // into the strings
};
struct Place {
    std::vector<std::pair<std::uint64_t, std::int64_t>> lines{};  // function and line, innermost first
};

// Calls of the runtime, and what parks in them; `above` is the caller that makes the difference. The words
// are those of the runtime's own dump.
struct Park {
    std::string_view call{};
    std::string_view above{};
    std::string_view words{};
};
constexpr std::array<Park, 14> kParks = {{
    {"runtime.chansend", "", "chan send"},
    {"runtime.chanrecv", "", "chan receive"},
    {"runtime.selectgo", "", "select"},
    {"runtime.block", "", "select (no cases)"},
    {"runtime.netpollblock", "", "IO wait"},
    {"time.Sleep", "", "sleep"},
    {"sync.runtime_notifyListWait", "", "sync.Cond.Wait"},
    {"sync.runtime_SemacquireMutex", "sync.(*RWMutex)", "sync.RWMutex.Lock"},
    {"sync.runtime_SemacquireMutex", "sync.(*Mutex)", "sync.Mutex.Lock"},
    {"internal/sync.runtime_SemacquireMutex", "", "sync.Mutex.Lock"},
    {"sync.runtime_SemacquireRWMutexR", "", "sync.RWMutex.RLock"},
    {"sync.runtime_SemacquireRWMutex", "", "sync.RWMutex.Lock"},
    {"sync.runtime_SemacquireWaitGroup", "", "sync.WaitGroup.Wait"},
    {"sync.runtime_Semacquire", "", "semacquire"},
}};
constexpr std::size_t kParkDepth = 8;  // frames in which a park is looked for

std::string_view name_of(const std::vector<Frame>& frames, std::size_t i) {
    return i < frames.size() && frames[i].function ? std::string_view(*frames[i].function)
                                                   : std::string_view();
}

std::optional<std::string> waits_for(const std::vector<Frame>& frames) {
    const std::string_view top = name_of(frames, 0);
    if (top.starts_with("syscall.") || top.find("runtime/syscall.") != std::string_view::npos)
        return "syscall";
    if (top == "runtime.cgocall" || top == "runtime.asmcgocall") return "C call";
    if (top != "runtime.gopark" && top != "time.Sleep") return std::nullopt;
    for (std::size_t i = 0; i < std::min(frames.size(), kParkDepth); ++i) {
        for (const Park& park : kParks) {
            if (name_of(frames, i) == park.call && name_of(frames, i + 1).starts_with(park.above))
                return std::string(park.words);
        }
    }
    return std::nullopt;
}

// Each field by the type that it should have; one of another type is passed over.
bool is_of(const pbf_reader& message, protozero::pbf_wire_type type) { return message.wire_type() == type; }

std::uint64_t word(pbf_reader& message) {
    if (is_of(message, protozero::pbf_wire_type::varint)) return message.get_uint64();
    message.skip();
    return 0;
}

std::string_view view_of(pbf_reader& message) {
    if (!is_of(message, protozero::pbf_wire_type::length_delimited)) {
        message.skip();
        return {};
    }
    const auto view = message.get_view();
    return {view.data(), view.size()};
}

pbf_reader part(pbf_reader& message) {
    const std::string_view inner = view_of(message);
    return {inner.data(), inner.size()};
}

class Reader {
  public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    // May throw protozero's exceptions.
    bool read() {
        if (!collect()) return false;
        pbf_reader message(bytes_.data(), bytes_.size());
        std::size_t samples = 0;
        while (message.next()) {
            if (message.tag() != 2 || samples >= kMostEntries) {
                message.skip();
                continue;
            }
            ++samples;
            sample(part(message));
        }
        finish();
        return true;
    }
    Profile take() { return std::move(profile_); }

  private:
    [[nodiscard]] std::string text(std::uint64_t index) const {
        if (index >= strings_.size()) return {};
        return std::string(strings_[index].substr(0, kMostName));
    }

    // What the samples refer to, which may stand behind them.
    bool collect() {
        std::optional<std::uint64_t> executable, type;
        pbf_reader message(bytes_.data(), bytes_.size());
        while (message.next()) {
            switch (message.tag()) {
                case 1: {
                    const auto first = number(part(message), 1);
                    if (!type) type = first;
                    break;
                }
                case 3: {
                    const auto name = number(part(message), 5);
                    if (!executable) executable = name;
                    break;
                }
                case 4:
                    place(part(message));
                    break;
                case 5:
                    function(part(message));
                    break;
                case 6: {
                    if (strings_.size() >= kMostEntries) return false;
                    strings_.push_back(view_of(message));
                    break;
                }
                default:
                    message.skip();
            }
        }
        if (!type || strings_.empty()) return false;
        profile_.sample_type = text(*type);
        if (executable) profile_.executable = text(*executable);
        return !profile_.sample_type.empty();
    }

    static std::uint64_t number(pbf_reader message, protozero::pbf_tag_type wanted) {
        std::uint64_t value = 0;
        while (message.next()) {
            if (message.tag() == wanted)
                value = word(message);
            else
                message.skip();
        }
        return value;
    }

    void function(pbf_reader message) {
        std::uint64_t id = 0;
        Function function;
        while (message.next()) {
            switch (message.tag()) {
                case 1:
                    id = word(message);
                    break;
                case 2:
                    function.name = word(message);
                    break;
                case 4:
                    function.file = word(message);
                    break;
                default:
                    message.skip();
            }
        }
        if (functions_.size() < kMostEntries) functions_[id] = function;
    }

    void place(pbf_reader message) {
        std::uint64_t id = 0;
        Place place;
        while (message.next()) {
            if (message.tag() == 1) {
                id = word(message);
            } else if (message.tag() == 4) {
                pbf_reader line = part(message);
                std::uint64_t of = 0;
                std::int64_t number = 0;
                while (line.next()) {
                    if (line.tag() == 1)
                        of = word(line);
                    else if (line.tag() == 2)
                        number = static_cast<std::int64_t>(word(line));
                    else
                        line.skip();
                }
                if (place.lines.size() < kMostLines) place.lines.emplace_back(of, number);
            } else {
                message.skip();
            }
        }
        if (places_.size() < kMostEntries) places_[id] = std::move(place);
    }

    void sample(pbf_reader message) {
        std::vector<std::uint64_t> at;
        std::optional<std::int64_t> count;
        std::vector<std::string> labels;
        while (message.next()) {
            switch (message.tag()) {
                case 1:
                    repeated(message, [&](std::uint64_t id) {
                        if (at.size() < kMostFrames) at.push_back(id);
                    });
                    break;
                case 2:
                    repeated(message, [&](std::uint64_t value) {
                        if (!count) count = static_cast<std::int64_t>(value);
                    });
                    break;
                case 3:
                    label(part(message), labels);
                    break;
                default:
                    message.skip();
            }
        }
        if (count && *count > 0 && *count <= kMostCount) add(at, *count, std::move(labels));
    }

    // Packed, as writers do it, or one by one, as the format allows.
    template <class Take>
    static void repeated(pbf_reader& message, Take take) {
        if (!is_of(message, protozero::pbf_wire_type::length_delimited)) return take(word(message));
        for (const std::uint64_t value : message.get_packed_uint64()) take(value);
    }

    void label(pbf_reader message, std::vector<std::string>& labels) const {
        const std::string key = text(number(message, 1));
        const std::string value = text(number(message, 2));
        if (!key.empty() && labels.size() < kMostLabels) labels.push_back(key + "=" + value);
    }

    [[nodiscard]] std::vector<Frame> frames_at(const std::vector<std::uint64_t>& at) const {
        std::vector<Frame> frames;
        for (const std::uint64_t id : at) {
            const auto place = places_.find(id);
            if (place == places_.end()) continue;
            const auto& lines = place->second.lines;
            for (std::size_t i = 0; i < lines.size() && frames.size() < kMostFrames; ++i) {
                const auto function = functions_.find(lines[i].first);
                if (function == functions_.end()) continue;
                Frame frame;
                frame.function = text(function->second.name);
                if (std::string file = text(function->second.file); !file.empty()) frame.file = file;
                if (lines[i].second > 0) frame.line = lines[i].second;
                frame.inlined = i + 1 < lines.size();
                frames.push_back(std::move(frame));
            }
        }
        return frames;
    }

    void add(const std::vector<std::uint64_t>& at, std::int64_t count, std::vector<std::string> labels) {
        if (profile_.total > kMostCount) return;
        profile_.total += count;
        std::vector<Frame> frames = frames_at(at);
        std::sort(labels.begin(), labels.end());
        const auto [known, fresh] =
            known_.emplace(identity(frames, StackKind::goroutine), profile_.groups.size());
        if (!fresh) {
            Group& group = profile_.groups[known->second];
            group.count += count;
            std::vector<std::string> both;
            std::set_intersection(group.labels.begin(), group.labels.end(), labels.begin(), labels.end(),
                                  std::back_inserter(both));
            group.labels = std::move(both);
            return;
        }
        kept_frames_ += frames.size();
        if (profile_.groups.size() >= kMostGroups || kept_frames_ > kMostFramesKept) {
            known_.erase(known);
            profile_.ungrouped += count;
            return;
        }
        Group group;
        group.kind = StackKind::goroutine;
        group.count = count;
        group.state = waits_for(frames);
        group.frames = std::move(frames);
        group.labels = std::move(labels);
        profile_.groups.push_back(std::move(group));
    }

    void finish() {
        for (Group& group : profile_.groups) group.own_frame = mark_own(group.frames);
        std::stable_sort(profile_.groups.begin(), profile_.groups.end(),
                         [](const Group& a, const Group& b) { return a.count > b.count; });
    }

    std::string_view bytes_;
    std::vector<std::string_view> strings_{};
    std::unordered_map<std::uint64_t, Function> functions_{};
    std::unordered_map<std::uint64_t, Place> places_{};
    std::unordered_map<std::string, std::size_t> known_{};
    std::size_t kept_frames_ = 0;
    Profile profile_{};
};

// Of the user's functions alone: the two profiles need not have been taken in the same wait.
std::string stack_key(const Group& group) {
    std::vector<Frame> frames;
    for (const Frame& frame : group.frames) {
        if (!frame.function || !frame.function->starts_with("runtime.")) frames.push_back(frame);
    }
    for (Frame& frame : frames) frame.module.reset();
    return identity(frames, StackKind::goroutine);
}

}  // namespace

Result<Profile> read_profile(std::string_view bytes, std::size_t most_bytes) {
    constexpr std::string_view kGzip = "\x1f\x8b";
    std::string unpacked;
    if (bytes.starts_with(kGzip)) {
        auto plain = gunzip(bytes, most_bytes);
        if (!plain) return plain.error();
        unpacked = std::move(*plain);
        bytes = unpacked;
    }
    const Error none{Error::Kind::bad_input, "not a profile", {}, {}};
    if (bytes.empty()) return none;
    try {
        Reader reader(bytes);
        if (!reader.read()) return none;
        return reader.take();
    } catch (const std::exception&) {
        return none;
    }
}

void mark_leaked(std::vector<Group>& groups, const Profile& leaked) {
    std::unordered_map<std::string, std::int64_t> counts;
    for (const Group& group : leaked.groups) counts[stack_key(group)] += group.count;
    for (Group& group : groups) {
        const auto found = counts.find(stack_key(group));
        if (found != counts.end()) group.leaked = std::min(found->second, group.count);
    }
}

}  // namespace rampwatch::stacks
