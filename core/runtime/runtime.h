// SPDX-License-Identifier: MIT
// The seam for runtimes: a room for each (C++ on glibc, Go, CPython, HotSpot, V8) knows one runtime, and what
// drives them knows none. A runtime says where threads are in its language, which tasks there are, and of
// what types the bytes of its heap are.
//
// All of it runs in the worker. Whatever is read of a target is hostile: every length, count and loop is
// bounded. Partial answers are normal, and say what is left out. A room of a runtime may include base, model,
// probe and this one; never another runtime, core/heap or the worker.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/model/sample.h"
#include "core/model/stack.h"
#include "core/probe/arch.h"
#include "core/probe/maps.h"
#include "core/probe/memory_reader.h"
#include "core/probe/namespace_tids.h"
#include "core/probe/pagemap.h"

namespace rampwatch::runtime {

// What one order may still cost; handed down, so that all parts of it share it.
struct Budget {
    std::uint64_t bytes = 0;           // of the target's memory, still to be read
    std::chrono::nanoseconds cpu{};    // CLOCK_PROCESS_CPUTIME_ID at which it ends
    std::chrono::nanoseconds until{};  // CLOCK_BOOTTIME at which it ends

    // Takes `size` bytes off; false, and nothing taken, when there are not so many left.
    bool spend(std::uint64_t size);
    // The bytes are spent, or one of the times is over. Two system calls: ask once for some hundred steps.
    [[nodiscard]] bool over() const;
};
// From now on, so much of each.
Budget budget_of(std::uint64_t bytes, std::chrono::nanoseconds cpu, std::chrono::nanoseconds wall);

// One process as it is read; all it refers to must outlive it.
struct Target {
    const probe::MemoryReader& memory;  // live, an image, or one that records
    const probe::Maps& maps;
    const probe::Pagemap* pages = nullptr;  // null: it cannot be read, and then no heap is scanned
    const probe::NamespaceTids& tids;
    probe::Arch arch = probe::Arch::x86_64;
    // The file behind a mapping, as probe::open_module() has it; of an image, files that lie beside it.
    std::function<Result<probe::ModuleFile>(const probe::Mapping&)> open_module{};
};

// --- threads -----------------------------------------------------------------------------------------------

// A thread that is stopped in the kernel, or held, and its stack as it was copied.
struct ThreadCopy {
    struct Part {
        std::uint64_t address = 0;
        std::span<const std::byte> bytes{};
    };
    pid_t tid = 0;        // ours; Target::tids has the other
    bool leader = false;  // the process's first thread
    std::uint64_t pc = 0, sp = 0;
    std::uint64_t frame_pointer = 0;  // 0: not known
    std::span<const Part> stack{};    // ascending; the first begins at, or shortly below, sp
};

// Of a table that the runtime keeps as long as it is attached: equal ids are equal functions and lines.
using FrameId = std::uint32_t;

enum class End : std::uint8_t {
    root,        // the thread's or task's first frame was reached
    idle,        // the thread runs nothing of this runtime
    running,     // it runs just now: no frames, or the innermost alone
    moved,       // what was read does not fit together: it ran meanwhile
    incomplete,  // a bound or an unreadable word: what follows is not known
};

struct PlacedFrame {
    FrameId frame = 0;
    std::uint64_t sp = 0;  // between the native frames, by stack address; 0: the frame is on the heap
    bool entered = false;  // called by native code: the native frames of the interpreter end here
};

struct Walked {
    std::vector<PlacedFrame> frames{};  // innermost first
    End end = End::idle;
    // Better than the kernel's; empty: not known. Also where there are no frames.
    std::string name{};       // that the program gave the thread; hostile
    std::string waits_for{};  // one word
};

// Frames of a runtime may lie on its heap, outside the copied stacks, and change as it runs. A thread is
// proved not to have run by two looks at it: copy() is called between those, walk() after the second, from
// copies.
class Threads {
  public:
    virtual ~Threads() = default;
    // What a native frame is to this runtime: a turn of its loop, which stands for the calls of the language
    // up to one that is `entered`; code of the language itself, from which on nothing native is believed;
    // machinery, which says nothing beside those; or none of these.
    enum class Role : std::uint8_t { loop, code, machinery, other };
    [[nodiscard]] virtual Role role(const Frame& /*native*/) const { return Role::other; }
    // Whether native frames must be known to place the language's among them; else no thread that was walked
    // to its root is held for their sake.
    [[nodiscard]] virtual bool needs_native() const { return true; }
    // What is shown for code of the language that was not walked, and for a thread that runs none, in whose
    // native frames is nothing but machinery and libraries. Empty: its native frames.
    [[nodiscard]] virtual std::optional<Frame> unread_code() const { return std::nullopt; }
    [[nodiscard]] virtual std::optional<Frame> own_thread() const { return std::nullopt; }
    // What is shown for a thread that runs none, by one of its native frames: an event loop that waits.
    // Empty: that frame says nothing.
    [[nodiscard]] virtual std::optional<Frame> idle_in(const Frame& /*native*/) const { return std::nullopt; }
    // All that may change and that walk() will need.
    virtual void copy(const ThreadCopy& thread, Budget& budget) = 0;
    // Of a thread that was copied, and proved still; reads nothing of the target that can change.
    virtual Walked walk(const ThreadCopy& thread) = 0;
    // The copies are of no use any more.
    virtual void forget() = 0;
    // Where only the thread that holds one lock runs code of the language: who holds it just now, by the
    // target's own TID; 0: nobody. Empty: there is no such lock, or it is not known where it lies.
    [[nodiscard]] virtual std::optional<pid_t> lock_holder() { return std::nullopt; }
};

// --- tasks and types ---------------------------------------------------------------------------------------

// generator: an asynchronous one; promise: an async function that awaits one.
enum class TaskKind : std::uint8_t {
    goroutine,
    coroutine,
    generator,
    plain_generator,
    virtual_thread,
    promise,
    fiber
};

// Something that waits, or can run, without a thread of its own. Handed on one by one: a million of them
// never exist at once.
struct Task {
    TaskKind kind = TaskKind::coroutine;
    std::uint64_t id = 0;  // the same while it lives, never an address that may move; 0: there is none
    std::uint64_t awaited_by = 0;       // id of the task that waits for it; 0: none, or not known
    std::string_view waits_for{};       // one word, as Group::state has it; empty: not known
    std::string_view name{};            // that the program gave it; hostile
    std::uint64_t bytes = 0;            // that it holds by itself
    bool maybe_dead = false;            // on a heap where dead objects cannot be told from live ones
    bool torn = false;                  // it changed while it was read: counted, not shown
    std::span<const FrameId> frames{};  // innermost first; valid while add() runs, as are the texts
};

// Of a table that the runtime keeps as long as it is attached.
using TypeId = std::uint32_t;

// So many objects of a type, in the block or the heap that is read just now.
struct TypeRow {
    TypeId type = 0;
    std::int64_t count = 0;
    std::int64_t bytes = 0;  // that the allocator holds for them
};

// What a type is, for who shows it.
enum class TypeKind : std::uint8_t {
    type,    // a class or type of the language, by its name
    array,   // of one, or of plain values
    text,    // strings, whatever they say
    chunk,   // of which only the size is known
    buffer,  // too large for a size to say anything
    free,    // held by the allocator, and used by nobody
};

struct TypeName {
    TypeKind kind = TypeKind::type;
    std::string name{};  // the same in every reading and every life, so never an address; hostile
};

class Sink {
  public:
    virtual ~Sink() = default;
    virtual void add(const Task& task) = 0;
    virtual void add(const TypeRow& row) = 0;
};

// --- a heap, a block at a time -----------------------------------------------------------------------------

inline constexpr std::size_t kLookAhead = 64;  // bytes behind a block that are read with it

// Some pages that follow each other. What does not exist in the target, or could not be read, is zero here.
struct Block {
    std::uint64_t address = 0;                // a multiple of its size
    std::span<const std::byte> bytes{};       // whole, and 8-aligned
    std::span<const std::byte> ahead{};       // kLookAhead bytes that follow them
    const probe::Mapping* mapping = nullptr;  // that holds its first existing page; never null
};

// Pointers of objects of one type that lead to those of another.
struct Edge {
    TypeId to = 0;
    std::int64_t offset = 0;  // of the pointer in the object
    double share = 0;         // of the objects that were looked at, 0 to 1
    double bytes = 0;         // of what it leads to, on average
};

// What is searched for: objects of a type, and the chunks of which each leads to one of them.
struct Sought {
    TypeId type = 0;
    std::vector<TypeId> nodes{};
};

// What keeps objects of a type, where that is sure.
struct Held {
    std::string by{};           // "static variable shop::sessions"; hostile
    std::int64_t pointers = 0;  // of it to different objects that are sought
    double share = 0;           // of all pointers to these, 0 to 1
};

// Who holds the objects of a few types: words of the blocks that were read, looked through once more, and
// what the runtime finds by itself beside them (static variables, modules). runtime/holder_votes.h has what
// must hold before a holder is named. Driven by core/heap, with a budget of its own.
class Holders {
  public:
    virtual ~Holders() = default;
    // Of the objects that were met since mark(). False: too few to say anything.
    virtual bool seek(std::span<const Sought> sought, Budget& budget) = 0;
    // A block that was read before, as it is now. It was chosen among so many of the heap: a pointer in it
    // is one of `stands_for`, unless it leads to an object of the same block (weight_of() in holder_votes.h).
    virtual void search(const Block& block, double stands_for) = 0;
    // After all blocks. Empty: it is not sure.
    virtual std::optional<Held> held_by(TypeId type, Budget& budget) = 0;
};

// Driven by core/heap, which owns pages, sampling, pacing and the window of memory that is copied at a time.
class Blocks {
  public:
    virtual ~Blocks() = default;
    // Asked of each mapping that is writable and private, or backed by a memfd.
    [[nodiscard]] virtual bool wants(const probe::Mapping& mapping) const = 0;
    // log2 of the pages in a block: 2 to 6.
    [[nodiscard]] virtual unsigned block_shift() const = 0;
    // Types and tasks in one pass. An object belongs to the block in which it begins; one that is larger than
    // a block counts by the bytes that lie in this one, its count where it begins; where its inside cannot be
    // told from that of others, by all its bytes where it begins.
    virtual void read(const Block& block, Sink& sink) = 0;
    // All blocks of a window were read: what a collector may move is looked up now, before the next window.
    virtual void end_window(Sink& sink, Budget& budget) = 0;
    // For moved_since(): before the first block.
    [[nodiscard]] virtual std::uint64_t mark() = 0;
    // A collector ran since: the reading is repeated once.
    [[nodiscard]] virtual bool moved_since(std::uint64_t mark) = 0;
    // After all windows: what most objects of a type point to, from some of those that were read. Only what
    // is pointed to once, so that it can be said to belong to them.
    virtual std::vector<Edge> edges(TypeId, Budget&) { return {}; }
    // What most of them have in common that is no type: "tls_ops at +8"; hostile; empty: nothing.
    virtual std::string hint(TypeId) { return {}; }
    // Null: it cannot tell who holds what.
    virtual Holders* holders() { return nullptr; }
    // Why what was read is not to be believed, in words, such as a self-check that failed; empty: nothing.
    [[nodiscard]] virtual std::string doubt() const = 0;
    // What was left out, in whole sentences.
    [[nodiscard]] virtual std::vector<std::string> notes() const { return {}; }
    // Some of what is told may be garbage that was not collected yet.
    [[nodiscard]] virtual bool maybe_dead() const { return false; }
};

// --- a heap that keeps its own books -----------------------------------------------------------------------

struct Remainder {
    std::uint64_t left_out = 0;  // things that were not read; 0: all were
    std::string why{};           // in words, where some were left out
};

// Go: allgs, mspans, mbuckets. No sampling.
class Exact {
  public:
    virtual ~Exact() = default;
    virtual Result<Remainder> tasks(Sink& sink, Budget& budget) = 0;
    virtual Result<Remainder> types(Sink& sink, Budget& budget) = 0;
};

// --- one runtime of one process ----------------------------------------------------------------------------

// Words of a heap that the watcher reads at its ticks by itself: numbers of bytes, and counters of
// collections. All are addresses of words of 8 bytes in the target; 0: there is none.
struct CollectedWord {
    Series left = Series::memory;  // what a collection left of the old objects
    Series used = Series::memory;  // what they take, at each tick
    Series room = Series::memory;  // what new ones may take, once they were collected
    std::uint64_t used_at = 0, room_at = 0;
    std::uint64_t whole = 0;  // collections after each of which what is used is what was alive
    std::uint64_t marks = 0;  // what they find dead goes in some of the collections that follow,
    std::uint64_t parts = 0;  // which these count: all those of new objects

