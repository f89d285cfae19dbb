// SPDX-License-Identifier: MIT
// Fills its heap as it is told: heap_maker FIFO. Says "ready", then obeys a line "WHAT COUNT" through the
// FIFO and answers "done", and what there is of each:
//   cache N      objects of cache::Entry that stay: what is healthy
//   churn N      small objects, of which nine in ten are freed again
//   session N    shop::Session in a map: 80 B of its own, two texts of 96 B and about 2 KiB
//   threads N    the same out of four threads, so from other arenas
//   shared N     shop::Cart by make_shared
//   array N      one vector of N shop::Cart
//   order N      shop::Order by value in a map, so inside of its nodes
//   text N       strings of some 90 letters
//   plain N      structs without a virtual function, 144 B
//   callback N   std::function with three captured words
//   ops N        C structs with a pointer to a table of operations
//   buffer N     mapped buffers of 256 KiB
//   release N    frees N of the sessions
#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

extern "C" {
struct tls_ops {
    int (*send)(void*);
    int (*receive)(void*);
};
static int send_nothing(void*) { return 0; }
static int receive_nothing(void*) { return 1; }
extern const struct tls_ops default_tls_ops;
const struct tls_ops default_tls_ops = {send_nothing, receive_nothing};
}

namespace cache {

struct Entry {
    virtual ~Entry() = default;
    virtual int hits() const { return 1; }
    std::array<char, 984> body{};
};

}  // namespace cache

namespace shop {

struct Base {
    virtual ~Base() = default;
    virtual void touch() {}
};

struct Session : Base {
    explicit Session(long number)
        : id(number), token("token-" + std::string(70, 'a') + std::to_string(number)), payload(2100, 'x') {}
    void touch() override { ++id; }
    long id;
    std::string token;
    std::vector<char> payload;
    long more = 0;
};

struct Cart : Base {
    void touch() override { sum[0] += 1; }
    std::array<double, 10> sum{};
};

struct Order : Base {
    void touch() override { parts[0] += 1; }
    std::array<long, 12> parts{};
};

struct Request : Base {
    std::array<char, 200> text{};
};

}  // namespace shop

namespace {

struct Plain {
    long a = 0, b = 0;
    std::array<char, 120> rest{};
};

struct Connection {
    long id = 0;
    const struct tls_ops* ops = &default_tls_ops;
    std::array<char, 300> state{};
};

std::vector<cache::Entry*> entries;
std::vector<shop::Base*> requests;
std::map<long, std::unique_ptr<shop::Session>> sessions;
std::array<std::vector<shop::Session*>, 4> of_threads;
std::vector<std::shared_ptr<shop::Cart>> carts;
std::vector<std::vector<shop::Cart>> arrays;
std::map<long, shop::Order> orders;
std::vector<std::string> texts;
std::vector<Plain*> plains;
std::vector<std::function<void(int)>> callbacks;
std::vector<Connection*> connections;
std::vector<char*> buffers;
long called = 0;

void churn(long count) {
    std::minstd_rand random(7);
    std::vector<shop::Base*> made, kept;
    for (long i = 0; i < count; ++i) made.push_back(new shop::Request);
    for (shop::Base* one : made) {
        if (random() % 10 == 0)
            kept.push_back(one);
        else
            delete one;
    }
    requests.insert(requests.end(), kept.begin(), kept.end());
}

void from_threads(long count) {
    std::vector<std::thread> threads;
    for (auto& own : of_threads) {
        threads.emplace_back([&own, count] {
            for (long i = 0; i < count / 4; ++i) own.push_back(new shop::Session(i));
        });
    }
    for (std::thread& thread : threads) thread.join();
}

void one(const std::string& what, long i) {
    static long number = 0;
    ++number;
    if (what == "cache") entries.push_back(new cache::Entry);
    if (what == "session") sessions[number] = std::make_unique<shop::Session>(number);
    if (what == "shared") carts.push_back(std::make_shared<shop::Cart>());
    if (what == "order") orders[number].parts[0] = i;
    if (what == "text")
        texts.push_back("GET /api/v1/orders?customer=" + std::string(40, '7') +
                        "&session=" + std::to_string(number));
    if (what == "plain") plains.push_back(new Plain);
    if (what == "callback")
        callbacks.emplace_back([i, a = i + 1, b = i + 2](int x) { called += x + i + a + b; });
    if (what == "ops") connections.push_back(new Connection);
    if (what == "buffer") {
        buffers.push_back(new char[256 << 10]);
        std::memset(buffers.back(), 1, 256 << 10);
    }
    if (what == "release" && !sessions.empty()) sessions.erase(sessions.begin());
}

std::size_t in_threads() {
    std::size_t count = 0;
    for (const auto& own : of_threads) count += own.size();
    return count;
}

void tell() {
    std::size_t in_arrays = 0;
    for (const auto& array : arrays) in_arrays += array.size();
    std::printf(
        "done cache %zu request %zu session %zu threads %zu shared %zu array %zu order %zu text %zu plain "
        "%zu "
        "callback %zu ops %zu buffer %zu\n",
        entries.size(), requests.size(), sessions.size(), in_threads(), carts.size(), in_arrays,
        orders.size(), texts.size(), plains.size(), callbacks.size(), connections.size(), buffers.size());
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    std::fstream orders(argv[1], std::ios::in | std::ios::out);  // for writing too: it never ends
    std::puts("ready");
    std::fflush(stdout);
    std::string what;
    for (long count = 0; orders >> what >> count;) {
        if (what == "churn")
            churn(count);
        else if (what == "threads")
            from_threads(count);
        else if (what == "array")
            arrays.emplace_back(static_cast<std::size_t>(count));
        else
            for (long i = 0; i < count; ++i) one(what, i);
        tell();
    }
    return 0;
}
