// SPDX-License-Identifier: MIT
#include "core/cpython/runtime.h"

#include <memory>
#include <string>
#include <utility>

#include "core/cpython/codes.h"
#include "core/cpython/find.h"
#include "core/cpython/holders.h"
#include "core/cpython/record.h"
#include "core/cpython/tasks.h"
#include "core/cpython/threads.h"
#include "core/cpython/types.h"

namespace rampwatch::cpython {
namespace {

class Python : public runtime::Runtime, public runtime::Exact {
  public:
    Python(const runtime::Target& target, Interpreter python)
        : python_(std::move(python)),
          codes_(python_.layout, python_.code_type),
          threads_(python_, codes_),
          blocks_(python_.layout, types_),
          holders_(python_, types_, blocks_) {
        blocks_.set_holders(&holders_);
        begin(target);
    }

    [[nodiscard]] std::string_view name() const override { return "Python"; }
    [[nodiscard]] std::string version() const override { return to_text(python_.layout.version); }

    // The same module is mapped in the same place, and its type of code objects is still that.
    [[nodiscard]] bool refresh(const runtime::Target& target) override {
        const probe::Mapping* module = probe::find(target.maps, python_.module_start);
        if (module == nullptr || module->start != python_.module_start || module->path != python_.module ||
            read_string(target.memory, read_word(target.memory, python_.code_type + kTypeName), 8) != "code")
            return false;
        begin(target);
        return true;
    }

    runtime::Threads* threads() override { return &threads_; }
    runtime::Blocks* blocks() override { return &blocks_; }
    runtime::Exact* exact() override { return this; }

    Result<runtime::Remainder> tasks(runtime::Sink& sink, runtime::Budget& budget) override {
        return read_tasks(*target_, python_, codes_, budget, sink);
    }
    Result<runtime::Remainder> types(runtime::Sink&, runtime::Budget&) override {
        return runtime::Remainder{};
    }

    Frame name_of(runtime::FrameId frame) override { return codes_.name_of(frame); }
    runtime::TypeName name_of_type(runtime::TypeId type) override { return types_.name_of(type); }

  private:
    void begin(const runtime::Target& target) {
        target_ = &target;
        codes_.begin(target.memory);
        threads_.begin(target);
        types_.begin(target.memory, python_.type_type);
        holders_.begin(target.memory);
    }

    Interpreter python_;
    Codes codes_;
    PythonThreads threads_;
    Types types_{};
    HeapBlocks blocks_;
    PythonHolders holders_;
    const runtime::Target* target_ = nullptr;
};

Result<std::unique_ptr<runtime::Runtime>> attach(const runtime::Target& target, runtime::Budget&) {
    auto python = find(target);
    if (!python) return python.error();
    return std::unique_ptr<runtime::Runtime>(std::make_unique<Python>(target, std::move(*python)));
}

}  // namespace

runtime::Entry entry() {
    return {.name = "Python", .recognise = recognise, .attach = attach, .in_dumps = true, .in_heaps = true};
}

}  // namespace rampwatch::cpython
