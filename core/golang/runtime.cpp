// SPDX-License-Identifier: MIT
#include "core/golang/runtime.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/golang/find.h"
#include "core/probe/maps.h"

namespace rampwatch::golang {

namespace {

constexpr std::size_t kMostLibraries = 256;
constexpr std::size_t kCheckedRecords = 64;
constexpr std::size_t kMostModules = 16;
constexpr std::int64_t kMostHeap = std::int64_t{1} << 47;

Error refused(std::string what, std::string hint = {}) {
    return {Error::Kind::bad_input, std::move(what), "Go runtime", std::move(hint)};
}

// The first mapping of each file that has code and is not in `seen`, which it is then.
std::vector<const probe::Mapping*> new_files(const probe::Maps& maps, std::set<std::uint64_t>& seen) {
    std::vector<const probe::Mapping*> found;
    const probe::Mapping* first = nullptr;
    for (const probe::Mapping& mapping : maps.mappings) {
        if (seen.size() >= kMostLibraries) break;
        if (mapping.inode == 0) continue;
        if (first == nullptr || first->inode != mapping.inode || first->path != mapping.path)
            first = &mapping;
        if (mapping.executable && seen.insert(mapping.inode).second) found.push_back(first);
    }
    return found;
}

}  // namespace

Result<Runtime> Runtime::attach(pid_t pid) {
    const auto tid = probe::live_thread(pid);
    if (!tid) return tid.error();
    Runtime runtime(*tid);
    if (const auto done = runtime.open_new(); !done) return done.error();
    const auto info = read_build_info(runtime.modules_.front().elf());
    if (info) runtime.module_path_ = info->module;
    if (const auto done = runtime.find_version(info); !done) return done.error();
    if (const auto done = runtime.find_allgs(); !done) return done.error();
    if (const auto done = runtime.check_layout(); !done) return done.error();
    runtime.find_wait_reasons();
    if (runtime.layout_.guessed && runtime.wait_reasons_.empty()) {
        return refused("wait reasons not found in a version newer than any that is known");
    }
    runtime.find_heap();
    return runtime;
}

Result<void> Runtime::open_new() {
    const auto maps = probe::read_maps(memory_.tid());
    if (!maps) return maps.error();
    const auto executable = probe::open_executable(memory_.tid());
    if (!executable) return executable.error();
    std::optional<Error> problem;
    for (const probe::Mapping* mapping : new_files(*maps, looked_at_)) {
        const auto file = probe::open_module(memory_.tid(), *mapping);
        if (!file) continue;
        const bool main = file->inode == executable->inode && file->device == executable->device;
        auto module = Module::open(memory_, *file, *mapping, main);
        if (module && modules_.size() < kMostModules) {
            modules_.push_back(std::move(*module));
            if (main) std::swap(modules_.front(), modules_.back());
        }
        if (!module && (main || !problem)) problem = module.error();
    }
    if (modules_.empty() && problem) return *problem;
    // UPX unpacks a program into memory of no file.
    if (modules_.empty())
        return refused("packed: nothing of its executable is mapped", "if UPX did it: upx -d");
    return {};
}

bool Runtime::find_new_modules() {
    const std::size_t before = modules_.size();
    return open_new() && modules_.size() > before;
}

Result<void> Runtime::find_version(const std::optional<BuildInfo>& info) {
    if (info) version_text_ = info->version;
    if (version_text_.empty()) version_text_ = build_version(memory_, modules_.front());
    if (version_text_.empty()) return refused("its version was not found");
    auto version = parse_version(version_text_);
    if (!version && version_text_.starts_with("devel")) version = Version{1, kNewestKnownMinor, 0, true};
    if (!version) return refused(fmt::format("not a version: {}", escape(version_text_, 64)));
    version_ = *version;
    const auto layout = layout_of(version_);
    if (!layout) return refused(fmt::format("{} is too old to be read", escape(version_text_, 64)));
    layout_ = *layout;
    return {};
}

Result<void> Runtime::find_allgs() {
    const Module& module = modules_.front();
    auto found = allgs_by_code(module);
    const auto in_code = found ? found->status_offset : std::nullopt;
    if (in_code && *in_code != layout_.g.status) return refused("g.atomicstatus is elsewhere in its code");
    if (!found || !believable_allgs(memory_, found->address, layout_.g)) {
        found = allgs_by_looks(memory_, module, layout_.g);
    }
    if (!found) return refused("runtime.allgs was not found");
    allgs_ = found->address;
    counters_.allgs_length = allgs_ + 8;
    return {};
}

Result<void> Runtime::check_layout() const {
    const auto list = records();
    if (!list) return list.error();
    std::size_t live = 0, starts = 0;
    for (const std::uint64_t address : *list) {
        if (live >= kCheckedRecords) break;
        std::array<std::byte, 384> bytes{};
        if (!memory_.read(address, bytes)) continue;
        const probe::Bytes record{std::span<const std::byte>(bytes)};
        const auto status = Status(record.number_unchecked<std::uint32_t>(layout_.g.status) & 0xffU);
        if (status == Status::idle || status == Status::dead || status == Status::dead_extra) continue;
        ++live;
        const auto startpc = record.number_unchecked<std::uint64_t>(layout_.g.startpc);
        const Module* module = module_at(startpc);
        const auto function = module == nullptr ? std::nullopt : module->function_at(startpc);
        if (function && module->entry(*function) == startpc) ++starts;
    }
    if (live == 0) return refused("no live goroutine");
    if (starts * 10 < live * 9) return refused("g.startpc is no function's start");
    return {};
}

void Runtime::find_wait_reasons() { wait_reasons_ = wait_reasons(memory_, modules_.front()); }

void Runtime::find_heap() {
    if (!layout_.heap) return;
    heap_ = gc_controller(memory_, modules_.front()).value_or(0);
    if (heap_ != 0) counters_.heap_marked = heap_ + layout_.heap->marked;
}

const Module* Runtime::module_at(std::uint64_t pc) const {
    for (const Module& module : modules_) {
        if (module.holds(pc)) return &module;
    }
    return nullptr;
}

std::string_view Runtime::wait_reason(std::uint8_t number) const {
    return number < wait_reasons_.size() ? std::string_view(wait_reasons_[number]) : std::string_view();
}

Result<std::vector<std::uint64_t>> Runtime::records() const {
    for (int tries = 0; tries < 4; ++tries) {  // the list moves when it grows: then it is taken again
        const auto before = memory().get<std::array<std::uint64_t, 2>>(allgs_);
        if (!before) return before.error();
        const auto [pointer, length] = *before;
        if (length == 0 || length > kMostRecords) return refused("an impossible number of goroutines");
        std::vector<std::uint64_t> list(length);
        const auto done = memory().read(pointer, std::as_writable_bytes(std::span(list)));
        const auto after = memory().get<std::uint64_t>(allgs_);
        if (!after) return after.error();
        if (done && *after == pointer) return list;
    }
    return refused("its list of goroutines moved during each read");
}

Result<GoHeap> Runtime::heap() const {
    if (heap_ == 0)
        return Error{Error::Kind::unavailable, "heap figures are not known for this version", "", ""};
    std::array<std::byte, 384> bytes{};
    if (const auto done = memory().read(heap_, bytes); !done) return done.error();
    const auto at = [&](std::uint16_t offset) {
        return probe::Bytes(std::span<const std::byte>(bytes)).number_unchecked<std::int64_t>(offset);
    };
    const HeapLayout& layout = *layout_.heap;
    GoHeap heap;
    heap.marked = at(layout.marked);
    heap.live = at(layout.live);
    heap.in_use = at(layout.in_use);
    heap.free = at(layout.free);
    heap.released = at(layout.released);
    heap.mapped_ready = at(layout.mapped_ready);
    for (const std::int64_t figure :
         {heap.marked, heap.live, heap.in_use, heap.free, heap.released, heap.mapped_ready}) {
        if (figure < 0 || figure > kMostHeap) return refused("impossible heap figures");
    }
    const std::int64_t goal = at(layout.last_goal);
    if (goal > 0 && goal <= kMostHeap) heap.next_goal = goal;
    return heap;
}

bool Runtime::is_system(std::uint64_t startpc) const {
    const Module* module = module_at(startpc);
    const auto function = module == nullptr ? std::nullopt : module->function_at(startpc);
    if (!function) return false;
    const std::string_view name = module->table().name(function->name);
    if (!name.starts_with("runtime.")) return false;
    return name != "runtime.main" && name != "runtime.corostart" && name != "runtime.handleAsyncEvent";
}

}  // namespace rampwatch::golang
