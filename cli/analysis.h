// SPDX-License-Identifier: MIT
// One recording judged, and many of them in parallel.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/model/verdict.h"
#include "core/report/verdict_context.h"
#include "core/trend/judge.h"

namespace rampwatch::cli {

// What one file came to.
struct Analysis {
    std::string file{};  // as it was given
    std::optional<Error> error{};
    Verdict verdict{};  // where there is no error
    report::VerdictContext context{};
    std::vector<std::string> ignored_columns{};
    std::int64_t half_lines = 0;
};

// A recording of any length in constant memory; a file without a sample is an error.
Analysis analyze_file(const std::string& file, const trend::Settings& settings);

// One worker a file, as many at once as there are cores. `take` is called on the calling thread, in the order
// of `files`, each as soon as it and those before it are done.
void analyze_files(const std::vector<std::string>& files, const trend::Settings& settings,
                   const std::function<void(Analysis)>& take);

}  // namespace rampwatch::cli
