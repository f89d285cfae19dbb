// SPDX-License-Identifier: MIT
#include "core/hotspot/virtual_threads.h"

#include <fmt/format.h>

#include <string>

#include "core/base/units.h"
#include "core/hotspot/line_cache.h"
#include "core/hotspot/words.h"
#include "core/runtime/resident.h"

namespace rampwatch::hotspot {
namespace {

constexpr int kMostClasses = 200'000;  // that extend one
constexpr int kMostChunks = 64;        // of one thread

Error of_another_kind() {
    return {
        Error::Kind::unavailable, "virtual threads are not looked for in a heap of this kind", "Java", {}};
}

// Objects whose second word begins with the class of chunks.
class Search {
  public:
    explicit Search(std::uint32_t narrow) : narrow_(narrow) {}

    // The hot loop of a reading. An object whose first word ended the part before counts too.
    void look(std::uint64_t address, std::span<const std::uint64_t> words) {
        const std::uint32_t narrow = narrow_;
        for (std::size_t i = 0; i < words.size(); ++i) {
            if (static_cast<std::uint32_t>(words[i]) == narrow) take(address + 8 * i - 8);
        }
    }

    std::vector<std::uint64_t> found{};
    std::uint64_t left_out = 0;

  private:
    void take(std::uint64_t object) {
        if (found.size() < kMostVirtualThreads)
            found.push_back(object);
        else
            ++left_out;
    }

