// SPDX-License-Identifier: MIT
#include "core/report/pprof.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <protozero/pbf_writer.hpp>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "core/base/gzip.h"
#include "core/model/stack_kind.h"
#include "core/report/frame_text.h"

namespace rampwatch::report {
namespace {

using protozero::pbf_writer;

// Field numbers of profile.proto.
enum InProfile : protozero::pbf_tag_type {
    profile_sample_type = 1,
    profile_sample = 2,
    profile_mapping = 3,
    profile_location = 4,
    profile_function = 5,
    profile_string = 6,
    profile_time_nanos = 9,
    profile_comment = 13,
};
enum InValueType : protozero::pbf_tag_type { value_type = 1, value_unit = 2 };
enum InSample : protozero::pbf_tag_type { sample_location = 1, sample_value = 2, sample_label = 3 };
enum InLabel : protozero::pbf_tag_type { label_key = 1, label_text = 2 };
enum InMapping : protozero::pbf_tag_type {
    mapping_id = 1,
    mapping_filename = 5,
    mapping_build_id = 6,
    mapping_has_functions = 7,
    mapping_has_filenames = 8,
    mapping_has_lines = 9,
    mapping_has_inlines = 10,
};
enum InLocation : protozero::pbf_tag_type { location_id = 1, location_mapping = 2, location_line = 4 };
enum InLine : protozero::pbf_tag_type { line_function = 1, line_number = 2 };
enum InFunction : protozero::pbf_tag_type {
    function_id = 1,
    function_name = 2,
    function_system_name = 3,
    function_file = 4
};

bool has_tasks(const Dump& dump) {
    return std::any_of(dump.groups.begin(), dump.groups.end(),
                       [](const Group& group) { return group.kind == StackKind::task; });
}

class Profile {
  public:
    explicit Profile(const Dump& dump) : go_(dump.go.has_value()), tasks_(has_tasks(dump)), writer_(bytes_) {
        text("");
        if (!dump.life.executable.empty())
            mapping(dump.life.executable, {});  // the first one names the profile
        for (const StackKindRow& row : kStackKinds)
            if (is_there(row.kind)) add_sample_type(std::string(row.plural));
        for (const Group& group : dump.groups) {
            if (!group.runtime_own) add(group);  // Go's own profile leaves them out too
        }
        writer_.add_int64(profile_time_nanos, dump.wall.count());
        writer_.add_int64(profile_comment, text(fmt::format("PID {}, by {}", dump.life.pid, dump.backend)));
        for (const std::string* string : strings_in_order_) writer_.add_string(profile_string, *string);
    }

    Profile(const HeapTypes& heap, const Life& life) : go_(false), tasks_(false), writer_(bytes_) {
        text("");
        if (!life.executable.empty()) mapping(life.executable, {});
        add_sample_type("inuse_objects");
        add_sample_type("inuse_space", "bytes");
        for (const HeapType& type : heap.types) add(type);
        writer_.add_int64(profile_time_nanos, heap.wall.count());
        writer_.add_int64(profile_comment, text(fmt::format("PID {}, {}", life.pid, heap.reader)));
        for (const std::string* string : strings_in_order_) writer_.add_string(profile_string, *string);
    }

    std::string take() { return std::move(bytes_); }

  private:
    std::int64_t text(const std::string& string) {
        const auto [at, fresh] = strings_.emplace(string, static_cast<std::int64_t>(strings_.size()));
        if (fresh) strings_in_order_.push_back(&at->first);
        return at->second;
    }

    void add_sample_type(const std::string& type, const std::string& unit = "count") {
        pbf_writer message(writer_, profile_sample_type);
        message.add_int64(value_type, text(type));
        message.add_int64(value_unit, text(unit));
    }

    void add(const HeapType& type) {
        Frame named;
        named.function = type.name;
        const std::span<const Frame> stack(type.stack);
        const auto locations = locations_of(stack.empty() ? std::span(&named, 1) : stack);
        const std::array<std::int64_t, 2> values = {std::llround(type.count.value),
                                                    std::llround(type.bytes.value)};
        pbf_writer message(writer_, profile_sample);
        message.add_packed_uint64(sample_location, locations.begin(), locations.end());
        message.add_packed_int64(sample_value, values.begin(), values.end());
    }

