// SPDX-License-Identifier: MIT
#include "core/store/saved_dump.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/text.h"
#include "core/model/fields.h"
#include "core/model/words.h"

namespace rampwatch::store {
namespace {

using Json = nlohmann::json;

Error bad(std::string what) { return {Error::Kind::bad_input, std::move(what), {}, "not a saved dump"}; }

constexpr std::int64_t kMostMicros = std::int64_t{1} << 40, kMostBytes = std::int64_t{1} << 60;

// "2026-11-24T03:10:05+01:00", as format_time() writes it.
std::optional<std::chrono::nanoseconds> parse_time(const std::string& text) {
    tm parts{};
    const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S%z", &parts);
    if (rest == nullptr || *rest != '\0') return std::nullopt;
    const long offset_s = parts.tm_gmtoff;
    return std::chrono::seconds(::timegm(&parts) - offset_s);
}

// One object, member by member. A member of the wrong type is as good as none: it stays as it was.
class JsonMembers {
  public:
    explicit JsonMembers(const Json& object) : object_(object) {}

    template <class T>
    void operator()(const Field& field, T&& member) {
        if (*field.name != '\0' && !take(field, member) && field.needed) whole_ = false;
    }
    // False when one that is needed was not there.
    [[nodiscard]] bool whole() const { return whole_; }

  private:
    // True when it was there.
    template <class T>
    bool take(const Field& field, T& member) {
        const auto found = object_.find(field.name);
        return found != object_.end() && read(field, *found, member);
    }
    template <class Ids>
    bool take(const Field& /*field*/, GroupIds<Ids>& group) {
        for (const StackKindRow& row : kStackKinds) take({row.ids.data()}, group.ids);
        return true;
    }

    template <class T>
    static bool read(const Field& field, const Json& json, T& member) {
        if constexpr (std::is_same_v<T, bool>) {
            return json.is_boolean() && (member = json.get<bool>(), true);
        } else if constexpr (std::is_floating_point_v<T>) {
            return json.is_number() && (member = json.get<T>(), true);
        } else if constexpr (std::is_arithmetic_v<T>) {
            return json.is_number_integer() && (member = json.get<T>(), true);
        } else if constexpr (std::is_enum_v<T>) {
            const auto known = json.is_string() ? from_word<T>(json.get<std::string>()) : std::nullopt;
            return known && (member = *known, true);
        } else {
            return read_more(field, json, member);
        }
    }
    static bool read_more(const Field& field, const Json& json, std::string& member) {
        if (!json.is_string()) return false;
        member = json.get<std::string>();
        if (field.as == As::or_memory && member == "memory") member.clear();
        return true;
    }
    static bool read_more(const Field& field, const Json& json, std::chrono::nanoseconds& member) {
        constexpr double kMostSeconds = 9e9;  // what nanoseconds can hold
        if (field.as == As::seconds) {
            const double seconds = json.is_number() ? json.get<double>() : -1;
            if (!(seconds >= 0 && seconds <= kMostSeconds)) return false;
            member = std::chrono::nanoseconds(std::llround(seconds * 1e9));
            return true;
        }
        if (field.as == As::micros) {
            const std::int64_t micros = json.is_number_integer() ? json.get<std::int64_t>() : -1;
            if (micros < 0 || micros >= kMostMicros) return false;
            member = std::chrono::microseconds(micros);
            return true;
        }
        const auto time = json.is_string() ? parse_time(json.get<std::string>()) : std::nullopt;
        member = time.value_or(std::chrono::nanoseconds(0));
        return member.count() != 0;
    }
    static bool read_more(const Field& /*field*/, const Json& json, HeapFigure& figure) {
        const auto number = [](const Json& one) { return one.is_number() ? one.get<double>() : 0; };
        if (!json.is_object() || !json.contains("value") || !json["value"].is_number()) return false;
        figure = {number(json["value"]), 0};
        const auto interval = json.find("interval");
        if (interval == json.end() || !interval->is_array() || interval->size() != 2) return true;
        figure.half = std::max(0.0, std::floor((number((*interval)[1]) - number((*interval)[0])) / 2));
        return true;
    }
    template <class T>
    static bool read_more(const Field& field, const Json& json, std::optional<T>& member) {
        T value{};
        if (!read(field, json, value)) return false;
        member = std::move(value);
        return true;
    }
    template <class T>
    static bool read_more(const Field& /*field*/, const Json& json, std::vector<T>& member) {
        if (!json.is_array()) return false;
        for (const Json& element : json) {
            T value{};
            const bool whole = read({}, element, value);
            // A stack keeps its depth: a frame that makes no sense is an unknown one.
            if (whole || std::is_same_v<T, Frame>) member.push_back(std::move(value));
        }
        return true;
    }
    template <class T>
    static bool read_more(const Field& /*field*/, const Json& json, FieldPair<T>& pair) {
        return json.is_array() && json.size() == 2 && read({}, json[0], pair.low) &&
               read({}, json[1], pair.high);
    }
    template <class T>
    static bool read_more(const Field& /*field*/, const Json& json, T& object) {
        if (!json.is_object()) return false;
        JsonMembers visit(json);
        fields(visit, object);
        return visit.whole();
    }

