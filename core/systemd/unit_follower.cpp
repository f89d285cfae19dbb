// SPDX-License-Identifier: MIT
#include "core/systemd/unit_follower.h"

#include <fmt/format.h>
#include <poll.h>
#include <systemd/sd-bus.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/systemd/unit_name.h"

namespace rampwatch::systemd {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr const char* kManager = "org.freedesktop.systemd1";
constexpr const char* kManagerPath = "/org/freedesktop/systemd1";
constexpr const char* kManagerInterface = "org.freedesktop.systemd1.Manager";
constexpr const char* kUnitInterface = "org.freedesktop.systemd1.Unit";
constexpr const char* kServiceInterface = "org.freedesktop.systemd1.Service";
constexpr const char* kProperties = "org.freedesktop.DBus.Properties";

constexpr nanoseconds kFirstAnswer = 5s;
constexpr nanoseconds kConnectAgain = 5s;
constexpr nanoseconds kAskAnyway = 5min;
constexpr int kMostMessages = 256;  // at one go
constexpr std::size_t kMostUnits = 8192;

struct BusDeleter {
    void operator()(sd_bus* bus) const { ::sd_bus_close_unref(bus); }
};
using Bus = std::unique_ptr<sd_bus, BusDeleter>;

Error bus_error(int number) {
    const auto kind =
        -number == EACCES || -number == EPERM ? Error::Kind::no_permission : Error::Kind::unavailable;
    return {kind,
            fmt::format("systemd cannot be asked over the system bus: {}", std::strerror(-number)),
            {},
            "is dbus running, and may this user log in to it?"};
}

enum class Property : std::uint8_t { load_state, active_state, main_pid, control_group, result, restarts };
struct PropertyQuery {
    Property property;
    const char* interface;
    const char* name;
};
constexpr PropertyQuery kAsked[] = {
    {Property::load_state, kUnitInterface, "LoadState"},
    {Property::active_state, kUnitInterface, "ActiveState"},
    {Property::main_pid, kServiceInterface, "MainPID"},
    {Property::control_group, kServiceInterface, "ControlGroup"},
    {Property::result, kServiceInterface, "Result"},
    {Property::restarts, kServiceInterface, "NRestarts"},
};

std::string read_text(sd_bus_message* answer) {
    const char* text = nullptr;
    return ::sd_bus_message_read(answer, "v", "s", &text) >= 0 && text != nullptr ? std::string(text)
                                                                                  : std::string();
}

std::uint32_t read_number(sd_bus_message* answer) {
    std::uint32_t number = 0;
    return ::sd_bus_message_read(answer, "v", "u", &number) >= 0 ? number : 0;
}

}  // namespace

bool is_up(const UnitState& state) {
    return !state.active.empty() && state.active != "inactive" && state.active != "failed";
}

struct UnitFollower::State {
    std::string unit{}, path{};
    Bus bus{};
    UnitState told{};   // whole, as of the last round of answers
    UnitState round{};  // being filled in
    std::size_t awaited = 0;
    bool again = false;  // something changed while answers were awaited
    bool answered = false, changed = false;
    nanoseconds ask_at{};      // anyway
    nanoseconds connect_at{};  // while there is no bus

    int connect();
    void lost();
    void ask();
    void round_over();
    static int on_change(sd_bus_message* message, void* state, sd_bus_error* error);
    static int on_owner(sd_bus_message* message, void* state, sd_bus_error* error);
    template <int Which>
    static int on_answer(sd_bus_message* message, void* state, sd_bus_error* error);
    template <int Which>
    int ask_one();
    int subscribe();
};

// The unit is loaded by asking for it by its path, whether it runs or not.
int UnitFollower::State::connect() {
    sd_bus* raw = nullptr;
    int done = ::sd_bus_open_system(&raw);
    if (done < 0) return done;
    bus.reset(raw);
    done = ::sd_bus_match_signal_async(raw, nullptr, kManager, path.c_str(), kProperties, "PropertiesChanged",
                                       on_change, nullptr, this);
    if (done < 0) return done;
    done = ::sd_bus_add_match_async(raw, nullptr,
                                    "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',"
                                    "arg0='org.freedesktop.systemd1'",
                                    on_owner, nullptr, this);
    if (done < 0) return done;
    return subscribe();
}

