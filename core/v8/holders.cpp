// SPDX-License-Identifier: MIT
#include "core/v8/holders.h"

#include <fmt/format.h>

#include <algorithm>

namespace rampwatch::v8 {
namespace {

using runtime::Held;
using runtime::TypeId;

// Numbers of holders: the address of storage, which is odd; of all objects of a type together; and of large
// storage of which only a part was read.
constexpr std::uint64_t kOfType = std::uint64_t{1} << 62, kUnknown = std::uint64_t{1} << 61;
constexpr std::size_t kElements = 2, kTable = 3, kLength = 3;  // words of an array, a Map or Set
constexpr std::size_t kFirstVariable = 4;                      // word of a context
constexpr std::int32_t kManyLocals = 75;                       // from which on names stand elsewhere

}  // namespace

void HeldObjects::begin() {
    met_.clear();
    owners_.clear();
    kept_.clear();
    table_ = {};
    collections_ = {};
    asked_.clear();
}

void HeldObjects::meet(const PlacedObject& object) {
    const auto word = [&](std::size_t at) { return at < object.words.size() ? object.words[at] : 0; };
    if (!object.kind.storage && object.kind.size == Kind::Size::fixed)
        met_.offer(object.type, object.address);
    const bool array = object.kind.role == Kind::Role::array,
               table = object.kind.role == Kind::Role::collection;
    if ((!array && !table) || owners_.size() >= kMostCollections) return;
    if (array && (!is_smi(word(kLength)) || smi_of(word(kLength)) < kLeastLength)) return;
    const std::uint64_t storage = word(array ? kElements : kTable);
    if (is_object(storage)) owners_.emplace(storage, object.address);
}

bool HeldObjects::seek(std::span<const runtime::Sought> sought) {
    table_ = {};
    collections_ = {};
    kept_.clear();
    asked_.clear();
    for (const runtime::Sought& one : sought) {
        const auto number = static_cast<std::uint32_t>(asked_.size());
        const auto objects = met_.of(one.type);
        asked_.push_back({one.type, objects.size(), {}});
        for (const std::uint64_t object : objects) table_.add(object, number);
    }
    for (const auto& [storage, owner] : owners_) collections_.add(owner, 0);
    return table_.size() >= runtime::HolderVotes::kLeastObjects;
}

void HeldObjects::vote(std::uint64_t holder, std::span<const std::uint64_t> words, double stands_for) {
    for (const std::uint64_t word : words) {
        if (!is_object(word)) continue;
        if (const auto asked = table_.find(word)) asked_[*asked].votes.add(holder, word, stands_for);
    }
}

void HeldObjects::look(const PlacedObject& object, double stands_for) {
    const auto own = object.words.subspan(std::min<std::size_t>(1, object.words.size()));
    const bool context = object.kind.role == Kind::Role::context;
    const bool of_many = object.kind.storage && !context;
    vote(of_many ? object.address : kOfType | object.type, own, stands_for);
    if (!context) return;
    for (std::size_t i = kFirstVariable; i < object.words.size(); ++i) {
        const std::uint64_t word = object.words[i];
        if (is_object(word) && collections_.find(word)) kept_.try_emplace(word, Kept{object.address, i});
    }
}

void HeldObjects::look_inside(std::uint64_t large, std::span<const std::uint64_t> words, double stands_for) {
    vote(large == 0 ? kUnknown : large, words, stands_for);
}

// The name of the variable in that slot, as the scope of the context has it; hostile.
std::string HeldObjects::variable(const Kept& kept) {
    constexpr std::int32_t kScopeSlots = 8;  // where slot 0 of a ScopeInfo lies
    const Layout& layout = objects_.layout();
    const std::uint64_t scope = objects_.word(kept.context, heap_.context_scope);
    if (objects_.type_of(scope) != layout.scope_info) return {};
    const std::uint64_t locals = objects_.word(scope, kScopeSlots + 8 * layout.scope_locals);
    const auto index = static_cast<std::int32_t>(kept.slot - kFirstVariable);
    if (!is_smi(locals) || smi_of(locals) >= kManyLocals || index >= smi_of(locals)) return {};
    const auto name = objects_.text(objects_.word(scope, kScopeSlots + 8 * (layout.scope_first + index)), 80);
    if (!name || name->empty()) return {};
    const std::string function = functions_.name_of_scope(scope);
    return function.empty() ? *name : fmt::format("{} of {}", *name, function);
}

std::string HeldObjects::name_of(std::uint64_t holder) {
    if ((holder & kOfType) != 0) {
        const runtime::TypeName name = kinds_.name_of(static_cast<TypeId>(holder & 0xffffffff));
        if (name.name.empty() || name.kind != runtime::TypeKind::type) return name.name;
        return fmt::format("objects of {}", name.name);
    }
    const auto owner = owners_.find(holder);
    if (owner == owners_.end()) return {};
    const std::int32_t type = objects_.type_of(owner->second);
    const char* what = type == heap_.js_map ? "the Map" : type == heap_.js_set ? "the Set" : "the array";
    const auto kept = kept_.find(owner->second);
    const std::string name = kept == kept_.end() ? std::string() : variable(kept->second);
    return name.empty() ? std::string() : fmt::format("{} {}", what, name);
}

std::optional<Held> HeldObjects::held_by(TypeId type) {
    const auto asked =
        std::find_if(asked_.begin(), asked_.end(), [&](const Asked& one) { return one.type == type; });
    if (asked == asked_.end()) return std::nullopt;
    const auto winner = asked->votes.winner(asked->objects);
    if (!winner || winner->holder == kUnknown) return std::nullopt;
    std::string name = name_of(winner->holder);
    if (name.empty()) return std::nullopt;
    return Held{std::move(name), winner->pointers, winner->share};
}

}  // namespace rampwatch::v8
