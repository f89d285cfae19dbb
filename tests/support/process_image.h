// SPDX-License-Identifier: MIT
// A process as a decoder of runtimes read it, in one file: its mappings, its TIDs, which pages were in RAM,
// and the words that were read. Lines: "map " and a line of /proc/PID/maps; "tid OURS THEIRS"; "page FIRST
// COUNT", in hex; "at TID SP PC", the last two in hex; all others as probe::MemoryImage has them.
#pragma once

#include <sys/types.h>

#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/probe/maps.h"
#include "core/probe/memory_image.h"
#include "core/probe/namespace_tids.h"
#include "core/probe/page_set.h"
#include "core/probe/pagemap.h"
#include "core/runtime/runtime.h"

namespace rampwatch::test {

struct ProcessImage {
    std::vector<std::string> map_lines{};
    std::vector<std::pair<pid_t, pid_t>> tids{};  // {ours, theirs}
    std::vector<probe::PageRun> pages{};
    std::vector<runtime::ThreadCopy> standing{};  // where threads stood, if that is told
    probe::MemoryImage memory{};

    static ProcessImage parse(std::string_view text);  // fails the test that asked
    [[nodiscard]] std::string text() const;
};

// A Target over an image; both live as long as this.
class ImageTarget {
  public:
    explicit ImageTarget(const ProcessImage& image);

    [[nodiscard]] const runtime::Target& target() const { return target_; }

  private:
    probe::Maps maps_;
    probe::KnownPages pages_;
    probe::NamespaceTids tids_;
    runtime::Target target_;
};

// What a runtime says of these threads and of its tasks, each a text as tests/programs/python/shop.py has
// it, sorted; of tasks that are torn the word alone.
std::vector<std::string> tell_threads(runtime::Runtime& runtime, const std::vector<pid_t>& tids);
// The same of threads of which is known where they stand.
std::vector<std::string> tell_standing(runtime::Runtime& runtime,
                                       const std::vector<runtime::ThreadCopy>& threads);
std::vector<std::string> tell_tasks(runtime::Runtime& runtime);

// `whole` with some of its bytes changed: for what must bear anything.
void change_bytes(const probe::MemoryImage& whole, std::mt19937& random, probe::MemoryImage& into);

}  // namespace rampwatch::test
