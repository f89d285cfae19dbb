// SPDX-License-Identifier: MIT
// `rampwatch serve`: the metrics of all watches of a host behind one port, by a process that has no right at
// all.
#include <dirent.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/console/exit.h"
#include "cli/console/signals.h"
#include "core/base/file.h"
#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/prometheus/metrics.h"
#include "core/systemd/notify.h"

namespace rampwatch::cli {
namespace {

constexpr std::size_t kMostFiles = 1000, kMostBytes = 1U << 20;

struct Options {
    std::string directory = "/run/rampwatch", listen = "127.0.0.1:9477";
};

std::vector<std::string> texts_in(const std::string& directory) {
    const auto close = [](DIR* opened) { ::closedir(opened); };
    const std::unique_ptr<DIR, decltype(close)> entries(::opendir(directory.c_str()), close);
    std::vector<std::string> names, texts;
    while (const dirent* entry = entries ? ::readdir(entries.get()) : nullptr) {
        const std::string name = entry->d_name;
        if (!name.starts_with('.') && name.ends_with(".prom") && names.size() < kMostFiles)
            names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
        auto text = read_file(directory + "/" + name, kMostBytes);
        if (text) texts.push_back(std::move(*text));
    }
    return texts;
}

int serve(const Options& options) {
    Signals signals(false);
    systemd::Notify notify;
    const auto all = [directory = options.directory] {
        auto families = prometheus::read_families(texts_in(directory));
        const auto seen = std::find_if(families.begin(), families.end(), [](const prometheus::Family& one) {
            return one.name == "rampwatch_info";
        });
        const auto watches = seen == families.end() ? 0.0 : static_cast<double>(seen->points.size());
        families.push_back(
            {"rampwatch_watches", "Watches of this host that keep metrics.", false, {{{}, watches}}});
        return families;
    };
    const auto trouble = [directory = options.directory] {
        if (::access(directory.c_str(), R_OK | X_OK) == 0) return std::string();
        return fmt::format("{} cannot be read: {}", escape(directory, 256), std::strerror(errno));
    };
    const auto server = prometheus::Server::open(options.listen, all, trouble);
    if (!server) return complain(server.error());
    notify.ready();
    notify.status(fmt::format("serving {} at {}", options.directory, options.listen));
    fmt::print(stderr, "rampwatch: serving the metrics in {} at port {}\n", escape(options.directory, 256),
               (*server)->port());
    while (true) {
        Poller poller;
        poller.add(signals.fd());
        poller.wait(std::nullopt);
        std::vector<Fact> none;
        signals.collect(none);
        for (const signalfd_siginfo& signal : signals.take_signals())
            if (signal.ssi_signo != SIGWINCH) return static_cast<int>(Exit::healthy);
    }
}

}  // namespace

Command serve_command() {
    Command command{.name = "serve", .about = "serve the metrics of all watches of this host to Prometheus"};
    auto options = std::make_shared<Options>();
    command.add("--listen ADDRESS", &options->listen, "address to listen at");
    command.add("--dir DIR", &options->directory, "directory of the files that watch --textfile writes");
    command.footer =
        "Examples:\n"
        "  rampwatch serve                   /run/rampwatch/*.prom at 127.0.0.1:9477\n"
        "  rampwatch serve --listen 0.0.0.0:9477         for a Prometheus elsewhere";
    command.run = [options] { return serve(*options); };
    return command;
}

}  // namespace rampwatch::cli
