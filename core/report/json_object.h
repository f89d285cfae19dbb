// SPDX-License-Identifier: MIT
// A value as a JSON object by its list of members (model/fields.h). Only report/json*.cpp may include this.
#pragma once

#include <chrono>
#include <cmath>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/units.h"
#include "core/model/fields.h"
#include "core/model/words.h"
#include "core/report/json_parts.h"

namespace rampwatch::report {

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
        } else if constexpr (std::is_floating_point_v<T>) {
            return field.as == As::rounded ? Json(std::llround(member)) : json_number(member);
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
    // No more exact than a whole number.
    static Json whole(const HeapFigure& figure) {
        const auto low = std::llround(figure.value - figure.half);
        return {{"value", std::llround(figure.value)},
                {"interval", {low, std::llround(figure.value + figure.half)}}};
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

}  // namespace rampwatch::report
