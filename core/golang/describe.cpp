// SPDX-License-Identifier: MIT
#include "core/golang/describe.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>

namespace rampwatch::golang {

namespace {

constexpr std::size_t kMostShown = 512;  // frames of one stack

struct Place {
    Pclntab::Call call{};
    const Module* module = nullptr;
    std::uint64_t offset = 0;  // from the function's start
};

// The calls at one pc, innermost first. A return address lies behind its call; `exact`: this is none.
void places_at(const Runtime& runtime, std::uint64_t pc, bool exact, std::vector<Place>& into) {
    const Module* module = runtime.module_at(pc);
    const auto function = module == nullptr ? std::nullopt : module->function_at(pc);
    if (!function) return;
    const std::uint64_t entry = module->entry(*function);
    std::vector<Pclntab::Call> calls;
    module->calls(exact || pc == entry ? pc : pc - 1, calls);
    for (const Pclntab::Call& call : calls) into.push_back({call, module, pc - entry});
}

// "runtime.Gosched" and "runtime.(*Func).Name" are, "runtime.gopark" is not.
bool is_exported_runtime(std::string_view name) {
    const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    name.remove_prefix(std::string_view("runtime.").size());
    if (name.starts_with("(*")) {
        const auto close = name.find(").");
        if (close == std::string_view::npos || name.size() < 3 || !upper(name[2])) return false;
        name.remove_prefix(close + 2);
    }
    return !name.empty() && upper(name.front());
}

// Called by nobody: a signal put it there, so that its "caller" was about to run the instruction at its pc.
// Before 1.21 the runtime printed the one before for all but a fault, and so do we.
bool interrupts(const Runtime& runtime, std::string_view function) {
    if (function == "runtime.sigpanic") return true;
    return runtime.version().minor >= 21 &&
           (function == "runtime.asyncPreempt" || function == "runtime.debugCallV2");
}

// What the runtime's dump shows at its default level (showframe of runtime/traceback.go).
bool is_shown(const Place& place, const Place* callee) {
    const std::string_view name = place.call.function;
    const std::string_view below = callee == nullptr ? std::string_view() : callee->call.function;
    if (place.module->is_wrapper(place.call.id) && callee != nullptr && below != "runtime.gopanic" &&
        below != "runtime.sigpanic" && below != "runtime.panicwrap") {
        return false;
    }
    if (name == "runtime.gopanic" && callee != nullptr) return true;
    if (name.find('.') == std::string_view::npos) return false;
    return !name.starts_with("runtime.") || is_exported_runtime(name);
}

Frame frame_of(const Place& place) {
    Frame frame;
    if (!place.call.function.empty()) frame.function = printed_name(place.call.function);
    if (place.call.function == "runtime.gopanic") frame.function = "panic";
    if (!place.module->path().empty()) frame.module = place.module->path();
    if (!place.call.file.empty()) frame.file = std::string(place.call.file);
    if (place.call.line > 0) frame.line = place.call.line;
    frame.offset = place.offset;
    frame.inlined = place.call.inlined;
    return frame;
}

std::optional<Frame> creator_of(const Runtime& runtime, std::uint64_t gopc) {
    std::vector<Place> places;
    places_at(runtime, gopc, false, places);
    if (places.empty()) return std::nullopt;
    Place place = places.front();  // the go statement's line; the function that holds it in the binary
    place.call.function = places.back().call.function;
    place.call.inlined = false;
    return frame_of(place);
}

bool calls_c(const Runtime& runtime, const GoroutineGroup& alike) {
    for (const std::uint64_t pc : alike.pcs) {
        const Module* module = runtime.module_at(pc);
        const auto function = module == nullptr ? std::nullopt : module->function_at(pc);
        if (function && module->table().name(function->name) == "runtime.cgocall") return true;
    }
    return false;
}

// What makes two groups one: their text, less the offsets.
std::string key_of(const Group& group) {
    std::string key =
        group.state.value_or("") + (group.runtime_own ? "!" : "") + (group.truncated ? "~" : "");
    const auto add = [&](const Frame& frame) {
        key += '\n' + frame.function.value_or("?") + '\t' + frame.file.value_or("") + '\t' +
               std::to_string(frame.line.value_or(0));
    };
    for (const Frame& frame : group.frames) add(frame);
    key += '\n';
    if (group.created_by) add(*group.created_by);
    return key;
}

// Of a label; empty for what does not look like one.
std::optional<std::string> text_at(const Runtime& runtime, std::uint64_t address, std::uint64_t size) {
    constexpr std::uint64_t kMostLabel = 256, kMostBelieved = 1 << 16;
    if (size > kMostBelieved) return std::nullopt;
    std::string text(std::min(size, kMostLabel), '\0');
    if (!runtime.memory().read(address, std::as_writable_bytes(std::span(text)))) return std::nullopt;
    const bool has_controls = std::any_of(text.begin(), text.end(), [](char c) { return c >= 0 && c < ' '; });
    return has_controls ? std::nullopt : std::optional(text);
}

// A set of pprof labels: a slice of {key, value}, each a pointer and a length. It may have changed since.
std::vector<std::string> label_set(const Runtime& runtime, std::uint64_t address) {
    constexpr std::uint64_t kMostLabels = 16;
    std::vector<std::string> labels;
    const auto slice = runtime.memory().get<std::array<std::uint64_t, 3>>(address);
    if (!slice || (*slice)[1] > (*slice)[2]) return labels;
    for (std::uint64_t i = 0; i < std::min((*slice)[1], kMostLabels); ++i) {
        const auto label = runtime.memory().get<std::array<std::uint64_t, 4>>((*slice)[0] + 32 * i);
        if (!label) break;
        const auto key = text_at(runtime, (*label)[0], (*label)[1]);
        const auto value = text_at(runtime, (*label)[2], (*label)[3]);
        if (!key || key->empty() || !value) return {};
        labels.push_back(*key + "=" + *value);
    }
    std::sort(labels.begin(), labels.end());
    return labels;
}

void keep_common(std::vector<std::string>& into, const std::vector<std::string>& other) {
    std::vector<std::string> both;
    std::set_intersection(into.begin(), into.end(), other.begin(), other.end(), std::back_inserter(both));
    into = std::move(both);
}

std::vector<std::string> labels_of(const Runtime& runtime, const GoroutineGroup& alike) {
    if (alike.unlabelled || alike.labels.empty()) return {};
    std::vector<std::string> labels = label_set(runtime, alike.labels.front());
    for (const std::uint64_t set : alike.labels) keep_common(labels, label_set(runtime, set));
    return labels;
}

template <class T, class Better>
void merge_best(std::optional<T>& into, const std::optional<T>& other, Better better) {
    if (other && (!into || better(*other, *into))) into = other;
}

void merge(Group& into, const Group& other) {
    into.count += other.count;
    if (into.leaked || other.leaked) into.leaked = into.leaked.value_or(0) + other.leaked.value_or(0);
    keep_common(into.labels, other.labels);
    into.ids.insert(into.ids.end(), other.ids.begin(), other.ids.end());
    into.stack_bytes = into.stack_bytes.value_or(0) + other.stack_bytes.value_or(0);
    merge_best(into.waited_at_least, other.waited_at_least, std::greater<>());
    merge_best(into.waited_at_most, other.waited_at_most, std::greater<>());
}

Group group_of(const Runtime& runtime, const GoroutineGroup& alike, const Moment& moment) {
    Group group;
    group.kind = StackKind::goroutine;
    group.count = alike.count;
    group.state = state_of(runtime, alike);
    group.ids = alike.ids;
    group.truncated = alike.partial || alike.moving;
    group.runtime_own = alike.system;
    group.frames = frames_of(runtime, alike.pcs);
    if (group.frames.empty()) group.frames = frames_of(runtime, std::array{alike.startpc});
    const bool is_main = !alike.ids.empty() && alike.ids.front() == 1;
    if (!is_main) group.created_by = creator_of(runtime, alike.gopc);
    group.labels = labels_of(runtime, alike);
    if (alike.status == Status::leaked) group.leaked = alike.count;
    if (alike.parent > 0) group.parent = alike.parent;
    group.stack_bytes = alike.stack_bytes;
    if (alike.first_seen < moment.now) group.waited_at_least = moment.now - alike.first_seen;
    if (alike.oldest_wait_ns > 0) {
        const auto waited = moment.target_now - std::chrono::nanoseconds(alike.oldest_wait_ns);
        if (waited.count() >= 0) group.waited_at_most = waited;
    }
    return group;
}

std::vector<Frame> shown_of(const std::vector<Place>& places) {
    std::vector<Frame> shown;
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (is_shown(places[i], i == 0 ? nullptr : &places[i - 1])) shown.push_back(frame_of(places[i]));
    }
    if (!shown.empty()) return shown;
    for (const Place& place : places) shown.push_back(frame_of(place));
    return shown;
}

}  // namespace

