// SPDX-License-Identifier: MIT
// A server of metrics that is asked with care: again after a while where it is busy or was cut off, less at
// once where it says that it was too much.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/http_stream.h"

namespace rampwatch::harvest {

inline constexpr int kTries = 5;

struct Server {
    std::string url{};  // of http or https, up to before "/api/v1"
    HttpAccess access{};
    std::chrono::milliseconds first_wait{500};  // before it is asked again; then twice as long, and so on
    int tries = kTries;                         // at most
    const std::atomic<bool>* stop = nullptr;    // once true: no further waiting
};

// What may help.
enum class Remedy : unsigned char { none, again, smaller };

struct Trouble {
    Error error{};
    Remedy remedy = Remedy::none;
    std::chrono::nanoseconds wait{};  // as the server has it; 0: it does not say
    long status = 0;                  // of HTTP, where it answered with another than 200
};

using Form = std::vector<std::pair<std::string, std::string>>;  // names and values, as they are

// What was spent on asking.
struct AskNotes {
    std::int64_t questions = 0, again = 0, smaller = 0, bytes = 0;
};

// A POST of a form to a path below the server's URL.
HttpQuestion form_question(const std::string& path, const Form& form, std::size_t most_bytes);

// Asks, up to server.tries times; the question's `url` is a path below the server's. `read` takes an answer
// of status 200 from its beginning, each time anew: what it had of the time before, it forgets. Empty where
// all is well; `where` of the error is the URL. After it, remedy says `smaller` or `none`.
std::optional<Trouble> ask(const Server& server, HttpQuestion question, AskNotes& notes,
                           const std::function<Result<void>(HttpStream&)>& read);

}  // namespace rampwatch::harvest
