// SPDX-License-Identifier: MIT
// `rampwatch check-config`: would `watch --config` take this file?
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/config_file.h"
#include "cli/operator_commands.h"
#include "core/base/text.h"

namespace rampwatch::cli {
namespace {

int check(const std::vector<std::string>& files) {
    int status = static_cast<int>(Exit::healthy);
    for (const std::string& file : files) {
        const auto count = check_watch_config(file);
        if (!count) {
            status = complain(count.error());
        } else {
            fmt::print("{}: {} {}, all of them good\n", escape(file, 256), *count,
                       *count == 1 ? "setting" : "settings");
        }
    }
    return status;
}

}  // namespace

void add_check_config(CLI::App& app, Invocation& invocation) {
    CLI::App* command = app.add_subcommand("check-config", "check files of options for watch --config");
    auto files = std::make_shared<std::vector<std::string>>();
    command->add_option("FILE", *files, "such as /etc/rampwatch/nginx.conf")->required()->type_name("");
    command->footer(
        "Examples:\n"
        "  rampwatch check-config /etc/default/rampwatch /etc/rampwatch/*.conf\n"
        "  validate: rampwatch check-config %s           in an Ansible template task");
    command->callback([&invocation, files] { invocation.run = [files] { return check(*files); }; });
}

}  // namespace rampwatch::cli
