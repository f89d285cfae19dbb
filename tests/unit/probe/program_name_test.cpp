// SPDX-License-Identifier: MIT
#include "core/probe/program_name.h"

#include <string>
#include <vector>

#include "tests/catch.h"

using namespace rampwatch;

namespace {

std::string name_of(const std::vector<std::string>& words, const char* executable = "/usr/bin/python3.11") {
    std::string line;
    for (const std::string& word : words) line += word + '\0';
    return probe::program_name(executable, line).value_or("(none)");
}

}  // namespace

TEST_CASE("a Python program goes by its script, its module or its console script", "[probe]") {
    CHECK(name_of({"/usr/bin/python3", "/usr/bin/gunicorn", "-w", "4", "shop:app"}) == "gunicorn");
    CHECK(name_of({"python", "manage.py", "runserver"}) == "manage.py");
    CHECK(name_of({"python3", "-m", "uvicorn", "shop:app"}) == "uvicorn");
    CHECK(name_of({"python3", "-mshop.worker"}) == "shop.worker");
    CHECK(name_of({"python3", "-m", "shop.__main__"}) == "shop");
    CHECK(name_of({"python3", "/srv/shop/__main__.py"}) == "shop");
    CHECK(name_of({"python3", "/srv/shop/"}) == "shop");
    CHECK(name_of({"python3", "-W", "ignore", "-X", "dev", "-Bu", "jobs.py", "-c", "x"}) == "jobs.py");
    CHECK(name_of({"python3", "-uWignore", "--check-hash-based-pycs", "never", "jobs.py"}) == "jobs.py");
    CHECK(name_of({"python3", "-um", "celery", "worker"}) == "celery");
}

TEST_CASE("a title that a Python program gave itself names it up to its colon", "[probe]") {
    CHECK(name_of({"gunicorn: worker [shop:app]"}) == "gunicorn");
    CHECK(name_of({"[celeryd: shop@host:MainProcess]", ""}) == "celeryd");
    CHECK(name_of({"a title without a name"}) == "(none)");
}

TEST_CASE("code of the command line, a terminal and other programs have no such name", "[probe]") {
    CHECK(name_of({"python3", "-c", "import shop; shop.run('secret')"}) == "(none)");
    CHECK(name_of({"python3", "-ucprint(1)"}) == "(none)");
    CHECK(name_of({"python3"}) == "(none)");
    CHECK(name_of({"python3", "-"}) == "(none)");
    CHECK(name_of({"python3", "-m"}) == "(none)");
    CHECK(name_of({}) == "(none)");
    CHECK(name_of({"/opt/shop/shop", "shop.py"}, "/opt/shop/shop") == "(none)");
    CHECK(name_of({"pythonista", "x.py"}, "/usr/bin/pythonista") == "(none)");
    CHECK(name_of({"python3", std::string(500, 'a')}).size() == 64);
}