    std::uint32_t narrow_;
};

}  // namespace

std::optional<std::string_view> parked_state(std::int32_t state) {
    switch (state) {
        case 4:
        case 7:
            return "park";
        case 13:
            return "monitor";
        case 16:
        case 18:
            return "wait";
        case 9:   // UNPARKED
        case 11:  // YIELDED
        case 14:  // UNBLOCKED
            return "carrier";
        default:
            return std::nullopt;
    }
}

ClassTables VirtualThreads::tables() const {
    return {threads_.objects().memory(), layout_, threads_.methods()};
}

// The class of that name that extends `klass` itself; 0: none is loaded.
std::uint64_t VirtualThreads::child_of(std::uint64_t klass, std::string_view name) const {
    const probe::MemoryReader& memory = threads_.objects().memory();
    std::uint64_t at = read_number(memory, klass + layout_.method.klass_child);
    for (int i = 0; i < kMostClasses && is_pointer(at); ++i) {
        if (threads_.methods().class_name(at) == name) return at;
        at = read_number(memory, at + layout_.method.klass_sibling);
    }
    return 0;
}

// Before the first virtual thread they are not loaded.
std::optional<VirtualThreads::Classes> VirtualThreads::find_classes() const {
    const probe::MemoryReader& memory = threads_.objects().memory();
    const std::uint64_t object = read_number(memory, layout_.statics.object_class);
    const std::uint64_t thread = read_number(memory, layout_.statics.thread_class);
    const std::uint64_t chunk = child_of(object, "jdk/internal/vm/StackChunk");
    Classes classes;
    classes.continuation = child_of(object, "jdk/internal/vm/Continuation");
    const std::uint64_t base = child_of(thread, "java/lang/BaseVirtualThread");
    classes.virtual_thread = base == 0 ? 0 : child_of(base, "java/lang/VirtualThread");
    const auto layout = chunk == 0 ? std::nullopt : chunk_layout(tables(), chunk);
    if (!layout || classes.continuation == 0 || classes.virtual_thread == 0) return std::nullopt;
    classes.chunk = *layout;
    classes.target = field_of(tables(), classes.continuation, "target");
    classes.tail = field_of(tables(), classes.continuation, "tail");
    classes.owned = field_of(tables(), classes.virtual_thread, "cont");
    classes.state = field_of(tables(), classes.virtual_thread, "state");
    classes.tid = field_of(tables(), thread, "tid");
    for (const std::uint64_t field :
         {classes.target, classes.tail, classes.owned, classes.state, classes.tid}) {
        if (field == 0) return std::nullopt;
    }
    return classes;
}

// Whose stack it is, and innermost part of: chunk -> continuation -> its task -> the thread that it runs,
// which must lead back. Empty: of no thread that is parked, or not its innermost part.
std::optional<VirtualThreads::Owner> VirtualThreads::owner_of(const Objects& objects, std::uint64_t chunk) {
    const probe::MemoryReader& memory = objects.memory();
    const auto is = [&](std::uint64_t klass) {
        return [&objects, klass](std::uint64_t object) { return objects.is_a(object, klass); };
    };
    const auto same = [](std::uint64_t wanted) {
        return [wanted](std::uint64_t object) { return object == wanted; };
    };
    const std::uint64_t continuation =
        objects.follow(chunk + classes_->chunk.continuation, is(classes_->continuation));
    if (continuation == 0) {
        const auto stack = read_chunk(objects, classes_->chunk, chunk);
        unowned_ = unowned_ || (stack && !stack->empty());
        return std::nullopt;
    }
    if (objects.follow(continuation + classes_->tail, same(chunk)) == 0) return std::nullopt;
    std::uint64_t field = 0;
    const std::uint64_t task = objects.follow(continuation + classes_->target, [&](std::uint64_t object) {
        const std::uint64_t klass = objects.class_of(object);
        const auto [known, fresh] = captured_.try_emplace(klass, 0);
        if (fresh) known->second = field_of(tables(), klass, "val$vthread");
        field = known->second;
        return field != 0;
    });
    const std::uint64_t thread = task == 0 ? 0 : objects.follow(task + field, is(classes_->virtual_thread));
    if (thread == 0 || objects.follow(thread + classes_->owned, same(continuation)) == 0) return std::nullopt;
    const auto state = parked_state(read_number<std::int32_t>(memory, thread + classes_->state));
    if (!state) return std::nullopt;
    return Owner{read_number(memory, thread + classes_->tid), *state};
}

void VirtualThreads::add(const Objects& objects, ChunkFrames& all, std::uint64_t chunk, runtime::Sink& sink) {
    // Of one that was moved the old place leads to the same thread, by the old places of all between.
    auto part = read_chunk(objects, classes_->chunk, chunk);
    const auto owner = part ? owner_of(objects, chunk) : std::nullopt;
    if (!owner || !seen_.insert(owner->tid).second) return;
    runtime::Task task;
    task.kind = runtime::TaskKind::virtual_thread;
    task.id = owner->tid;
    task.waits_for = owner->waits_for;
    std::vector<runtime::FrameId> frames;
    const auto is_chunk = [&](std::uint64_t object) {
        return objects.class_of(object) == classes_->chunk.klass;
    };
    std::uint64_t at = chunk;
    for (int i = 0; i < kMostChunks && at != 0 && !task.torn; ++i) {
        if (i > 0) part = read_chunk(objects, classes_->chunk, at);
        task.torn = !part;
        if (part && !part->empty()) task.torn = !all.add(*part, frames);
        at = objects.follow(at + classes_->chunk.parent, is_chunk);
    }
    task.torn = task.torn || frames.empty();
    task.frames = frames;
    sink.add(task);
}

// How many were left out for want of budget.
std::uint64_t VirtualThreads::add_all(const std::vector<std::uint64_t>& chunks, runtime::Budget& budget,
                                      runtime::Sink& sink) {
    constexpr std::size_t kBetween = 256;  // looks at the budget
    const Objects& live = threads_.objects();
    LineCache cache(live.memory(), live.heap_start(), live.heap_end());
    Objects objects(layout_);
    objects.begin(cache);
    ChunkFrames frames(threads_.cache(), threads_.methods());
    for (std::size_t i = 0; i < chunks.size(); ++i) {
        if (i % kBetween == 0 && budget.over()) return chunks.size() - i;
        cache.forget_heap();
        add(objects, frames, chunks[i], sink);
    }
    return 0;
}

Result<runtime::Remainder> VirtualThreads::read(const runtime::Target& target, runtime::Budget& budget,
                                                runtime::Sink& sink) {
    const Objects& objects = threads_.objects();
    seen_.clear();
    unowned_ = false;
    captured_.clear();
    if (layout_.version < 21) return runtime::Remainder{};
    if (!classes_) classes_ = find_classes();
    if (!classes_) return runtime::Remainder{};  // there never was one
    const std::uint32_t narrow = objects.narrow(classes_->chunk.klass);
    const std::uint64_t start = objects.heap_start(), end = objects.heap_end();
    if (narrow == 0 || start == 0) return of_another_kind();
    const Collections before = objects.collections();
    Search search(narrow);
    const auto looked = runtime::look_at_heap(
        target, budget,
        [&](const probe::Mapping& mapping) {
            return mapping.readable && mapping.writable && mapping.start < end && mapping.end > start;
        },
        [&](std::uint64_t address, std::span<const std::uint64_t> words) { search.look(address, words); });
    if (!looked) return looked.error();
    const std::uint64_t unread = search.left_out + add_all(search.found, budget, sink);
    // References of another kind, as ZGC has them, lead nowhere.
    if (seen_.empty() && unowned_) return of_another_kind();
    runtime::Remainder rest{unread + looked->left_out, runtime::left_out_words(*looked)};
    const auto say = [&](std::string words) { rest.why += (rest.why.empty() ? "" : "; ") + words; };
    if (unread > 0)
        say(fmt::format("{} stacks of virtual threads were not read, to be quick",
                        format_count(static_cast<std::int64_t>(unread))));
    if (objects.collections() != before || before.running)
        say("a collection moved virtual threads meanwhile: some may be missing");
    return rest;
}

}  // namespace rampwatch::hotspot
