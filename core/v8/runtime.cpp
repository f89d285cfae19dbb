// SPDX-License-Identifier: MIT
#include "core/v8/runtime.h"

#include <memory>
#include <string>
#include <utility>

#include "core/v8/constructors.h"
#include "core/v8/find.h"
#include "core/v8/functions.h"
#include "core/v8/heap_blocks.h"
#include "core/v8/objects.h"
#include "core/v8/tasks.h"
#include "core/v8/threads.h"

namespace rampwatch::v8 {
namespace {

class Node : public runtime::Runtime, public runtime::Exact {
  public:
    Node(const runtime::Target& target, Engine engine)
        : engine_(std::move(engine)),
          objects_(engine_.layout),
          functions_(objects_),
          constructors_(objects_, functions_, engine_.heap),
          threads_(objects_, functions_, engine_.stack, engine_.module),
          blocks_(objects_, functions_, engine_.heap) {
        begin(target);
    }

    [[nodiscard]] std::string_view name() const override { return "Node.js"; }
    [[nodiscard]] std::string version() const override {
        const Version& v8 = engine_.layout.version;
        const std::string version = engine_.node.empty() ? "of V8 " + to_text(v8) : engine_.node;
        return version + (is_tested(v8) ? "" : " (untested version)");
    }

    // The same module is mapped in the same place.
    [[nodiscard]] bool refresh(const runtime::Target& target) override {
        const probe::Mapping* module = probe::find(target.maps, engine_.module_start);
        if (module == nullptr || module->start != engine_.module_start || module->path != engine_.module)
            return false;
        begin(target);
        return true;
    }

    runtime::Threads* threads() override { return engine_.stack.missing.empty() ? &threads_ : nullptr; }
    runtime::Blocks* blocks() override { return blocks_.ready() ? &blocks_ : nullptr; }
    [[nodiscard]] std::string without_blocks() const override { return blocks_.why_not(); }
    runtime::Exact* exact() override { return this; }

    Result<runtime::Remainder> tasks(runtime::Sink& sink, runtime::Budget& budget) override {
        return read_tasks(*target_, functions_, constructors_, objects_, budget, sink);
    }
    Result<runtime::Remainder> types(runtime::Sink&, runtime::Budget&) override {
        return runtime::Remainder{};
    }

    Frame name_of(runtime::FrameId frame) override { return functions_.name_of(frame); }
    runtime::TypeName name_of_type(runtime::TypeId type) override { return blocks_.name_of(type); }

  private:
    void begin(const runtime::Target& target) {
        target_ = &target;
        objects_.begin(target.memory);
        functions_.begin();
        constructors_.begin();
        threads_.begin(target);
        blocks_.begin(target);
    }

    Engine engine_;
    Objects objects_;
    Functions functions_;
    Constructors constructors_;
    NodeThreads threads_;
    HeapBlocks blocks_;
    const runtime::Target* target_ = nullptr;
};

Result<std::unique_ptr<runtime::Runtime>> attach(const runtime::Target& target, runtime::Budget&) {
    auto engine = find(target);
    if (!engine) return engine.error();
    return std::unique_ptr<runtime::Runtime>(std::make_unique<Node>(target, std::move(*engine)));
}

}  // namespace

runtime::Entry entry() {
    return {.name = "Node.js", .recognise = recognise, .attach = attach, .in_dumps = true, .in_heaps = true};
}

}  // namespace rampwatch::v8
