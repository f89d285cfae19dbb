// SPDX-License-Identifier: MIT
// One recording judged, and many of them in parallel.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/model/verdict.h"
#include "core/readers/recording.h"
#include "core/readers/sorted_rows.h"
#include "core/report/verdict_context.h"
#include "core/trend/judge.h"

namespace rampwatch::batch {

// Of one file; of further series only those are kept that grow, and the others are counted.
inline constexpr std::size_t kMostKept = 5000;

struct SeriesAnalysis {
    readers::SeriesInfo info{};
    Verdict verdict{};
    report::VerdictContext context{};
};

// It grows, or has leaked at some time: it is told at length, and kept where not all can be.
bool grows(const Verdict& verdict);

// What one file came to.
struct Analysis {
    std::string file{};  // as it was given
    std::optional<Error> error{};
    std::vector<SeriesAnalysis>
        series{};  // where there is no error, at least one; as they appeared in the file
    std::int64_t not_kept = 0;
    std::string format{};  // of a file that another program wrote; see readers::Recording
    bool is_own = false;   // rampwatch wrote it
    readers::RecordingNotes notes{};
};

// A recording of any length in the memory of the series that are open at once; a file without a sample is an
// error.
Analysis analyze_file(const std::string& file, const trend::Settings& settings);

// One worker a file, as many at once as there are cores. `take` is called on the calling thread, in the order
// of `files`, each as soon as it and those before it are done.
void analyze_files(const std::vector<std::string>& files, const trend::Settings& settings,
                   const std::function<void(Analysis)>& take);

// One stream of many series, sorted: each is handed on as soon as it is judged, and only one of them is in
// memory. `series` of the result is empty, and `not_kept` says how many they were, also where there is an
// error: then the last one was not judged.
Analysis analyze_sorted(const std::string& file, const readers::SortedStyle& style,
                        const trend::Settings& settings, const std::function<void(SeriesAnalysis)>& take);

}  // namespace rampwatch::batch
