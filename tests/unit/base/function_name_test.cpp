// SPDX-License-Identifier: MIT
#include "core/base/function_name.h"

#include "tests/catch.h"

using namespace rampwatch;

TEST_CASE("a function's bare name has no return type, parameters or template arguments", "[base]") {
    CHECK(bare_function(
              "void std::condition_variable::wait<shop::Queue<std::vector<int> >::pop()::{lambda()#1}>"
              "(std::unique_lock<std::mutex>&, shop::Queue<int>::pop()::{lambda()#1})") ==
          "std::condition_variable::wait");
    CHECK(bare_function("shop::Queue<std::vector<int> >::pop()") == "shop::Queue::pop");
    CHECK(bare_function("shop::Cache::find(int) const") == "shop::Cache::find");
    CHECK(bare_function(
              "std::thread::_State_impl<std::thread::_Invoker<std::tuple<void (*)()> > >::_M_run()") ==
          "std::thread::_State_impl::_M_run");
    CHECK(bare_function("start_thread") == "start_thread");
    CHECK(bare_function("do_work.constprop.0") == "do_work");
    CHECK(bare_function("do_work [clone .cold]") == "do_work");
}

TEST_CASE("signs of operators are not taken for brackets", "[base]") {
    CHECK(bare_function("std::ostream& operator<< <char>(std::ostream&, char const*)") == "operator<<");
    CHECK(bare_function("shop::Less::operator<(shop::Less const&) const") == "shop::Less::operator<");
    CHECK(bare_function("main::{lambda()#1}::operator()() const") == "main::{lambda}::operator()");
    CHECK(bare_function("operator new(unsigned long)") == "operator new");
}

TEST_CASE("names of Go and Rust stay whole", "[base]") {
    CHECK(bare_function("main.(*Server).collect") == "main.(*Server).collect");
    CHECK(bare_function("net/http.(*conn).serve") == "net/http.(*conn).serve");
    CHECK(bare_function("main.Map[...]") == "main.Map");
    CHECK(bare_function("<std::io::Stdin as std::io::Read>::read") ==
          "<std::io::Stdin as std::io::Read>::read");
    CHECK(bare_function("(anonymous namespace)::wait(int)") == "(anonymous)::wait");
}

TEST_CASE("a name that makes no sense comes back as it was", "[base]") {
    CHECK(bare_function("broken<") == "broken<");
    CHECK(bare_function("(((((") == "(((((");
    CHECK(bare_function("").empty());
    CHECK(bare_function(">>>>") == ">>>>");
    CHECK(bare_function("operator") == "operator");
}

TEST_CASE("a long name loses its outer scopes first, and never exceeds the width", "[base]") {
    CHECK(short_function("shop::Queue<int>::pop()", 40) == "shop::Queue<..>::pop");
    CHECK(short_function("shop::inventory::detail::Queue<int>::pop()", 16) == "..Queue::pop");
    CHECK(short_function(std::string(300, 'x'), 20) == "xxxxxxxxx..xxxxxxxxx");
}