int UnitFollower::State::subscribe() {
    const auto ignore = [](sd_bus_message*, void*, sd_bus_error*) { return 0; };
    const int done = ::sd_bus_call_method_async(bus.get(), nullptr, kManager, kManagerPath, kManagerInterface,
                                                "Subscribe", ignore, this, nullptr);
    if (done >= 0) ask();
    return done;
}

void UnitFollower::State::lost() {
    bus.reset();
    awaited = 0;
    again = false;
    connect_at = boot_now() + kConnectAgain;
}

template <int Which>
int UnitFollower::State::ask_one() {
    const PropertyQuery& asked = kAsked[Which];
    const int done =
        ::sd_bus_call_method_async(bus.get(), nullptr, kManager, path.c_str(), kProperties, "Get",
                                   on_answer<Which>, this, "ss", asked.interface, asked.name);
    if (done >= 0) ++awaited;
    return done;
}

void UnitFollower::State::ask() {
    if (!bus) return;
    if (awaited > 0) {
        again = true;
        return;
    }
    again = false;
    round = {};
    ask_at = boot_now() + kAskAnyway;
    const auto all = [this]<int... Which>(std::integer_sequence<int, Which...>) {
        return (... && (ask_one<Which>() >= 0));
    };
    if (!all(std::make_integer_sequence<int, static_cast<int>(std::size(kAsked))>())) lost();
}

int UnitFollower::State::on_change(sd_bus_message*, void* state, sd_bus_error*) {
    static_cast<State*>(state)->ask();
    return 0;
}

int UnitFollower::State::on_owner(sd_bus_message*, void* state, sd_bus_error*) {
    static_cast<State*>(state)->subscribe();  // the manager was replaced, and has forgotten us
    return 0;
}

template <int Which>
int UnitFollower::State::on_answer(sd_bus_message* message, void* state, sd_bus_error*) {
    State& self = *static_cast<State*>(state);
    if (self.awaited == 0) return 0;  // of a round that was given up
    if (::sd_bus_message_is_method_error(message, nullptr) == 0) {
        switch (kAsked[Which].property) {
            case Property::load_state: {
                const std::string load = read_text(message);
                self.round.exists = load != "not-found" && !load.empty();
                break;
            }
            case Property::active_state:
                self.round.active = read_text(message);
                break;
            case Property::main_pid:
                self.round.main_pid =
                    static_cast<std::int32_t>(std::min<std::uint32_t>(read_number(message), INT32_MAX));
                break;
            case Property::control_group:
                self.round.control_group = read_text(message);
                break;
            case Property::result:
                self.round.result = read_text(message);
                break;
            case Property::restarts:
                self.round.restarts = read_number(message);
                break;
        }
    }
    if (--self.awaited == 0) self.round_over();
    return 0;
}

void UnitFollower::State::round_over() {
    answered = true;
    if (is_up(round)) round.exists = true;
    if (round != told) {
        told = round;
        changed = true;
    }
    if (again) ask();
}

UnitFollower::UnitFollower(std::unique_ptr<State> state) : state_(std::move(state)) {}
UnitFollower::UnitFollower(UnitFollower&&) noexcept = default;
UnitFollower& UnitFollower::operator=(UnitFollower&&) noexcept = default;
UnitFollower::~UnitFollower() = default;

Result<UnitFollower> UnitFollower::open(std::string unit) {
    auto state = std::make_unique<State>();
    state->unit = std::move(unit);
    char* path = nullptr;
    if (::sd_bus_path_encode("/org/freedesktop/systemd1/unit", state->unit.c_str(), &path) < 0)
        return Error{Error::Kind::bad_input, "not a unit's name: " + escape(state->unit, 64), {}, {}};
    state->path = path;
    std::free(path);
    if (const int done = state->connect(); done < 0) return bus_error(done);
    UnitFollower follower(std::move(state));
    const nanoseconds until = boot_now() + kFirstAnswer;
    Poller poller;
    while (!follower.state_->answered) {
        follower.process();
        if (follower.state_->answered) break;
        if (!follower.state_->bus) return bus_error(-ECONNREFUSED);
        if (boot_now() >= until) return bus_error(-ETIMEDOUT);
        poller.clear();
        poller.add(follower.fd());
        poller.wait(std::min(until, follower.deadline().value_or(until)));
    }
    return follower;
}

