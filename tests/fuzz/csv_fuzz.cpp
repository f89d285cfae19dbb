// SPDX-License-Identifier: MIT
// Any bytes through the CSV reader and the Judge: no crash, no undefined behaviour, and what is accepted
// makes JSON.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "core/model/bucket.h"
#include "core/report/json_verdict.h"
#include "core/report/text_verdict.h"
#include "core/store/csv.h"
#include "core/watch/replay.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rampwatch;
    static const int memory = ::memfd_create("fuzz", MFD_CLOEXEC);
    if (::ftruncate(memory, 0) != 0 || ::pwrite(memory, data, size, 0) != static_cast<ssize_t>(size))
        std::abort();
    ::lseek(memory, 0, SEEK_SET);
    auto source = store::CsvSource::open(Fd(::dup(memory)), "fuzz");
    if (!source) return 0;
    std::optional<Sample> last;
    watch::ReplayListener listener;
    listener.record = [&](const Record& record) {
        const auto* one = std::get_if<Sample>(&record.look);
        const Sample sample = one != nullptr ? *one : last_of(std::get<Bucket>(record.look));
        if (sample.rss_bytes < 0 || (last && sample.mono < last->mono)) std::abort();
        last = sample;
    };
    const auto verdict = watch::replay(**source, {.judge = {.patience = std::chrono::seconds(60)}}, listener);
    if (!verdict && verdict.error().where.empty()) std::abort();
    if (!verdict) return 0;
    if (report::json_analysis(*verdict, {.name = "fuzz"}).empty()) std::abort();
    if (report::text_verdict(*verdict, {last, last}).empty()) std::abort();
    return 0;
}