    friend bool operator==(const CollectedWord&, const CollectedWord&) = default;
};

// Attached once, and kept from order to order.
class Runtime {
  public:
    virtual ~Runtime() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;  // "CPython"; ours, in English
    [[nodiscard]] virtual std::string version() const = 0;    // "3.11.2"; hostile; empty: not known
    // Called before each order with the target as it is now, which stays valid until the next call. False
    // after an exec or an unload: attach anew.
    [[nodiscard]] virtual bool refresh(const Target& target) = 0;

    // Null: it has none of these.
    virtual Threads* threads() { return nullptr; }
    virtual Blocks* blocks() { return nullptr; }
    // Why blocks() is null though there is a heap of its own, in words; empty: there is none.
    [[nodiscard]] virtual std::string without_blocks() const { return {}; }
    virtual Exact* exact() { return nullptr; }
    [[nodiscard]] virtual std::vector<CollectedWord> words() { return {}; }
    // What it says of a heap of its own.
    virtual std::optional<RuntimeHeap> heap() { return std::nullopt; }

    virtual Frame name_of(FrameId frame) = 0;
    virtual TypeName name_of_type(TypeId type) = 0;
};

// What is known of a runtime before one is attached.
struct Entry {
    std::string_view name{};
    // By mappings and ELF files only; cheap, and asked again only when the executable mappings have changed.
    bool (*recognise)(const Target& target) = nullptr;
    // Errors: not_found (it is not there after all), unavailable (a version that is not known, with its
    // number, or a self-check that failed, by its name), no_permission. Several may match one process.
    Result<std::unique_ptr<Runtime>> (*attach)(const Target& target, Budget& budget) = nullptr;
    // What it is attached for: dumps (it has threads or tasks), readings of the heap (it has blocks).
    bool in_dumps = false, in_heaps = false;
};

}  // namespace rampwatch::runtime
