// SPDX-License-Identifier: MIT
#include "core/hotspot/runtime.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/hotspot/find.h"
#include "core/hotspot/heap_blocks.h"
#include "core/hotspot/heap_figures.h"
#include "core/hotspot/java_holders.h"
#include "core/hotspot/threads.h"
#include "core/hotspot/virtual_threads.h"

namespace rampwatch::hotspot {
namespace {

class Java : public runtime::Runtime, public runtime::Exact {
  public:
    Java(const runtime::Target& target, Machine machine)
        : machine_(std::move(machine)),
          threads_(machine_.layout, machine_.module),
          virtual_threads_(machine_.layout, threads_),
          blocks_(machine_.layout, machine_.heap),
          holders_(machine_.layout, machine_.heap, blocks_) {
        blocks_.set_holders(&holders_);
        begin(target);
    }

    [[nodiscard]] std::string_view name() const override { return "Java"; }
    [[nodiscard]] std::string version() const override { return version_of(machine_.layout.release); }

    // The same module is mapped in the same place, and what it points to is still a code cache.
    [[nodiscard]] bool refresh(const runtime::Target& target) override {
        const probe::Mapping* module = probe::find(target.maps, machine_.module_start);
        if (module == nullptr || module->start != machine_.module_start || module->path != machine_.module)
            return false;
        return begin(target);
    }

    runtime::Threads* threads() override { return &threads_; }
    runtime::Blocks* blocks() override { return blocks_.ready() ? &blocks_ : nullptr; }
    [[nodiscard]] std::string without_blocks() const override { return blocks_.why_not(); }
    // Before Java 21 nothing waits without a thread.
    runtime::Exact* exact() override { return machine_.layout.version < 21 ? nullptr : this; }

    Result<runtime::Remainder> tasks(runtime::Sink& sink, runtime::Budget& budget) override {
        return virtual_threads_.read(*target_, budget, sink);
    }
    Result<runtime::Remainder> types(runtime::Sink&, runtime::Budget&) override {
        return runtime::Remainder{};
    }

    // Looked for until they are there: a program that begins just now has none yet.
    std::vector<runtime::CollectedWord> words() override {
        if (words_.empty()) words_ = heap_words(*target_, machine_.heap);
        return words_;
    }
    std::optional<RuntimeHeap> heap() override {
        return heap_figures(*target_, machine_.layout, machine_.heap);
    }

    Frame name_of(runtime::FrameId frame) override { return threads_.methods().name_of(frame); }
    runtime::TypeName name_of_type(runtime::TypeId type) override { return blocks_.name_of(type); }

  private:
    bool begin(const runtime::Target& target) {
        target_ = &target;
        blocks_.begin(target);
        return threads_.begin(target);
    }

    Machine machine_;
    JavaThreads threads_;
    VirtualThreads virtual_threads_;
    HeapBlocks blocks_;
    JavaHolders holders_;
    std::vector<runtime::CollectedWord> words_{};
    const runtime::Target* target_ = nullptr;
};

Result<std::unique_ptr<runtime::Runtime>> attach(const runtime::Target& target, runtime::Budget&) {
    auto machine = find(target);
    if (!machine) return machine.error();
    return std::unique_ptr<runtime::Runtime>(std::make_unique<Java>(target, std::move(*machine)));
}

}  // namespace

runtime::Entry entry() {
    return {.name = "Java", .recognise = recognise, .attach = attach, .in_dumps = true, .in_heaps = true};
}

}  // namespace rampwatch::hotspot
