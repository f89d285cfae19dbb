// SPDX-License-Identifier: MIT
// Keeps objects of one class in one way, says "ready" and rests: heap_keeper HOW. Each way has 40,000 of
// shop::Session, or about as many:
//   tree, hash, list, array  static containers of each kind
//   many                     eight vectors, which are one static array
//   field                    a hash map in an object that a static variable leads to
//   member                   each is held by one shop::User
//   local                    a hash map on the stack: the variable cannot be found
//   chain                    linked by themselves, from a local variable on
//   stale                    as hash, beside a static list of pointers to all that ever were: most of those
//                            that were freed are in use again
//   stale_chain              as chain, beside such a list
//   twice                    in two static vectors
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace shop {

struct Session {
    explicit Session(long number) : id(number) {}
    virtual ~Session() = default;
    virtual void touch() { ++id; }
    long id;
    Session* next = nullptr;
    std::array<long, 9> rest{};
};

struct User {
    explicit User(Session* own) : session(own) {}
    virtual ~User() = default;
    virtual void touch() { session->touch(); }
    long id = 0;
    Session* session;
};

struct Store {
    virtual ~Store() = default;
    virtual std::size_t size() const { return open.size(); }
    long id = 0;
    std::unordered_map<long, std::unique_ptr<Session>> open{};
};

}  // namespace shop

namespace {

using shop::Session;
constexpr long kCount = 40'000;

std::map<long, std::unique_ptr<Session>> tree;
std::unordered_map<long, std::unique_ptr<Session>> hash;
std::list<Session*> list;
std::vector<Session*> array, second;
std::array<std::vector<Session*>, 8> many;
std::unique_ptr<shop::Store> store;
std::vector<std::unique_ptr<shop::User>> users;
std::vector<Session*> recent;

// Nine in ten are freed, and as many made in their place.
template <class Free, class Make>
void churn(Free free, Make make) {
    for (long i = 0; i < kCount; ++i)
        if (i % 10 != 0) free(i);
    for (long i = 0; i < kCount; ++i)
        if (i % 10 != 0) make(i);
}

[[noreturn]] void rest(const void* kept) {
    std::printf("ready %d\n", kept != nullptr ? 1 : 0);
    std::fflush(stdout);
    for (;;) ::pause();
}

void chain(bool stale) {
    std::vector<Session*> all;
    for (long i = 0; i < kCount; ++i) {
        all.push_back(new Session(i));
        if (stale) recent.push_back(all.back());
    }
    if (stale)
        churn([&](long i) { delete all[std::size_t(i)]; },
              [&](long i) { all[std::size_t(i)] = new Session(i); });
    Session* first = nullptr;
    for (Session* one : all) {
        one->next = first;
        first = one;
    }
    std::vector<Session*>().swap(all);
    rest(first);
}

void local() {
    std::unordered_map<long, std::unique_ptr<Session>> own;
    for (long i = 0; i < kCount; ++i) own[i] = std::make_unique<Session>(i);
    rest(&own);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string how = argc > 1 ? argv[1] : "";
    if (how == "local") local();
    if (how == "chain" || how == "stale_chain") chain(how == "stale_chain");
    if (how == "field") store = std::make_unique<shop::Store>();
    for (long i = 0; i < kCount; ++i) {
        auto made = std::make_unique<Session>(i);
        if (how == "tree") tree[i] = std::move(made);
        if (how == "field") store->open[i] = std::move(made);
        if (how == "stale") recent.push_back(made.get());
        if (how == "hash" || how == "stale") hash[i] = std::move(made);
        if (how == "list") list.push_back(made.release());
        if (how == "twice") second.push_back(made.get());
        if (how == "array" || how == "twice") array.push_back(made.release());
        if (how == "many") many[std::size_t(i % 8)].push_back(made.release());
        if (how == "member") users.push_back(std::make_unique<shop::User>(made.release()));
    }
    if (how == "stale")
        churn([](long i) { hash.erase(i); }, [](long i) { hash[i + kCount] = std::make_unique<Session>(i); });
    rest(&tree);
}
