// SPDX-License-Identifier: MIT
// What `fleet` says of its targets: each as it is judged, or all of them at the end.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/base/whole_file.h"
#include "core/harvest/harvest.h"
#include "core/report/fleet_table.h"
#include "core/report/target_report.h"

namespace rampwatch::cli {

struct FleetStyle {
    std::string format = "text";  // or json, html
    bool only_leaks = false;
    std::size_t top = 20;    // lines, or targets of a page; 0: all
    std::string output{};    // a file; empty: standard output
    std::string textfile{};  // a file of metrics; empty: none
};

class FleetPrinter {
  public:
    // `settings` outlives it.
    FleetPrinter(FleetStyle style, const harvest::Settings& settings);

    void print(harvest::Judged judged);

    // The exit status; notes and trouble are said on stderr.
    [[nodiscard]] int finish(const harvest::Outcome& outcome);

  private:
    struct Page {
        report::FleetRow row{};
        report::TargetReport target{};
    };
    void put(const std::string& text);
    void open_file();
    void keep_page(const report::FleetRow& row, harvest::Judged judged);
    [[nodiscard]] std::string page(const report::FleetFrame& frame);
    [[nodiscard]] Result<void> write();

    FleetStyle style_;
    const harvest::Settings& settings_;
    report::FleetTable table_;
    std::vector<Page> pages_{};        // the most urgent ones, and a few more
    std::optional<WholeFile> file_{};  // what is written to instead of standard output
    std::optional<Error> trouble_{};   // of writing, the first
};

}  // namespace rampwatch::cli
