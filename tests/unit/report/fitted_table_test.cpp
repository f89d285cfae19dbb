// SPDX-License-Identifier: MIT
#include "core/report/fitted_table.h"

#include <sstream>

#include "tests/catch.h"

using namespace rampwatch::report;

namespace {

const std::vector<TableColumn> kColumns = {{.title = "name"},
                                           {.title = "PID", .right = true, .worth = 1},
                                           {.title = "rate", .right = true, .worth = 2}};

}  // namespace

TEST_CASE("a column that says nothing is left out, and what has no room goes by its worth", "[report]") {
    const std::vector<std::vector<std::string>> rows = {{"shop", "4711", "+4.40 MiB/h"}, {"db", "12", "-"}};
    CHECK(fitted_table(kColumns, rows) ==
          "name   PID         rate\n"
          "shop  4711  +4.40 MiB/h\n"
          "db      12            -\n");
    CHECK(fitted_table(kColumns, rows, 20) ==
          "name         rate\n"
          "shop  +4.40 MiB/h\n"
          "db              -\n");
    CHECK(fitted_table(kColumns, {{"shop", "4711", "-"}}) == "name   PID\nshop  4711\n");
}

TEST_CASE("a name that is too long stands on a line of its own", "[report]") {
    const std::string name(90, 'x');
    const std::string text = fitted_table({{.title = "file"}, {.title = "verdict"}}, {{name, "healthy"}}, 40);
    std::istringstream lines(text);
    std::string head, own, rest;
    std::getline(lines, head);
    std::getline(lines, own);
    std::getline(lines, rest);
    CHECK(own == name);
    CHECK(rest.size() <= 40);
    CHECK(rest.ends_with("healthy"));
}
