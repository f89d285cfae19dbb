// SPDX-License-Identifier: MIT
#include "core/base/http_stream.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/http.h"
#include "core/base/text.h"
#include "core/base/units.h"

#if defined(RAMPWATCH_CURL)
#include "core/base/curl_library.h"
#endif

namespace rampwatch {

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                           (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_' ||
                           byte == '~';
        if (plain) {
            out += c;
        } else {
            out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
        }
    }
    return out;
}

#if defined(RAMPWATCH_CURL)

namespace {

constexpr int kMostRedirects = 3;
constexpr int kPoll_ms = 250;

long whole_ms(std::chrono::nanoseconds time) {
    return static_cast<long>(std::max<std::int64_t>(time.count() / 1'000'000, 1));
}

std::string part_of(const CurlLibrary& curl, CURLU* url, CURLUPart what, unsigned flags = 0) {
    char* text = nullptr;
    if (curl.url_get(url, what, &text, flags) != CURLUE_OK || text == nullptr) return {};
    std::string part = text;
    curl.release(text);
    return part;
}

struct Place {
    std::string scheme{}, host{}, port{};
    bool has_user = false;
};

std::optional<Place> place_of(const CurlLibrary& curl, const std::string& text) {
    const std::unique_ptr<CURLU, decltype(curl.url_cleanup)> url(curl.url(), curl.url_cleanup);
    if (!url || curl.url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return std::nullopt;
    Place place{part_of(curl, url.get(), CURLUPART_SCHEME), part_of(curl, url.get(), CURLUPART_HOST),
                part_of(curl, url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT),
                !part_of(curl, url.get(), CURLUPART_USER).empty()};
    if (place.scheme != "http" && place.scheme != "https") return std::nullopt;
    return place;
}

bool has_secrets(const HttpAccess& access) {
    return !access.bearer.empty() || !access.user_password.empty() || !access.headers.empty();
}

// From http to https on the same host is where servers send people for good.
bool is_same_place(const Place& from, const Place& to) {
    if (from.host != to.host) return false;
    return from.scheme == to.scheme ? from.port == to.port : to.scheme == "https";
}

}  // namespace

struct HttpStream::State {
    explicit State(const CurlLibrary& library) : curl(library) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (multi != nullptr && easy != nullptr) curl.multi_remove(multi, easy);
        if (easy != nullptr) curl.cleanup(easy);
        if (multi != nullptr) curl.multi_cleanup(multi);
        if (headers != nullptr) curl.free_list(headers);
    }

    static std::size_t receive(char* bytes, std::size_t size, std::size_t count, void* user) {
        auto& state = *static_cast<State*>(user);
        if (size * count > state.most_left) {
            state.is_too_large = true;
            return 0;
        }
        state.most_left -= size * count;
        state.came += static_cast<std::int64_t>(size * count);
        state.coming.append(bytes, size * count);
        return size * count;
    }

    void begin(const HttpQuestion& question, const HttpAccess& access, const std::string& url);
    void add_header(const std::string& line) { headers = curl.append(headers, line.c_str()); }
    void wait();
    void finish(CURLcode code);
    [[nodiscard]] Error failed(CURLcode code) const;
    [[nodiscard]] long status() const {
        long code = 0;
        curl.info(easy, CURLINFO_RESPONSE_CODE, &code);
        return code;
    }

    const CurlLibrary& curl;
    CURL* easy = nullptr;
    CURLM* multi = nullptr;
    curl_slist* headers = nullptr;
    std::string body{};
    std::string coming{}, in_hand{};
    std::size_t most_left = 0;
    std::int64_t came = 0;
    std::chrono::nanoseconds patience{};
    bool is_too_large = false, is_done = false;
    std::optional<Error> error{};
};

void HttpStream::State::begin(const HttpQuestion& question, const HttpAccess& access,
                              const std::string& url) {
    easy = curl.init();
    multi = curl.multi_init();
    body = question.body;
    most_left = question.most_bytes;
    patience = access.patience;
    const auto set = [&](CURLoption option, auto value) { curl.set(easy, option, value); };
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NETRC, 0L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_HTTP09_ALLOWED, 0L);
    set(CURLOPT_USERAGENT, "rampwatch");
    set(CURLOPT_CONNECTTIMEOUT_MS, whole_ms(std::min(access.patience, access.longest)));
    set(CURLOPT_TIMEOUT_MS, whole_ms(access.longest));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, std::max(whole_ms(access.patience) / 1000, 1L));
    set(CURLOPT_BUFFERSIZE, 65536L);
    set(CURLOPT_WRITEFUNCTION, &State::receive);
    set(CURLOPT_WRITEDATA, static_cast<void*>(this));
    if (!access.ca_file.empty()) set(CURLOPT_CAINFO, access.ca_file.c_str());
    if (!access.user_password.empty()) {
        set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
        set(CURLOPT_USERPWD, access.user_password.c_str());
    }
    if (!access.bearer.empty()) add_header("Authorization: Bearer " + access.bearer);
    for (const std::string& line : access.headers) add_header(line);
    for (const std::string& line : question.headers) add_header(line);
    if (!body.empty()) {
        set(CURLOPT_POSTFIELDS, body.c_str());
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
        add_header("Content-Type: " + question.content_type);
        add_header("Expect:");
    }
    set(CURLOPT_HTTPHEADER, headers);
    curl.multi_add(multi, easy);
}