    std::vector<std::uint64_t> locations_of(std::span<const Frame> frames) {
        std::vector<std::uint64_t> locations;
        for (std::size_t from = 0; from < frames.size();) {
            std::size_t to = from;
            while (to + 1 < frames.size() && frames[to].inlined) ++to;
            locations.push_back(location(frames.subspan(from, to + 1 - from)));
            from = to + 1;
        }
        return locations;
    }

    void add(const Group& group) {
        const auto locations = locations_of(group.frames);
        std::vector<std::int64_t> values;
        for (const StackKindRow& row : kStackKinds)
            if (is_there(row.kind)) values.push_back(row.kind == group.kind ? group.count : 0);
        pbf_writer message(writer_, profile_sample);
        message.add_packed_uint64(sample_location, locations.begin(), locations.end());
        message.add_packed_int64(sample_value, values.begin(), values.end());
        if (!group.state) return;
        pbf_writer label(message, sample_label);
        label.add_int64(label_key, text("waits for"));
        label.add_int64(label_text, text(*group.state));
    }

    // Of calls that were inlined into the last of them.
    std::uint64_t location(std::span<const Frame> calls) {
        const std::uint64_t mapped =
            calls.back().module ? mapping(*calls.back().module, calls.back().build_id) : 0;
        std::vector<std::pair<std::uint64_t, std::int64_t>> lines;
        for (const Frame& call : calls) lines.emplace_back(function(call), call.line.value_or(0));
        const auto [at, fresh] =
            locations_.emplace(std::pair(mapped, lines), static_cast<std::uint64_t>(locations_.size() + 1));
        if (!fresh) return at->second;
        pbf_writer message(writer_, profile_location);
        message.add_uint64(location_id, at->second);
        if (mapped != 0) message.add_uint64(location_mapping, mapped);
        for (const auto& [of, line] : lines) {
            pbf_writer part(message, location_line);
            part.add_uint64(line_function, of);
            part.add_int64(line_number, line);
        }
        return at->second;
    }

    std::uint64_t mapping(const std::string& module, const std::optional<std::string>& known_build_id) {
        const auto [at, fresh] = mappings_.emplace(module, mappings_.size() + 1);
        if (!fresh) return at->second;
        const std::int64_t path = text(module), build_id = text(known_build_id.value_or(""));
        pbf_writer message(writer_, profile_mapping);
        message.add_uint64(mapping_id, at->second);
        message.add_int64(mapping_filename, path);
        message.add_int64(mapping_build_id, build_id);
        // Nothing is left for pprof to find out: there are no addresses.
        for (const auto known :
             {mapping_has_functions, mapping_has_filenames, mapping_has_lines, mapping_has_inlines})
            message.add_bool(known, true);
        return at->second;
    }

    std::uint64_t function(const Frame& frame) {
        const std::int64_t name = text(frame.function ? *frame.function : frame_name(frame, 128));
        const std::int64_t file = text(frame.file.value_or(""));
        const auto [at, fresh] = functions_.emplace(std::pair(name, file), functions_.size() + 1);
        if (!fresh) return at->second;
        pbf_writer message(writer_, profile_function);
        message.add_uint64(function_id, at->second);
        message.add_int64(function_name, name);
        message.add_int64(function_system_name, name);
        message.add_int64(function_file, file);
        return at->second;
    }

    [[nodiscard]] bool is_there(StackKind kind) const {
        return kind == StackKind::thread || (kind == StackKind::goroutine ? go_ : tasks_);
    }

    bool go_, tasks_;
    std::string bytes_{};
    pbf_writer writer_;
    std::map<std::string, std::int64_t> strings_{};
    std::vector<const std::string*> strings_in_order_{};
    std::map<std::string, std::uint64_t> mappings_{};
    std::map<std::pair<std::int64_t, std::int64_t>, std::uint64_t> functions_{};
    std::map<std::pair<std::uint64_t, std::vector<std::pair<std::uint64_t, std::int64_t>>>, std::uint64_t>
        locations_{};
};

}  // namespace

std::string pprof_message(const Dump& dump) { return Profile(dump).take(); }

Result<std::string> pprof(const Dump& dump) { return gzip(pprof_message(dump)); }

std::string pprof_message(const HeapTypes& heap, const Life& life) { return Profile(heap, life).take(); }

Result<std::string> pprof(const HeapTypes& heap, const Life& life) { return gzip(pprof_message(heap, life)); }

}  // namespace rampwatch::report
