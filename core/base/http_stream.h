// SPDX-License-Identifier: MIT
// A question over HTTP whose answer is read as it streams in, however long it is: by libcurl, with bounds on
// time and on silence.
//
// Secrets and headers go where the URL points and nowhere else: a redirect is followed within the same host
// only, never from https to http; without secrets it may lead elsewhere. No proxy, no cookie, no .netrc.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace rampwatch {

// What goes along with each question to one server.
struct HttpAccess {
    std::vector<std::string> headers{};  // "Name: value"; sent to the URL's own host alone
    std::string bearer{};                // a token; empty: none
    std::string user_password{};         // "user:password"; empty: none
    std::string ca_file{};               // PEM of those who are trusted; empty: whom the system trusts
    std::chrono::nanoseconds patience = std::chrono::minutes(2);  // for the first byte, and for the next one
    std::chrono::nanoseconds longest = std::chrono::minutes(20);  // of the whole exchange
};

struct HttpQuestion {
    std::string url{};           // of http or https
    std::string body{};          // is POSTed; empty: a GET
    std::string content_type{};  // of the body
    std::vector<std::string> headers{};
    std::size_t most_bytes = std::size_t{1} << 40;  // of the answer, once unpacked
};

class HttpStream {
  public:
    // Sends, and waits for the first bytes of the answer. An answer of any status is an answer. Errors as of
    // http_get(), and no_permission for a redirect that must not be followed. Blocks.
    static Result<HttpStream> open(const HttpQuestion& question, const HttpAccess& access);

    HttpStream(HttpStream&&) noexcept;
    HttpStream& operator=(HttpStream&&) noexcept;
    ~HttpStream();

    [[nodiscard]] long status() const;
    [[nodiscard]] std::string content_type() const;          // as the server has it: hostile
    [[nodiscard]] std::chrono::seconds retry_after() const;  // 0 where the server does not say

    // The next bytes, valid until the next call; empty at the end, and where error() says why it ended early.
    std::string_view more();
    [[nodiscard]] const std::optional<Error>& error() const;
    [[nodiscard]] std::int64_t bytes() const;  // that have come so far

  private:
    struct State;
    explicit HttpStream(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// For the value of a form or of a query: all but letters, digits and "-._~" as %XX (RFC 3986, 2.3).
std::string percent_encoded(std::string_view text);

}  // namespace rampwatch
