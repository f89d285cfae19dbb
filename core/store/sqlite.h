// SPDX-License-Identifier: MIT
// The system's SQLite, as narrow as we need it. The only user of its header is sqlite.cpp.
//
// One connection belongs to one thread; several of one file may live in several threads and processes.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace rampwatch::store {

class Statement {
  public:
    Statement() = default;
    Statement(Statement&&) noexcept;
    Statement& operator=(Statement&&) noexcept;
    ~Statement();

    // Parameters count from 1; unset ones are NULL. What was bound stays until it is bound anew.
    Statement& bind(int parameter, std::int64_t value);
    Statement& bind(int parameter, double value);
    Statement& bind(int parameter,
                    std::string_view text);  // copied; bytes that are not UTF-8 stay as they are
    Statement& bind_null(int parameter);
    template <class T>
    Statement& bind(int parameter, const std::optional<T>& value) {
        return value ? bind(parameter, *value) : bind_null(parameter);
    }

    // True when there is a row, false at the end; after that, and after an error, it can be run again.
    Result<bool> step();
    // The same for what gives no row.
    Result<void> run();
    void reset();

    // Of the row in hand; columns count from 0.
    [[nodiscard]] bool is_null(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] std::optional<std::int64_t> maybe_integer(int column) const;
    [[nodiscard]] std::optional<std::chrono::nanoseconds> maybe_time(int column) const;

  private:
    friend class Database;
    Statement(sqlite3* database, sqlite3_stmt* statement, const std::string* path)
        : database_(database), statement_(statement), path_(path) {}

    sqlite3* database_ = nullptr;
    sqlite3_stmt* statement_ = nullptr;
    const std::string* path_ = nullptr;
};

class Database {
  public:
    enum class Mode : std::uint8_t {
        write,      // the file is there already, if only as an empty one
        read,       // sees what a living writer writes
        immutable,  // reads a file that nobody writes, where not even a lock may be taken; what a dead writer
                    // left in its write-ahead log is not seen
    };

    // How long a call waits for another process's lock before it fails. Errors, `where` being the path:
    // not_found, no_permission, bad_input (damaged, or no database), timed_out (locked), io (also a full
    // disk).
    static Result<Database> open(const std::string& path, Mode mode, std::chrono::milliseconds patience);
    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    Result<void> run(const std::string& sql);             // one or several statements, rows are dropped
    Result<Statement> prepare(std::string_view sql);      // lives no longer than the Database
    Result<std::int64_t> number(const std::string& sql);  // the first column of the first row; 0 without one
    [[nodiscard]] const std::string& path() const { return *path_; }

  private:
    Database() = default;
    void close();

    sqlite3* database_ = nullptr;
    std::unique_ptr<std::string> path_{};  // as it was given
};

}  // namespace rampwatch::store
