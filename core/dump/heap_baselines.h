// SPDX-License-Identifier: MIT
// What heaps were made of earlier, kept to measure growth from: as the reading child wrote them, which alone
// understands them.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/base/error.h"
#include "core/model/target.h"

namespace rampwatch::dump {

// At most three of a process: the first; one that is up to a spacing older than the last; and the last. At
// most kMostProcesses, the one that was used last before all, and kMostBytes in all.
class HeapBaselines {
  public:
    static constexpr std::size_t kMostProcesses = 9;
    static constexpr std::size_t kMostBytes = std::size_t{24} << 20;

    struct Baseline {
        std::chrono::nanoseconds wall{};
        std::vector<std::byte> bytes{};

        template <class Archive>
        void state(Archive& archive) {
            archive(wall, bytes);
        }
    };
    struct Chosen {
        std::shared_ptr<const Baseline> baseline{};
        bool late = false;  // taken after the growth began
    };

    explicit HeapBaselines(std::chrono::nanoseconds spacing) : spacing_(spacing) {}

    void keep(const Life& life, Baseline baseline);

    // The newest that is not younger than `onset`. Where none is, the oldest, provided that at least half of
    // the growth came after it: `late`. Without an onset the oldest. Empty: there is nothing to compare with.
    [[nodiscard]] std::optional<Chosen> choose(const Life& life,
                                               std::optional<std::chrono::nanoseconds> onset,
                                               std::chrono::nanoseconds now) const;

    void forget(const Life& life);
    [[nodiscard]] bool has(const Life& life) const;

    // All of them as bytes, and back. bad_input: of another version, or damaged; nothing has changed then.
    [[nodiscard]] std::vector<std::byte> save() const;
    Result<void> restore(std::span<const std::byte> bytes);

    // Called after each change, to save them.
    std::function<void()> on_change{};

  private:
    struct Process {
        Life life{};                                               // boot, PID and start alone
        std::vector<std::shared_ptr<const Baseline>> baselines{};  // ascending in time

        [[nodiscard]] bool is(const Life& other) const;
        [[nodiscard]] std::size_t bytes() const;
    };

    [[nodiscard]] const Process* find(const Life& life) const;
    void thin(Process& process) const;
    void bound();

    std::chrono::nanoseconds spacing_;
    std::vector<Process> processes_{};  // the one that was used last stands last
};

}  // namespace rampwatch::dump