Error HttpStream::State::failed(CURLcode code) const {
    if (is_too_large) return {Error::Kind::bad_input, "its answer is larger than it may be", {}, {}};
    switch (code) {
        case CURLE_OPERATION_TIMEDOUT:
            return {Error::Kind::timed_out,
                    fmt::format("no answer, or an answer that stalled, within {}", format_duration(patience)),
                    {},
                    {}};
        case CURLE_COULDNT_CONNECT:
            return {Error::Kind::io, "nobody listens there: the connection was refused", {}, {}};
        case CURLE_COULDNT_RESOLVE_HOST:
            return {Error::Kind::io, "the name of the host is not known", {}, {}};
        case CURLE_URL_MALFORMAT:
            return {Error::Kind::bad_input, "not a URL", {}, {}};
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
            return {Error::Kind::no_permission,
                    "its certificate is not one that is trusted here",
                    {},
                    "--ca-file names whom else to trust"};
        case CURLE_GOT_NOTHING:
        case CURLE_RECV_ERROR:
        case CURLE_SEND_ERROR:
        case CURLE_PARTIAL_FILE:
            return {Error::Kind::io, "the connection was cut off before the answer was whole", {}, {}};
        case CURLE_OUT_OF_MEMORY:  // what libcurl calls a head of more than 300 KB, too
            return {Error::Kind::io, "the head of its answer is too long, or memory is short", {}, {}};
        case CURLE_WEIRD_SERVER_REPLY:
        case CURLE_UNSUPPORTED_PROTOCOL:
            return {Error::Kind::io, "what answers there does not speak HTTP", {}, {}};
        default:
            return {Error::Kind::io, escape(curl.text(code), 256), {}, {}};
    }
}

void HttpStream::State::finish(CURLcode code) {
    is_done = true;
    if (code != CURLE_OK) error = failed(code);
}

// Until there are bytes, or there is an end.
void HttpStream::State::wait() {
    while (coming.empty() && !is_done) {
        int running = 0, left = 0;
        if (curl.multi_perform(multi, &running) != CURLM_OK) return finish(CURLE_OUT_OF_MEMORY);
        while (const CURLMsg* message = curl.multi_read(multi, &left)) {
            if (message->msg == CURLMSG_DONE) finish(message->data.result);
        }
        if (coming.empty() && !is_done) curl.multi_poll(multi, nullptr, 0, kPoll_ms, nullptr);
    }
}

HttpStream::HttpStream(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<HttpStream> HttpStream::open(const HttpQuestion& question, const HttpAccess& access) {
    const CurlLibrary* curl = curl_library();
    if (curl == nullptr)
        return Error{
            Error::Kind::unavailable, "libcurl is not installed", {}, "Debian's package is libcurl4"};
    std::string url = question.url;
    auto place = place_of(*curl, url);
    if (!place) return Error{Error::Kind::bad_input, "not a URL of http or https", {}, {}};
    for (int redirects = 0;; ++redirects) {
        auto state = std::make_unique<State>(*curl);
        state->begin(question, access, url);
        state->wait();
        if (state->error && state->coming.empty()) return *state->error;
        const long status = state->status();
        const char* to = nullptr;
        if (status >= 300 && status < 400) curl->info(state->easy, CURLINFO_REDIRECT_URL, &to);
        if (to == nullptr) return HttpStream(std::move(state));
        const auto next = place_of(*curl, to);
        const bool stays = next && is_same_place(*place, *next) && !next->has_user;
        const std::string shown = escape(to, 200);
        if (redirects == kMostRedirects || !next || (!stays && has_secrets(access)))
            return Error{Error::Kind::no_permission,
                         "sends us on to " + shown + ", which is not followed",
                         {},
                         "name that place as the URL, where it is to be trusted"};
        url = to;
        place = next;
    }
}

HttpStream::HttpStream(HttpStream&&) noexcept = default;
HttpStream& HttpStream::operator=(HttpStream&&) noexcept = default;
HttpStream::~HttpStream() = default;

long HttpStream::status() const { return state_->status(); }

std::string HttpStream::content_type() const {
    const char* type = nullptr;
    state_->curl.info(state_->easy, CURLINFO_CONTENT_TYPE, &type);
    return type == nullptr ? std::string() : std::string(type).substr(0, 256);
}

std::chrono::seconds HttpStream::retry_after() const {
    curl_off_t seconds = 0;
    state_->curl.info(state_->easy, CURLINFO_RETRY_AFTER, &seconds);
    return std::chrono::seconds(std::clamp<curl_off_t>(seconds, 0, 86400));
}

std::string_view HttpStream::more() {
    state_->in_hand.clear();
    state_->wait();
    state_->in_hand.swap(state_->coming);
    return state_->in_hand;
}

const std::optional<Error>& HttpStream::error() const { return state_->error; }
std::int64_t HttpStream::bytes() const { return state_->came; }

#else

struct HttpStream::State {
    std::optional<Error> error{};
};

HttpStream::HttpStream(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpStream::HttpStream(HttpStream&&) noexcept = default;
HttpStream& HttpStream::operator=(HttpStream&&) noexcept = default;
HttpStream::~HttpStream() = default;
Result<HttpStream> HttpStream::open(const HttpQuestion&, const HttpAccess&) {
    return http_get({}, {}).error();  // says what was left out
}
long HttpStream::status() const { return 0; }
std::string HttpStream::content_type() const { return {}; }
std::chrono::seconds HttpStream::retry_after() const { return {}; }
std::string_view HttpStream::more() { return {}; }
const std::optional<Error>& HttpStream::error() const { return state_->error; }
std::int64_t HttpStream::bytes() const { return 0; }

#endif

}  // namespace rampwatch
