// SPDX-License-Identifier: MIT
// One function a subcommand, each in its own cmd_<name>.cpp: declares the options and says what to run.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/base/error.h"

namespace CLI {
class App;
}

namespace rampwatch::cli {

// What the shell sees; the only numbers that rampwatch itself ever returns.
enum class Exit : int { healthy = 0, leak = 1, trouble = 2 };

// One invocation, as main has cut it.
struct Invocation {
    bool has_command = false;            // there was a "--"
    std::vector<std::string> command{};  // the words behind it
    bool takes_command = false;          // set by a subcommand that knows what to do with them
    std::function<int()> run{};  // set by the subcommand that was chosen; its value is the exit status
};

// Says the error on stderr, in one line; the value is Exit::trouble, to be returned.
int complain(const Error& error);

// With a command, the status of a failure that is ours, as env(1) has it.
inline constexpr int kOurTrouble = 125;

// Says one line on stderr without being held up by it, in the midst of other output.
using Say = std::function<void(const std::string& line)>;

// `add_*` is called once for each; `invocation` outlives the App.
void add_look(CLI::App& app, Invocation& invocation);
void add_watch(CLI::App& app, Invocation& invocation);
void add_analyze(CLI::App& app, Invocation& invocation);
void add_dump(CLI::App& app, Invocation& invocation);
void add_diff(CLI::App& app, Invocation& invocation);
void add_group(CLI::App& app, Invocation& invocation);
void add_ack(CLI::App& app, Invocation& invocation);
void add_report(CLI::App& app, Invocation& invocation);
void add_sample(CLI::App& app, Invocation& invocation);
void add_scan(CLI::App& app, Invocation& invocation);
void add_status(CLI::App& app, Invocation& invocation);
void add_history(CLI::App& app, Invocation& invocation);

}  // namespace rampwatch::cli
