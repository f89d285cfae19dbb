// SPDX-License-Identifier: MIT
// A Go runtime in a live process: which version, where its lists and figures are, whether our tables fit it.
// Found without symbols, DWARF or build info, by two ways each where there are two; every check has a name,
// and what fails one is refused by that name. Nothing is stopped and nothing is written.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/golang/build_info.h"
#include "core/golang/layout.h"
#include "core/golang/module.h"
#include "core/model/go.h"
#include "core/probe/memory.h"
#include "core/probe/memory_reader.h"

namespace rampwatch::golang {

// Addresses that passed the checks: what a watcher needs for its few bytes a tick.
struct Counters {
    std::uint64_t allgs_length = 0;  // a record that never falls: goroutines are reused, never freed
    std::uint64_t heap_marked = 0;   // 0: not known for this version

    friend bool operator==(const Counters&, const Counters&) = default;
};

class Runtime {
  public:
    // not_found: no Go program, not even a Go library. bad_input names the check that failed. Costs 5 to
    // 40 ms.
    static Result<Runtime> attach(pid_t pid);

    [[nodiscard]] const probe::MemoryReader& memory() const {
        if (other_ != nullptr) return *other_;
        return memory_;
    }
    // From now on what changes as the program runs is read through `other`, which must outlive this: an
    // image, or a reader that lies. What was attached by stays.
    void read_through(const probe::MemoryReader& other) { other_ = &other; }
    [[nodiscard]] const std::string& version_text() const { return version_text_; }  // bounded, hostile
    [[nodiscard]] const Version& version() const { return version_; }
    [[nodiscard]] const Layout& layout() const { return layout_; }
    [[nodiscard]] const std::string& module_path() const { return module_path_; }  // from the build info
    [[nodiscard]] const Counters& counters() const { return counters_; }
    [[nodiscard]] bool arm64() const { return modules_.front().elf().arm64(); }

    // Looks for Go code that was mapped since: a plugin. True when there is some, which module_at() then
    // knows; pointers that it gave are no longer good. Costs a look at the mappings; new files are looked at
    // once.
    bool find_new_modules();

    [[nodiscard]] const Module& main_module() const { return modules_.front(); }  // that has the runtime
    [[nodiscard]] const Module* module_at(std::uint64_t pc) const;
    [[nodiscard]] std::string_view wait_reason(std::uint8_t number) const;  // "" for one that is not there

    // runtime.allgs: addresses of all goroutine records, in the order of their first use. Up to
    // `kMostRecords`; an Error when the list moved each time it was read.
    [[nodiscard]] Result<std::vector<std::uint64_t>> records() const;
    [[nodiscard]] Result<GoHeap> heap() const;

    // True for goroutines of the runtime's own, which runtime.NumGoroutine() and its dumps leave out.
    [[nodiscard]] bool is_system(std::uint64_t startpc) const;

  private:
    explicit Runtime(pid_t tid) : memory_(tid) {}
    Result<void> open_new();
    Result<void> find_version(const std::optional<BuildInfo>& info);
    Result<void> find_allgs();
    Result<void> check_layout() const;
    void find_wait_reasons();
    void find_heap();

    probe::Memory memory_;
    const probe::MemoryReader* other_ = nullptr;
    std::vector<Module> modules_{};        // the one with the runtime first
    std::set<std::uint64_t> looked_at_{};  // inodes of files with code
    std::string version_text_{}, module_path_{};
    Version version_{};
    Layout layout_{};
    std::uint64_t allgs_ = 0;  // of the slice
    std::optional<std::uint16_t> status_in_code_{};
    std::uint64_t heap_ = 0;  // of gcController, 0: not found
    Counters counters_{};
    std::vector<std::string> wait_reasons_{};
};

inline constexpr std::uint64_t kMostRecords = std::uint64_t{1} << 25;

}  // namespace rampwatch::golang