    const Json& object_;
    bool whole_ = true;
};

template <class T>
void keep(std::vector<T>& list, std::size_t most) {
    if (list.size() > most) list.erase(list.begin() + static_cast<std::ptrdiff_t>(most), list.end());
}

void bound(MemoryFigures& figures) {
    for (auto* bytes : {&figures.address_space, &figures.rss, &figures.anonymous, &figures.swap,
                        &figures.lazy_free, &figures.huge})
        *bytes = std::clamp(*bytes, std::int64_t{0}, kMostBytes);
}

void bound(MemoryParts& memory) {
    bound(memory.total);
    if (memory.before) bound(*memory.before);
    keep(memory.parts, 2 * kMostMemoryParts);
    keep(memory.allocators, kMostNames);
    for (MemoryPart& part : memory.parts) {
        bound(part.figures);
        part.mappings = std::clamp(part.mappings, std::int64_t{0}, std::int64_t{1} << 40);
    }
}

void bound(double& value) { value = std::clamp(value, -0x1p60, 0x1p60); }

void bound(HeapTypes& heap) {
    keep(heap.types, kMostHeapTypes);
    keep(heap.notes, kMostNames);
    for (HeapType& type : heap.types) {
        keep(type.owned, kMostNames);
        keep(type.stack, kMostSiteFrames);
        for (double* value :
             {&type.count.value, &type.count.half, &type.bytes.value, &type.bytes.half, &type.own_bytes})
            bound(*value);
        for (HeapOwned& part : type.owned) bound(part.bytes_each);
        if (!type.held_by) continue;
        type.held_by->pointers = std::clamp(type.held_by->pointers, std::int64_t{0}, std::int64_t{1} << 40);
        type.held_by->share = std::clamp(type.held_by->share, 0.0, 1.0);
    }
    for (double* value : {&heap.free_bytes.value, &heap.free_bytes.half}) bound(*value);
    if (heap.new_bytes) bound(*heap.new_bytes);
}

void bound(RuntimeHeap& heap) {
    for (auto* figure : {&heap.used, &heap.committed, &heap.most, &heap.resident, &heap.old_used,
                         &heap.classes, &heap.code, &heap.collections})
        if (*figure) *figure = std::clamp(**figure, std::int64_t{0}, kMostBytes);
}

void bound(LanguageRuntime& runtime) {
    if (runtime.heap) bound(*runtime.heap);
    if (runtime.heap_before) bound(*runtime.heap_before);
}

void bound(Group& group) {
    keep(group.ids, kMostIds);
    keep(group.names, kMostNames);
    keep(group.labels, kMostNames);
    keep(group.members, kMostDumpMembers);
    for (GroupMember& member : group.members) keep(member.ids, kMostIds);
    if (group.own_frame >= group.frames.size()) group.own_frame = 0;
    if (group.growth) group.growth->dumps = std::clamp(group.growth->dumps, 0, 1 << 30);
}

// Tasks stand in an array of their own, before the groups where we keep them.
Json with_tasks(Json json) {
    const auto tasks = json.find("tasks");
    if (tasks == json.end() || !tasks->is_array() || !json["groups"].is_array()) return json;
    Json all = std::move(*tasks);
    for (Json& group : json["groups"]) all.push_back(std::move(group));
    json["groups"] = std::move(all);
    return json;
}

Result<void> check_schema(const Json& json, std::string_view wanted) {
    if (json.is_discarded()) return bad("not JSON");
    if (!json.is_object()) return bad("not a JSON object");
    const auto found = json.find("schema");
    if (found == json.end() || !found->is_string()) return bad("without a schema");
    const auto schema = found->get<std::string>();
    if (schema != wanted) return bad(fmt::format("of the schema {}", escape(schema, 64)));
    return {};
}

Result<Dump> dump_of(const Json& json) {
    if (const auto checked = check_schema(json, "rampwatch.dump/1"); !checked) return checked.error();
    if (!json.contains("groups") || !json["groups"].is_array()) return bad("without groups");
    Dump dump;
    JsonMembers visit(json);
    fields(visit, dump);
    const bool counted =
        std::ranges::all_of(dump.groups, [](const Group& group) { return group.count >= 0; });
    if (!counted || dump.groups.size() != json["groups"].size())
        return bad("a group without a count or a kind");
    for (Group& group : dump.groups) bound(group);
    keep(dump.runtimes, kMostRuntimes);
    for (LanguageRuntime& runtime : dump.runtimes) bound(runtime);
    if (dump.memory) bound(*dump.memory);
    if (dump.heap) bound(*dump.heap);
    for (std::string& warning : dump.warnings) warning = escape(warning, 1024);
    return dump;
}

}  // namespace

Result<Dump> read_dump(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    return dump_of(json.is_object() && json.contains("groups") ? with_tasks(json) : json);
}

Result<HeapTypes> read_heap(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    if (const auto checked = check_schema(json, "rampwatch.heap/1"); !checked) return checked.error();
    HeapTypes heap;
    JsonMembers visit(json);
    fields(visit, heap);
    bound(heap);
    return heap;
}

}  // namespace rampwatch::store
