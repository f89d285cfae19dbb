// SPDX-License-Identifier: MIT
#include "core/dump/heap_baselines.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "core/base/archive.h"

namespace rampwatch::dump {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kMostOfAProcess = 3;
constexpr std::size_t kMostOfOne = std::size_t{4} << 20;
constexpr const char* kHead = "rampwatch heap baselines 1";

using Writer = ArchiveWriter<Lengths::written>;
using Reader = ArchiveReader<Lengths::written>;

}  // namespace

bool HeapBaselines::Process::is(const Life& other) const {
    return is_same_process(life, other) && life.boot_id == other.boot_id;
}

std::size_t HeapBaselines::Process::bytes() const {
    std::size_t sum = 0;
    for (const auto& one : baselines) sum += one->bytes.size();
    return sum;
}

const HeapBaselines::Process* HeapBaselines::find(const Life& life) const {
    const auto found = std::find_if(processes_.begin(), processes_.end(),
                                    [&](const Process& process) { return process.is(life); });
    return found == processes_.end() ? nullptr : &*found;
}

bool HeapBaselines::has(const Life& life) const { return find(life) != nullptr; }

// The one in the middle stays until the one behind it is so much younger.
void HeapBaselines::thin(Process& process) const {
    auto& kept = process.baselines;
    while (kept.size() > kMostOfAProcess) {
        const bool old_enough = kept[2]->wall - kept[1]->wall >= spacing_;
        kept.erase(kept.begin() + (old_enough ? 1 : 2));
    }
}

void HeapBaselines::bound() {
    if (processes_.size() > kMostProcesses) processes_.erase(processes_.begin());
    const auto sum = [this] {
        std::size_t bytes = 0;
        for (const Process& process : processes_) bytes += process.bytes();
        return bytes;
    };
    while (sum() > kMostBytes && processes_.size() > 1) {
        auto& kept = processes_.front().baselines;
        if (kept.size() > 1)
            kept.pop_back();
        else
            processes_.erase(processes_.begin());
    }
}

void HeapBaselines::keep(const Life& life, Baseline baseline) {
    if (baseline.bytes.empty() || baseline.bytes.size() > kMostOfOne) return;
    auto found = std::find_if(processes_.begin(), processes_.end(),
                              [&](const Process& process) { return process.is(life); });
    if (found == processes_.end()) {
        Process process;
        process.life.boot_id = life.boot_id;
        process.life.pid = life.pid;
        process.life.start_ticks = life.start_ticks;
        processes_.push_back(std::move(process));
    } else {
        std::rotate(found, found + 1, processes_.end());
    }
    Process& process = processes_.back();
    process.baselines.push_back(std::make_shared<const Baseline>(std::move(baseline)));
    thin(process);
    bound();
    if (on_change) on_change();
}

std::optional<HeapBaselines::Chosen> HeapBaselines::choose(const Life& life, std::optional<nanoseconds> onset,
                                                           nanoseconds now) const {
    const Process* process = find(life);
    if (process == nullptr || process->baselines.empty()) return std::nullopt;
    const auto& kept = process->baselines;
    if (!onset) return Chosen{kept.front(), false};
    for (auto one = kept.rbegin(); one != kept.rend(); ++one)
        if ((*one)->wall <= *onset) return Chosen{*one, false};
    if (now - kept.front()->wall >= (now - *onset) / 2) return Chosen{kept.front(), true};
    return std::nullopt;
}

void HeapBaselines::forget(const Life& life) {
    const auto gone = std::erase_if(processes_, [&](const Process& process) { return process.is(life); });
    if (gone > 0 && on_change) on_change();
}

std::vector<std::byte> HeapBaselines::save() const {
    Writer writer;
    const std::string head = kHead;
    const auto count = static_cast<std::uint32_t>(processes_.size());
    writer(head, count);
    for (const Process& process : processes_) {
        const auto kept = static_cast<std::uint32_t>(process.baselines.size());
        writer(process.life.boot_id, process.life.pid, process.life.start_ticks, kept);
        for (const auto& one : process.baselines) {
            Baseline copy = *one;
            writer(copy);
        }
    }
    return writer.release();
}

Result<void> HeapBaselines::restore(std::span<const std::byte> bytes) {
    const Error bad{Error::Kind::bad_input, "saved baselines of heaps: damaged, or of another version", "",
                    "remove the file to start over"};
    Reader reader(bytes);
    std::string head;
    std::uint32_t count = 0;
    reader(head);
    if (reader.failed() || head != kHead) return bad;
    reader(count);
    if (count > kMostProcesses) return bad;
    std::vector<Process> read(count);
    for (Process& process : read) {
        std::uint32_t kept = 0;
        reader(process.life.boot_id, process.life.pid, process.life.start_ticks, kept);
        if (reader.failed() || kept > kMostOfAProcess) return bad;
        for (std::uint32_t i = 0; i < kept; ++i) {
            Baseline one;
            reader(one);
            if (reader.failed() || one.bytes.size() > kMostOfOne) return bad;
            process.baselines.push_back(std::make_shared<const Baseline>(std::move(one)));
        }
    }
    if (reader.failed() || !reader.at_end()) return bad;
    processes_ = std::move(read);
    bound();
    return {};
}

}  // namespace rampwatch::dump
