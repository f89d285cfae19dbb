// SPDX-License-Identifier: MIT
#include "core/v8/functions.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "core/runtime/record.h"

namespace rampwatch::v8 {
namespace {

constexpr std::int32_t kScopeSlots = 8;   // where slot 0 of a ScopeInfo lies, behind its map
constexpr std::int32_t kManyLocals = 75;  // from which on their names stand in a table of its own
constexpr std::size_t kBehindLocals = 8;  // slots in which a function's name stands
constexpr std::int32_t kSharedPlaces[] = {8, 16, 24};  // of a SharedFunctionInfo: what it is run by

}  // namespace

void Functions::begin() {
    scripts_.begin();
    functions_.clear();
    places_.clear();
}

// The name stands behind those of the variables that closures share, and the positions at the begin, or,
// before V8 12.8, behind the name: two Smis that rise.
void Functions::read_scope(std::uint64_t scope, Function& function) {
    const Layout& layout = objects_.layout();
    const auto slot = [&](std::int32_t index) { return objects_.word(scope, kScopeSlots + 8 * index); };
    const std::uint64_t locals = slot(layout.scope_locals);
    if (!is_smi(locals) || smi_of(locals) < 0 || smi_of(locals) > 1 << 16) return;
    const std::int32_t count = smi_of(locals), in_table = count >= kManyLocals ? 1 : count;
    const std::int32_t behind = layout.scope_first + in_table + count;
    std::array<std::uint64_t, kBehindLocals> words{};
    if (!objects_.memory().read(scope - 1 + static_cast<std::uint64_t>(kScopeSlots + 8 * behind),
                                std::as_writable_bytes(std::span(words)))) {
        for (std::size_t i = 0; i < words.size(); ++i) words[i] = slot(behind + static_cast<std::int32_t>(i));
    }
    // A name that is empty is followed by the one that was inferred, as of `const f = async () => ...`.
    for (const std::uint64_t word : words) {
        if (!is_object(word)) continue;
        if (objects_.type_by_map(word) != kNoType) break;        // a map: the next object begins there
        if (objects_.type_of(word) == layout.scope_info) break;  // the scope around it; no name is behind
        if (!function.name.empty()) continue;
        if (auto text = objects_.text(word, 256)) function.name = std::move(*text);
    }
    if (layout.scope_has_positions) {
        const std::uint64_t start = slot(layout.scope_first - 2);
        if (is_smi(start) && smi_of(start) >= 0) function.start = static_cast<std::uint32_t>(smi_of(start));
        return;
    }
    const auto rises = [&](std::size_t i) {
        return i > 0 && i < words.size() && is_smi(words[i - 1]) && is_smi(words[i]) &&
               smi_of(words[i - 1]) >= 0 && smi_of(words[i]) > smi_of(words[i - 1]);
    };
    // Before them, where a function knows itself by its name, stands where that is kept.
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (!rises(i) || rises(i + 1)) continue;
        function.start = static_cast<std::uint32_t>(smi_of(words[i - 1]));
        return;
    }
}

// It was never called, or not for long.
void Functions::read_lazy(std::uint64_t shared, Function& function) {
    const Layout& layout = objects_.layout();
    for (const std::int32_t place : kSharedPlaces) {
        const std::uint64_t data = objects_.word(shared, place);
        const std::int32_t type = objects_.type_of(data);
        if (type < layout.first_lazy || type > layout.last_lazy) continue;
        const auto start =
            objects_.memory().get<std::int32_t>(data - 1 + static_cast<std::uint64_t>(layout.lazy_start));
        if (start && *start >= 0) function.start = static_cast<std::uint32_t>(*start);
        if (!function.name.empty()) return;
        if (auto text = objects_.text(objects_.word(data, layout.lazy_name), 256))
            function.name = std::move(*text);
        return;
    }
}

// It is run by its bytecode, or by code that leads to that.
std::uint64_t Functions::bytecode_of(std::uint64_t shared) {
    const Layout& layout = objects_.layout();
    const auto is_bytecode = [&](std::uint64_t object) {
        return objects_.type_of(object) == layout.bytecode_array;
    };
    for (const std::int32_t place : kSharedPlaces) {
        std::uint64_t data = objects_.word(shared, place);
        std::int32_t type = objects_.type_of(data);
        if (type == layout.code && layout.code_holder != 0) {
            data = objects_.word(data, layout.code_holder);
            type = objects_.type_of(data);
        }
        if (type == layout.bytecode_array) return data;
        if (type != layout.interpreter_data) continue;
        for (const std::int32_t field : {8, 16, 24}) {
            const std::uint64_t bytecode = objects_.word(data, field);
            if (is_bytecode(bytecode)) return bytecode;
        }
    }
    return 0;
}

