// SPDX-License-Identifier: MIT
#include "core/report/json_dump.h"

#include <chrono>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/units.h"
#include "core/model/fields.h"
#include "core/model/words.h"
#include "core/report/go_text.h"
#include "core/report/json_parts.h"
#include "core/report/memory_text.h"

namespace rampwatch::report {
namespace {

// One object, member by member.
struct JsonObject {
    Json json = Json::object();

    void operator()(const Field& field, const auto& member) {
        if (*field.name != '\0' && field.written) add(field, member);
    }

  private:
    void add(const Field& field, const auto& member) { json[field.name] = value(field, member); }
    template <class T>
    void add(const Field& field, const std::optional<T>& member) {
        if (member || field.as != As::or_absent)
            json[field.name] = member ? value(field, *member) : Json(nullptr);
    }
    template <class Ids>
    void add(const Field& /*field*/, const GroupIds<Ids>& group) {
        for (const StackKindRow& row : kStackKinds)
            json[std::string(row.ids)] = row.kind == group.kind ? Json(group.ids) : Json::array();
    }

    template <class T>
    static Json value(const Field& field, const T& member) {
        if constexpr (std::is_enum_v<T>) {
            return word(member);
        } else if constexpr (std::is_same_v<T, std::chrono::nanoseconds>) {
            if (field.as == As::seconds) return json_seconds(member);
            if (field.as == As::micros) return member.count() / 1000;
            return member.count() == 0 ? Json(nullptr) : Json(format_time(member));
        } else if constexpr (std::is_same_v<T, std::string>) {
            if (member.empty() && field.as == As::or_null) return nullptr;
            return member.empty() && field.as == As::or_memory ? "memory" : member;
        } else if constexpr (std::is_arithmetic_v<T>) {
            return member;
        } else {
            return whole(member);
        }
    }
    template <class T>
    static Json whole(const FieldPair<T>& pair) {
        return Json::array({pair.low, pair.high});
    }
    template <class T>
    static Json whole(const std::vector<T>& list) {
        Json json = Json::array();
        for (const T& element : list) json.push_back(value({}, element));
        return json;
    }
    static Json whole(const auto& object) {
        JsonObject visit;
        fields(visit, object);
        return std::move(visit.json);
    }
};

}  // namespace

namespace {

// Tasks are an array of their own: who reads groups knows threads and goroutines.
void split_tasks(Json& dump) {
    Json groups = Json::array(), tasks = Json::array();
    for (Json& group : dump["groups"])
        (group["kind"] == word(StackKind::task) ? tasks : groups).push_back(std::move(group));
    dump["groups"] = std::move(groups);
    dump["tasks"] = std::move(tasks);
}

}  // namespace

Json json_of(const Dump& dump) {
    JsonObject visit{{{"schema", "rampwatch.dump/1"}}};
    fields(visit, dump);
    if (dump.life.pid != 0) visit.json["read_by"] = readers_of(dump);
    split_tasks(visit.json);
    if (dump.memory) visit.json["memory"]["hints"] = memory_hints(dump);
    return std::move(visit.json);
}

std::string json_dump(const Dump& dump) { return json_line(json_of(dump)); }

}  // namespace rampwatch::report
