// SPDX-License-Identifier: MIT
#include "cli/options/heap_options.h"

#include "cli/console/command.h"
#include "cli/console/exit.h"
#include "core/base/text.h"
#include "core/base/units.h"

namespace rampwatch::cli {
namespace {

constexpr std::int64_t kLeastSample = std::int64_t{1} << 20;
constexpr std::int64_t kMostSample = std::int64_t{1} << 30;

}  // namespace

void add_heap_options(Command& command, HeapOptions& options) {
    command
        .add("--heap WHETHER", &options.heap,
             "read a sample of the heap to find what grew, by type: on, or off")
        .one_of({"on", "off"});
    command.add("--heap-sample SIZE", &options.sample, "how much of the heap is read, 1M to 1G");
}

Result<std::uint64_t> read_heap_sample(const std::string& text) {
    const auto sample = parse_size(text);
    if (!sample) return placed(sample.error(), "--heap-sample");
    if (*sample < kLeastSample || *sample > kMostSample)
        return Error{Error::Kind::bad_input, "out of range: " + escape(text, 64), "--heap-sample",
                     "from 1M to 1G"};
    return static_cast<std::uint64_t>(*sample);
}

Result<std::uint64_t> read_heap_options(const HeapOptions& options) {
    const auto sample = read_heap_sample(options.sample);
    if (!sample) return sample.error();
    return options.heap == "off" ? 0 : *sample;
}

}  // namespace rampwatch::cli