void Functions::read_positions(std::uint64_t shared, Function& function) {
    const Layout& layout = objects_.layout();
    const std::uint64_t bytecode = bytecode_of(shared);
    function.bytecode = bytecode;
    if (bytecode == 0) return;
    auto table = objects_.bytes(objects_.word(bytecode, layout.bytecode_positions));
    const std::int64_t length = smi_of(objects_.word(bytecode, layout.array_length));
    const bool usual = layout.unsigned_offsets;
    for (const bool flagged : {usual, !usual}) {
        function.how = flagged ? Offsets::flagged : Offsets::zigzag;
        if (!fits(table, function.how, length)) continue;
        function.positions = std::move(table);
        return;
    }
}

std::unique_ptr<Functions::Function> Functions::read(std::uint64_t shared) {
    const Layout& layout = objects_.layout();
    if (objects_.type_of(shared) != layout.shared_function) return nullptr;
    auto function = std::make_unique<Function>();
    const std::uint64_t name = objects_.word(shared, layout.shared_name);
    if (objects_.type_of(name) == layout.scope_info)
        read_scope(name, *function);
    else if (auto text = objects_.text(name, 256))
        function->name = std::move(*text);
    read_lazy(shared, *function);
    if (function->name.empty()) function->name = kAnonymous;
    function->script = objects_.word(shared, layout.shared_script);
    read_positions(shared, *function);
    return function;
}

const Functions::Function* Functions::function(std::uint64_t shared) {
    const auto known = functions_.find(shared);
    if (known != functions_.end()) return known->second.get();
    if (functions_.size() >= kMostFunctions) return nullptr;
    return functions_.emplace(shared, read(shared)).first->second.get();
}

std::optional<runtime::FrameId> Functions::at_bytecode(std::uint64_t shared, std::int64_t offset,
                                                       const std::string& owner) {
    const auto known = places_.find({shared, offset, owner});
    if (known != places_.end()) return known->second;
    std::optional<runtime::FrameId> number;
    if (const Function* function = this->function(shared)) {
        const std::int64_t index = offset - (objects_.layout().bytecode_data - 1);
        const auto position = position_at(function->positions, function->how, index);
        const auto place = scripts_.place(function->script, position ? position->offset : function->start);
        const bool owned = !owner.empty() && function->name != kAnonymous && function->name != owner;
        const std::string name = owned ? owner + "." + function->name : function->name;
        number = frames_.number_of({name, place.file, place.line});
    }
    if (places_.size() < 2 * runtime::FrameNames::kMost)
        places_.emplace(Place{shared, offset, owner}, number);
    return number;
}

std::optional<runtime::FrameId> Functions::at_start(std::uint64_t shared) {
    const Function* function = this->function(shared);
    if (function == nullptr) return std::nullopt;
    const auto place = scripts_.place(function->script, function->start);
    return frames_.number_of({function->name, place.file, place.line});
}

std::optional<runtime::FrameId> Functions::somewhere_in(std::uint64_t shared) {
    const Function* function = this->function(shared);
    if (function == nullptr) return std::nullopt;
    const auto place = scripts_.place(function->script, function->start);
    return frames_.number_of({function->name + kSomewhere, place.file, place.line});
}

std::optional<runtime::FrameId> Functions::at_position(std::uint64_t shared, std::uint32_t offset) {
    const Function* function = this->function(shared);
    if (function == nullptr) return std::nullopt;
    const auto place = scripts_.place(function->script, offset);
    return frames_.number_of({function->name, place.file, place.line});
}

bool Functions::has_source(std::uint64_t shared) {
    const Function* function = this->function(shared);
    return function != nullptr && objects_.type_of(function->script) == objects_.layout().script;
}

bool Functions::is_run_by(std::uint64_t shared, std::uint64_t bytecode) {
    const Function* function = this->function(shared);
    return function != nullptr && function->bytecode != 0 && function->bytecode == bytecode;
}

std::string Functions::name_at(std::uint64_t shared) {
    const Function* function = this->function(shared);
    return function == nullptr || function->name == kAnonymous ? std::string() : function->name;
}

std::string Functions::name_of_scope(std::uint64_t scope) {
    Function function;
    if (objects_.type_of(scope) == objects_.layout().scope_info) read_scope(scope, function);
    return function.name;
}

Frame Functions::name_of(runtime::FrameId frame) const {
    Frame named = frames_.name_of(frame);
    if (named.file &&
        (named.file->starts_with("node:") || named.file->find("/node_modules/") != std::string::npos))
        named.library = true;
    return named;
}

}  // namespace rampwatch::v8
