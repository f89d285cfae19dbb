// SPDX-License-Identifier: MIT
// `rampwatch check-config`: would `watch --config` take this file?
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/console/exit.h"
#include "cli/options/config_file.h"
#include "core/base/text.h"

namespace rampwatch::cli {
namespace {

int check(const std::vector<std::string>& files) {
    int status = static_cast<int>(Exit::healthy);
    for (const std::string& file : files) {
        const auto count = check_watch_config(file);
        if (!count) {
            for (const Error& fault : faults_in_watch_config(file)) status = complain(fault);
        } else {
            fmt::print("{}: {} {}, all of them good\n", escape(file, 256), *count,
                       *count == 1 ? "setting" : "settings");
        }
    }
    return status;
}

}  // namespace

Command check_config_command() {
    Command command{.name = "check-config", .about = "check files of options for watch --config"};
    auto files = std::make_shared<std::vector<std::string>>();
    command.add("FILE", files.get(), "such as /etc/rampwatch/nginx.conf").required();
    command.footer =
        "Examples:\n"
        "  rampwatch check-config /etc/default/rampwatch /etc/rampwatch/*.conf\n"
        "  validate: rampwatch check-config %s           in an Ansible template task";
    command.run = [files] { return check(*files); };
    return command;
}

}  // namespace rampwatch::cli