const std::string& UnitFollower::unit() const { return state_->unit; }
const UnitState& UnitFollower::state() const { return state_->told; }
bool UnitFollower::connected() const { return state_->bus != nullptr; }
int UnitFollower::fd() const { return state_->bus ? ::sd_bus_get_fd(state_->bus.get()) : -1; }

std::optional<nanoseconds> UnitFollower::deadline() const {
    if (!state_->bus) return state_->connect_at;
    std::uint64_t mono_us = UINT64_MAX;  // CLOCK_MONOTONIC
    ::sd_bus_get_timeout(state_->bus.get(), &mono_us);
    nanoseconds soonest = state_->ask_at;
    // While the connection is made it waits to write: Poller polls for reading only.
    if ((::sd_bus_get_events(state_->bus.get()) & POLLOUT) != 0)
        soonest = std::min(soonest, boot_now() + 20ms);
    if (mono_us == UINT64_MAX) return soonest;
    const nanoseconds mono_now = std::chrono::steady_clock::now().time_since_epoch();
    const nanoseconds left =
        std::chrono::microseconds(std::min<std::uint64_t>(mono_us, 1ULL << 50)) - mono_now;
    return left <= 0ns ? kDueNow : std::min(soonest, boot_now() + left);
}

bool UnitFollower::process() {
    State& state = *state_;
    const nanoseconds now = boot_now();
    if (!state.bus) {
        if (now < state.connect_at) return false;
        if (state.connect() < 0) state.lost();
        return false;
    }
    for (int turn = 0; turn < kMostMessages && state.bus; ++turn) {
        const int done = ::sd_bus_process(state.bus.get(), nullptr);
        if (done < 0) state.lost();
        if (done <= 0) break;
    }
    if (state.bus && now >= state.ask_at) {
        state.awaited = 0;  // whatever never came
        state.ask();
    }
    return std::exchange(state.changed, false);
}

namespace {

struct MessageDeleter {
    void operator()(sd_bus_message* message) const { ::sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, MessageDeleter>;

// The answer to a list that takes no, or (states, patterns), arguments; empty on any trouble.
Message listed(sd_bus* bus, const char* method, bool services_only) {
    sd_bus_message* raw = nullptr;
    if (::sd_bus_message_new_method_call(bus, &raw, kManager, kManagerPath, kManagerInterface, method) < 0)
        return {};
    const Message call(raw);
    if (services_only && ::sd_bus_message_append(raw, "asas", 0, 1, "*.service") < 0) return {};
    sd_bus_message* answer = nullptr;
    const auto limit_us = static_cast<std::uint64_t>(kFirstAnswer / 1us);
    if (::sd_bus_call(bus, raw, limit_us, nullptr, &answer) < 0) return {};
    return Message(answer);
}

void keep_service(const char* path, std::vector<std::string>& names) {
    std::string_view name(path);
    name.remove_prefix(name.rfind('/') + 1);
    if (name.ends_with(".service") && name.find("@.") == std::string_view::npos) names.emplace_back(name);
}

}  // namespace

// Units that are loaded are told at once; for all unit files the manager reads the disk.
std::vector<std::string> UnitFollower::near_names() {
    if (!state_->bus) return {};
    std::vector<std::string> names;
    if (const Message units = listed(state_->bus.get(), "ListUnitsByPatterns", true);
        units && ::sd_bus_message_enter_container(units.get(), 'a', "(ssssssouso)") >= 0) {
        const char* name = nullptr;
        const char* load = nullptr;
        while (names.size() < kMostUnits &&
               ::sd_bus_message_enter_container(units.get(), 'r', "ssssssouso") > 0) {
            if (::sd_bus_message_read(units.get(), "sss", &name, nullptr, &load) < 0) break;
            if (std::string_view(load) != "not-found") keep_service(name, names);
            if (::sd_bus_message_skip(units.get(), "sssouso") < 0 ||
                ::sd_bus_message_exit_container(units.get()) < 0)
                break;
        }
    }
    auto near = nearest_units(state_->unit, names);
    if (!near.empty()) return near;
    if (const Message files = listed(state_->bus.get(), "ListUnitFiles", false);
        files && ::sd_bus_message_enter_container(files.get(), 'a', "(ss)") >= 0) {
        const char *path = nullptr, *how = nullptr;
        while (names.size() < kMostUnits && ::sd_bus_message_read(files.get(), "(ss)", &path, &how) > 0)
            keep_service(path, names);
    }
    return nearest_units(state_->unit, names);
}

}  // namespace rampwatch::systemd