std::vector<Frame> frames_of(const Runtime& runtime, std::span<const std::uint64_t> pcs) {
    std::vector<Place> places;
    for (const std::uint64_t pc : pcs) {
        if (places.size() >= kMostShown) break;
        places_at(runtime, pc, !places.empty() && interrupts(runtime, places.back().call.function), places);
    }
    return shown_of(places);
}

std::vector<Frame> frames_of_profile(const Runtime& runtime, std::span<const std::uint64_t> pcs) {
    std::vector<Place> places, here;
    for (const std::uint64_t pc : pcs) {
        if (places.size() >= kMostShown) break;
        here.clear();
        places_at(runtime, pc, false, here);
        if (!here.empty()) places.push_back(here.front());
    }
    return shown_of(places);
}

std::string state_of(const Runtime& runtime, const GoroutineGroup& alike) {
    if (alike.moving) return "in motion";
    switch (alike.status) {
        case Status::runnable:
            return "runnable";
        case Status::running:
            return "running";
        case Status::syscall:
            return calls_c(runtime, alike) ? "C call" : "syscall";
        case Status::copystack:
            return "copystack";
        case Status::preempted:
            return "preempted";
        case Status::waiting:
        case Status::leaked: {
            const std::string_view reason = runtime.wait_reason(alike.wait_reason);
            return reason.empty() ? "waiting" : std::string(reason);
        }
        default:
            return "unknown";
    }
}

std::vector<Group> describe(const Runtime& runtime, const std::vector<GoroutineGroup>& alike,
                            const Moment& moment) {
    std::map<std::string, std::size_t> known;
    std::vector<Group> groups;
    for (const GoroutineGroup& one : alike) {
        if (one.count == 0) continue;
        Group group = group_of(runtime, one, moment);
        const auto [it, is_new] = known.emplace(key_of(group), groups.size());
        if (is_new)
            groups.push_back(std::move(group));
        else
            merge(groups[it->second], group);
    }
    for (Group& group : groups) {
        std::sort(group.ids.begin(), group.ids.end());
        if (group.ids.size() > kMostIds) group.ids.resize(kMostIds);
    }
    std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
        return a.runtime_own != b.runtime_own ? b.runtime_own : a.count > b.count;
    });
    return groups;
}

}  // namespace rampwatch::golang
