// SPDX-License-Identifier: MIT
#include "core/harvest/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "core/base/json_tokens.h"
#include "core/base/text.h"
#include "core/fleet/answer.h"

namespace rampwatch::harvest {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr std::size_t kMostErrorBytes = 65536;
constexpr nanoseconds kLongestWait = 60s;
constexpr int kBusyTries = 2;  // a question that is too large for a server keeps it busy each time anew

std::string body_of(const Form& form) {
    std::string body;
    for (const auto& [name, value] : form)
        body += (body.empty() ? "" : "&") + percent_encoded(name) + "=" + percent_encoded(value);
    return body;
}

// What a server says for people in an answer of another status, in JSON or as plain text.
std::string words_of(HttpStream& stream) {
    std::string body;
    while (body.size() < kMostErrorBytes) {
        const std::string_view more = stream.more();
        if (more.empty()) break;
        body += more.substr(0, kMostErrorBytes - body.size());
    }
    bool given = false;
    JsonTokens tokens([&]() -> std::string_view {
        return std::exchange(given, true) ? std::string_view() : std::string_view(body);
    });
    std::string words = fleet::error_in(tokens);
    if (words.empty() && !body.starts_with('<')) words = escape(trim(split(body, '\n').front()), 200);
    return words;
}

bool asks_for_less(long status, const std::string& words) {
    if (status == 422 || status == 413) return true;
    return status == 400 && (words.find("maximum resolution") != std::string::npos ||
                             words.find("points per timeseries") != std::string::npos ||
                             words.find("too many points") != std::string::npos);
}

Trouble refused(HttpStream& stream) {
    const long status = stream.status();
    const std::string words = words_of(stream);
    const std::string said =
        words.empty() ? fmt::format("answers {}", status) : fmt::format("answers {}: {}", status, words);
    Trouble trouble{
        .error = {Error::Kind::bad_input, said, {}, {}}, .wait = stream.retry_after(), .status = status};
    if (status == 401 || status == 403) {
        trouble.error.kind = Error::Kind::no_permission;
        trouble.error.hint = "--bearer-file and --basic-auth-file say who asks";
    } else if (status == 404) {
        trouble.error.hint = "the URL is what stands before /api/v1 there";
    } else if (asks_for_less(status, words)) {
        trouble.remedy = Remedy::smaller;
    } else if (status == 429 || status >= 500) {
        trouble.error.kind = Error::Kind::io;
        trouble.remedy = Remedy::again;
    }
    return trouble;
}

std::optional<Trouble> ask_once(const Server& server, const HttpQuestion& question, AskNotes& notes,
                                const std::function<Result<void>(HttpStream&)>& read) {
    ++notes.questions;
    const auto failed = [](Error error) {
        const bool passes = error.kind == Error::Kind::io || error.kind == Error::Kind::timed_out;
        return Trouble{.error = std::move(error), .remedy = passes ? Remedy::again : Remedy::none};
    };
    auto stream = HttpStream::open(question, server.access);
    if (!stream) return failed(stream.error());
    if (stream->status() != 200) return refused(*stream);
    const auto done = read(*stream);
    notes.bytes += stream->bytes();
    if (stream->error()) return failed(*stream->error());
    if (!done) return Trouble{.error = done.error(), .remedy = Remedy::again};
    return std::nullopt;
}

bool is_stopped(const Server& server) { return server.stop != nullptr && *server.stop; }

void wait_for(const Server& server, nanoseconds time) {
    constexpr nanoseconds kSlice = 50ms;
    for (; time > 0ns && !is_stopped(server); time -= kSlice)
        std::this_thread::sleep_for(std::min(time, kSlice));
}

}  // namespace

HttpQuestion form_question(const std::string& path, const Form& form, std::size_t most_bytes) {
    return {.url = path,
            .body = body_of(form),
            .content_type = "application/x-www-form-urlencoded",
            .most_bytes = most_bytes};
}

std::optional<Trouble> ask(const Server& server, HttpQuestion question, AskNotes& notes,
                           const std::function<Result<void>(HttpStream&)>& read) {
    question.url = server.url + question.url;
    nanoseconds wait = server.first_wait;
    for (int tried = 1;; ++tried, wait *= 2) {
        auto trouble = ask_once(server, question, notes, read);
        if (!trouble) return std::nullopt;
        trouble->error.where = escape(server.url, 200);
        if (trouble->remedy != Remedy::again) return trouble;
        const bool is_busy =
            trouble->error.kind == Error::Kind::timed_out || trouble->status == 503 || trouble->status == 504;
        if (is_busy && tried >= std::min(kBusyTries, server.tries))
            return trouble->remedy = Remedy::smaller, trouble;
        if (tried >= server.tries || is_stopped(server)) return trouble->remedy = Remedy::none, trouble;
        ++notes.again;
        wait_for(server, std::min(std::max(wait, trouble->wait), kLongestWait));
    }
}

}  // namespace rampwatch::harvest
