// SPDX-License-Identifier: MIT
// An HTTP server on a loopback port, or a Unix socket, that answers each path with the same bytes each time.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <string>
#include <thread>

#include "core/base/fd.h"

namespace rampwatch::test {

class CannedServer {
  public:
    // `answers`: path to the bytes that go out; those without one get `otherwise`. An empty answer is none:
    // the connection is held open.
    explicit CannedServer(std::map<std::string, std::string> answers, std::string otherwise = "",
                          const std::string& unix_path = "")
        : answers_(std::move(answers)),
          otherwise_(std::move(otherwise)),
          socket_(::socket(unix_path.empty() ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        if (unix_path.empty()) {
            sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            socklen_t size = sizeof address;
            ::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size);
            ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
            port_ = ntohs(address.sin_port);
        } else {
            sockaddr_un address{};
            address.sun_family = AF_UNIX;
            unix_path.copy(address.sun_path, sizeof address.sun_path - 1);
            ::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
        }
        ::listen(socket_.get(), 16);
        thread_ = std::thread([this] { serve(); });
    }
    CannedServer(const CannedServer&) = delete;
    CannedServer& operator=(const CannedServer&) = delete;
    ~CannedServer() {
        over_ = true;
        thread_.join();
    }

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    [[nodiscard]] int asked() const { return asked_; }

  private:
    void serve() {
        std::map<int, Fd> held;
        while (!over_) {
            pollfd wait{socket_.get(), POLLIN, 0};
            if (::poll(&wait, 1, 10) <= 0) continue;
            Fd client(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            std::string request;
            std::array<char, 4096> part{};
            while (request.find("\r\n\r\n") == std::string::npos) {
                const ssize_t got = ::read(client.get(), part.data(), part.size());
                if (got <= 0) break;
                request.append(part.data(), static_cast<std::size_t>(got));
            }
            ++asked_;
            const auto from = request.find(' ') + 1;
            const auto found = answers_.find(request.substr(from, request.find(' ', from) - from));
            const std::string& bytes = found == answers_.end() ? otherwise_ : found->second;
            for (std::size_t sent = 0; sent < bytes.size();) {
                const ssize_t done =
                    ::send(client.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
                if (done <= 0) break;
                sent += static_cast<std::size_t>(done);
            }
            const int fd = client.get();
            if (bytes.empty()) held.emplace(fd, std::move(client));
        }
    }

    std::map<std::string, std::string> answers_;
    std::string otherwise_;
    Fd socket_;
    int port_ = 0;
    std::atomic<bool> over_ = false;
    std::atomic<int> asked_ = 0;
    std::thread thread_{};
};

inline std::string http_reply(int status, const std::string& type, const std::string& body,
                              const std::string& further = "") {
    return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: " + type +
           "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + further +
           "\r\n" + body;
}

}  // namespace rampwatch::test
