// SPDX-License-Identifier: MIT
#include "core/base/http.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/base/units.h"

#if defined(RAMPWATCH_CURL)
#include <memory>

#include "core/base/curl_library.h"
#endif

namespace rampwatch {

#if defined(RAMPWATCH_CURL)

namespace {

struct Received {
    std::string body{};
    std::size_t most = 0;
    bool is_too_large = false;
};

std::size_t receive(char* bytes, std::size_t size, std::size_t count, void* user) {
    auto& received = *static_cast<Received*>(user);
    if (count > received.most - received.body.size()) {  // size is 1
        received.is_too_large = true;
        return 0;
    }
    received.body.append(bytes, size * count);
    return size * count;
}

Error failed(const CurlLibrary& curl, CURLcode code, const Received& received, const HttpSettings& settings) {
    if (received.is_too_large)
        return {Error::Kind::bad_input,
                fmt::format("its answer is larger than {}",
                            format_size(static_cast<double>(settings.most_bytes))),
                {},
                {}};
    switch (code) {
        case CURLE_OPERATION_TIMEDOUT:
            return {Error::Kind::timed_out,
                    fmt::format("no whole answer within {}", format_duration(settings.timeout)),
                    {},
                    {}};
        case CURLE_COULDNT_CONNECT:
            return {Error::Kind::io, "connection refused: nothing listens there", {}, {}};
        case CURLE_COULDNT_RESOLVE_HOST:
            return {Error::Kind::io, "unknown host", {}, {}};
        case CURLE_URL_MALFORMAT:
            return {Error::Kind::bad_input, "not a URL", {}, {}};
        case CURLE_GOT_NOTHING:
        case CURLE_RECV_ERROR:
        case CURLE_PARTIAL_FILE:
            return {Error::Kind::io, "the connection was cut off before the answer was whole", {}, {}};
        case CURLE_WEIRD_SERVER_REPLY:
        case CURLE_UNSUPPORTED_PROTOCOL:  // of HTTP/0.9, as which it takes anything
        case CURLE_HTTP2:
            return {Error::Kind::io, "the answer is not HTTP", {}, {}};
        default:
            return {Error::Kind::io, escape(curl.text(code), 256), {}, {}};
    }
}

}  // namespace

bool http_is_built_in() { return true; }

Result<HttpAnswer> http_get(const std::string& url, const HttpSettings& settings) {
    if (!url.starts_with("http://") && !url.starts_with("https://"))
        return Error{Error::Kind::bad_input, "not a URL of http or https", {}, {}};
    const CurlLibrary* curl = curl_library();
    if (curl == nullptr)
        return Error{
            Error::Kind::unavailable, "libcurl is not installed", {}, "Debian's package is libcurl4"};
    const std::unique_ptr<CURL, decltype(curl->cleanup)> handle(curl->init(), curl->cleanup);
    if (!handle) return Error{Error::Kind::io, "no memory for a connection", {}, {}};
    Received received{.most = settings.most_bytes};
    const auto set = [&](CURLoption option, auto value) { curl->set(handle.get(), option, value); };
    const auto ms = std::max<std::int64_t>(settings.timeout.count() / 1'000'000, 1);
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NETRC, 0L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_HTTP09_ALLOWED, 0L);
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(ms));
    set(CURLOPT_USERAGENT, "rampwatch");
    set(CURLOPT_WRITEFUNCTION, &receive);
    set(CURLOPT_WRITEDATA, static_cast<void*>(&received));
    if (!settings.unix_socket.empty()) set(CURLOPT_UNIX_SOCKET_PATH, settings.unix_socket.c_str());
    const CURLcode code = curl->perform(handle.get());
    if (code != CURLE_OK) return failed(*curl, code, received, settings);
    HttpAnswer answer;
    const char* type = nullptr;
    curl->info(handle.get(), CURLINFO_RESPONSE_CODE, &answer.status);
    curl->info(handle.get(), CURLINFO_CONTENT_TYPE, &type);
    if (type != nullptr) answer.content_type = std::string(type).substr(0, 256);
    answer.body = std::move(received.body);
    return answer;
}

#else

bool http_is_built_in() { return false; }

Result<HttpAnswer> http_get(const std::string&, const HttpSettings&) {
    return Error{Error::Kind::unavailable,
                 "this rampwatch was built without libcurl",
                 {},
                 "build it without -DRAMPWATCH_CURL=OFF"};
}

#endif

}  // namespace rampwatch
