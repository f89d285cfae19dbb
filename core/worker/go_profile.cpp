// SPDX-License-Identifier: MIT
#include "core/worker/go_profile.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/file.h"
#include "core/base/http.h"
#include "core/base/path.h"
#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/probe/listening.h"
#include "core/stacks/pprof.h"

namespace rampwatch::worker {
namespace {

using std::chrono::nanoseconds;

constexpr std::string_view kUnix = "unix:";
constexpr std::string_view kFolder = "/debug/pprof/";
constexpr std::size_t kMostSocketPath = 107;
constexpr std::size_t kMostAsked = 16;  // addresses
constexpr nanoseconds kAutoTime = std::chrono::seconds(1);
constexpr nanoseconds kLeastTime = std::chrono::milliseconds(10);

Error bad_place(std::string what,
                std::string hint = "as in http://127.0.0.1:6060, unix:/run/shop.sock or auto") {
    return {Error::Kind::bad_input, std::move(what), "--pprof", std::move(hint)};
}

// One profile's answer in words of what is wrong with it.
Error not_a_profile(const HttpAnswer& answer) {
    const auto error = [](std::string what, std::string hint = {}) {
        return Error{Error::Kind::bad_input, std::move(what), {}, std::move(hint)};
    };
    const std::string status = fmt::format("HTTP {}", answer.status);
    if (answer.status == 404)
        return error(status + ": there is no such profile", "is net/http/pprof mounted there?");
    if (answer.status >= 300 && answer.status < 400)
        return error(status + ": it leads elsewhere, and is not followed");
    if (answer.status == 401 || answer.status == 403) return error(status + ": it asks for a login");
    if (answer.status != 200) return error(status);
    const std::string_view body = trim(answer.body);
    if (answer.content_type.starts_with("text/html") || body.starts_with('<'))
        return error("a web page, not a profile", "is net/http/pprof mounted there?");
    return error("not a profile");
}

struct Source {
    std::string url{};          // ends with a slash
    std::string unix_socket{};  // empty: TCP
    std::string shown{};
};

Source source_of(const std::string& place) {
    if (!place.starts_with(kUnix)) return {place, {}, place};
    return {"http://localhost" + std::string(kFolder), place.substr(kUnix.size()), place};
}

Result<stacks::Profile> fetch(const Source& source, const char* name, nanoseconds timeout) {
    HttpSettings settings;
    settings.timeout = std::max(timeout, kLeastTime);
    settings.unix_socket = source.unix_socket;
    const auto answer = http_get(source.url + name, settings);
    if (!answer) return answer.error();
    if (answer->status != 200) return not_a_profile(*answer);
    auto profile = stacks::read_profile(answer->body, settings.most_bytes);
    if (!profile) {
        const bool is_large = profile.error().kind == Error::Kind::unavailable;
        return is_large ? profile.error() : not_a_profile(*answer);
    }
    if (!profile->sample_type.starts_with("goroutine"))
        return Error{Error::Kind::bad_input,
                     fmt::format("a profile of \"{}\", not of goroutines", escape(profile->sample_type, 64)),
                     {},
                     {}};
    return profile;
}

Result<stacks::Profile> fetch_placed(const Source& source, const char* name, nanoseconds timeout) {
    auto profile = fetch(source, name, timeout);
    if (!profile) {
        Error error = profile.error();
        error.where = escape(source.shown, 256);
        return error;
    }
    return profile;
}

// Where the process listens for this host alone; where it listens for others too is named, not asked.
Result<std::vector<Source>> own_sources(pid_t pid) {
    const auto listeners = probe::listeners_of(pid);
    if (!listeners) return listeners.error();
    std::vector<Source> sources;
    std::string open;
    for (const probe::Listener& listener : *listeners) {
        const std::string url = fmt::format("http://{}:{}{}", listener.host, listener.port, kFolder);
        if (listener.loopback && sources.size() < kMostAsked) sources.push_back({url, {}, url});
        if (!listener.loopback && open.empty()) open = fmt::format("http://127.0.0.1:{}", listener.port);
    }
    if (sources.empty())
        return Error{Error::Kind::not_found,
                     open.empty() ? "it listens on no TCP address"
                                  : "it listens on no loopback address, and others are not asked unbidden",
                     fmt::format("PID {}", pid), open.empty() ? std::string() : "--pprof " + open};
    return sources;
}

struct FoundProfile {
    Source source{};
    stacks::Profile profile{};
};

Result<FoundProfile> find_profile(pid_t pid, nanoseconds until) {
    const auto sources = own_sources(pid);
    if (!sources) return sources.error();
    std::string why;
    for (const Source& source : *sources) {
        const nanoseconds left = until - boot_now();
        if (left < kLeastTime) break;
        auto profile = fetch(source, "goroutine", std::min(left, kAutoTime));
        if (profile) return FoundProfile{source, std::move(*profile)};
        if (profile.error().kind == Error::Kind::unavailable) return profile.error();
        why += fmt::format("{}{}: {}", why.empty() ? "" : "; ", source.url, profile.error().what);
    }
    return Error{Error::Kind::not_found, "no profile where it listens (" + why + ")",
                 fmt::format("PID {}", pid), "is net/http/pprof mounted?"};
}

void add_leaked(const FoundProfile& found, nanoseconds until, Dump& dump) {
    const auto leaked = fetch(found.source, "goroutineleak", until - boot_now());
    if (leaked) {
        dump.go->leaked = leaked->total;
        stacks::mark_leaked(dump.groups, *leaked);
    } else if (leaked.error().kind != Error::Kind::bad_input) {
        dump.warnings.push_back("Its leak profile: " + to_string(leaked.error()) + ".");
    }
}

}  // namespace

Result<std::string> pprof_place(std::string_view word) {
    if (word == kPprofAuto) return std::string(word);
    if (word.empty() || word.size() > kMostPprofPlace || escape(word) != word) return bad_place("not a URL");
    if (word.starts_with(kUnix)) {
        const std::string_view path = word.substr(kUnix.size());
        if (!path.starts_with('/') || path.size() > kMostSocketPath)
            return bad_place("not the whole path of a socket");
        return std::string(word);
    }
    const auto scheme = word.find("://");
    if (scheme == std::string_view::npos || (!word.starts_with("http://") && !word.starts_with("https://")))
        return bad_place("not a URL of http or https");
    word = word.substr(0, word.find_first_of("?#"));
    const auto host = scheme + 3;
    const auto slash = std::min(word.find('/', host), word.size());
    if (slash == host) return bad_place("a URL without a host");
    if (word.substr(host, slash - host).find('@') != std::string_view::npos)
        return bad_place("a URL with a name or a password in it", "others can read command lines");
    std::string path(word.substr(slash));
    for (const std::string_view last : {"/goroutine", "/goroutineleak"}) {
        if (path.ends_with(last)) path.resize(path.size() - last.size() + 1);
    }
    if (path.empty() || path == "/") path = kFolder;
    if (!path.ends_with('/')) path += '/';
    return std::string(word.substr(0, slash)) + path;
}

Result<Dump> ask_profile(pid_t pid, const std::string& place, nanoseconds timeout) {
    const nanoseconds until = boot_now() + timeout;
    FoundProfile found;
    if (place == kPprofAuto) {
        auto found_there = find_profile(pid, until);
        if (!found_there) return found_there.error();
        found = std::move(*found_there);
    } else {
        found.source = source_of(place);
        auto profile = fetch_placed(found.source, "goroutine", timeout);
        if (!profile) return profile.error();
        found.profile = std::move(*profile);
    }
    Dump dump;
    dump.backend = "go";
    dump.go = GoProgram{};
    dump.go->source = found.source.shown;
    dump.go->goroutines = found.profile.total;
    dump.go->ungrouped = found.profile.ungrouped;
    dump.groups = std::move(found.profile.groups);
    const auto executable = read_link(AT_FDCWD, fmt::format("/proc/{}/exe", pid));
    if (executable && !found.profile.executable.empty() &&
        executable_name(*executable) != executable_name(found.profile.executable)) {
        dump.warnings.push_back(fmt::format("The profile is of {}, not of {}: is it the same process?",
                                            escape(executable_name(found.profile.executable), 64),
                                            escape(executable_name(*executable), 64)));
    }
    add_leaked(found, until, dump);
    return dump;
}

}  // namespace rampwatch::worker
