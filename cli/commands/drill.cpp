// SPDX-License-Identifier: MIT
// `rampwatch drill`: proves the way to the pager before it matters.
#include <fmt/format.h>

#include <memory>
#include <string>

#include "cli/commands/commands.h"
#include "cli/console/exit.h"
#include "core/base/subprocess.h"
#include "core/base/text.h"
#include "core/systemd/unit_name.h"

namespace rampwatch::cli {
namespace {

// systemctl says in two sentences what one says.
std::string first_line(std::string_view text) {
    text = trim(text);
    return escape(text.substr(0, text.find('\n')), 300);
}

// The instance tells it itself, by all its ways: a signal is all that it needs.
int drill(const std::string& word) {
    auto service = systemd::service_name(word);
    if (!service) return complain(placed(service.error(), "NAME"));
    const std::string name = service->substr(0, service->rfind('.'));
    const std::string instance = fmt::format("rampwatch@{}.service", name);
    const auto asked = run({"systemctl", "kill", "--kill-who=main", "--signal=SIGUSR1", instance});
    if (!asked) return complain(asked.error());
    if (asked->status.signalled || asked->status.number != 0 || asked->timed_out) {
        return complain(
            {Error::Kind::unavailable, first_line(asked->err), instance,
             fmt::format("is it running? systemctl status {}; this command needs root", instance)});
    }
    fmt::print("{} was asked to send a test alarm, marked DRILL\n", instance);
    return static_cast<int>(Exit::healthy);
}

}  // namespace

Command drill_command() {
    Command command{.name = "drill", .about = "send a test alarm through the watch of a service"};
    auto name = std::make_shared<std::string>();
    command.add("NAME", name.get(), "name of the service: its watch is rampwatch@NAME.service").required();
    command.footer =
        "Example:\n  rampwatch drill nginx\n\n"
        "The alarm goes to the journal, the metrics and /run/rampwatch/nginx.leak\n"
        "(for 5 min), to --on-leak, and into the next mail of rampwatch report --quiet.";
    command.run = [name] { return drill(*name); };
    return command;
}

}  // namespace rampwatch::cli
