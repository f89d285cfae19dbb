// SPDX-License-Identifier: MIT
#include "cli/options/dump_options.h"

#include "cli/console/command.h"
#include "cli/console/exit.h"
#include "core/base/http.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/worker/go_profile.h"

namespace rampwatch::cli {

void add_dump_options(Command& command, DumpOptions& options) {
    command.heading = "How stacks are read";
    command.add("--backend BACKEND", &options.backend, "how stacks are read: auto, native, eu-stack or gdb")
        .one_of({"auto", "native", "eu-stack", "gdb"});
    command
        .add("--stop WHICH", &options.stop,
             "which threads may be stopped: none, running ones (one by one) or all (together)")
        .one_of({"none", "running", "all"});
    command.add("--max-stop DURATION", &options.max_stop,
                "how long threads may be stopped, all stops together");
    command.add("--stack-bytes SIZE", &options.stack_bytes, "how much of each stack is copied at first");
    command.add("--dump-timeout DURATION", &options.timeout,
                "how long a dump may take; after that, one quick try without names");
    add_pprof_option(command, options.pprof);
    command.add("--show-args", &options.show_args, "show the command line, which may contain secrets");
}

void add_pprof_option(Command& command, std::string& place) {
    command.add("--pprof WHERE", &place,
                "take goroutines from the Go program's own profile: a URL, unix:PATH, or auto");
}

Result<std::string> read_pprof_option(const std::string& word) {
    if (word.empty()) return std::string();
    if (!http_is_built_in())
        return Error{Error::Kind::unavailable, "this rampwatch was built without libcurl", "--pprof",
                     "goroutines are read from memory without it"};
    return worker::pprof_place(word);
}

Result<dump::Settings> read_dump_options(const DumpOptions& options) {
    dump::Settings settings;
    settings.backend = *dump::choice_of(options.backend);  // CLI11 has checked the word
    const auto timeout = parse_duration(options.timeout);
    if (!timeout) return placed(timeout.error(), "--dump-timeout");
    if (*timeout < std::chrono::milliseconds(100) || *timeout > std::chrono::hours(1))
        return Error{Error::Kind::bad_input, "out of range: " + escape(options.timeout, 64), "--dump-timeout",
                     "from 100ms to 1h"};
    settings.timeout = *timeout;
    const auto max_stop = parse_duration(options.max_stop);
    if (!max_stop || *max_stop > std::chrono::minutes(1))
        return Error{Error::Kind::bad_input, "not a duration from 0 to 1m: " + escape(options.max_stop, 64),
                     "--max-stop", "such as 20ms"};
    const auto stack_bytes = parse_size(options.stack_bytes);
    if (!stack_bytes || *stack_bytes < (4 << 10) || *stack_bytes > (4 << 20))
        return Error{Error::Kind::bad_input, "not a size from 4K to 4M: " + escape(options.stack_bytes, 64),
                     "--stack-bytes", "such as 64K"};
    settings.native.capture.stack_bytes = static_cast<std::size_t>(*stack_bytes);
    settings.native.capture.stop = *native::stop_policy_of(options.stop);  // CLI11 has checked the word
    settings.native.capture.max_stop = *max_stop;
    const auto pprof = read_pprof_option(options.pprof);
    if (!pprof) return pprof.error();
    settings.pprof.place = *pprof;
    return settings;
}

}  // namespace rampwatch::cli
