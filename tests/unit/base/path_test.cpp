// SPDX-License-Identifier: MIT
#include "core/base/path.h"

#include "tests/catch.h"

using namespace rampwatch;

TEST_CASE("a path's last part is its base name, and a bare name is one itself", "[base]") {
    CHECK(base_name("/usr/sbin/nginx") == "nginx");
    CHECK(base_name("nginx") == "nginx");
    CHECK(base_name("/usr/sbin/").empty());
    CHECK(base_name("").empty());
}

TEST_CASE("an executable that was replaced keeps its name, one that is called so too", "[base]") {
    CHECK(executable_name("/opt/shop/shopd (deleted)") == "shopd");
    CHECK(executable_name("/opt/shop/shopd") == "shopd");
    CHECK(executable_name("/opt/shop (deleted)/shopd") == "shopd");
}
