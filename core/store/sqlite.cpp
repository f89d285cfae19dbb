// SPDX-License-Identifier: MIT
#include "core/store/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <utility>

#include "core/base/text.h"

namespace rampwatch::store {
namespace {

Error::Kind kind_of(int primary) {
    switch (primary) {
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return Error::Kind::no_permission;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return Error::Kind::timed_out;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return Error::Kind::bad_input;
        default:
            return Error::Kind::io;
    }
}

std::string words_of(int primary, const char* message) {
    switch (primary) {
        case SQLITE_FULL:
            return "no room is left on the disk";
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return "locked by another process";
        case SQLITE_CORRUPT:
            return "damaged: " + std::string(message);
        case SQLITE_NOTADB:
            return "not a database";
        case SQLITE_READONLY:
            return "not writable";
        case SQLITE_CANTOPEN:
            return "cannot be opened";
        default:
            return message;
    }
}

Error error_of(sqlite3* database, const std::string& path) {
    const int code = database == nullptr ? SQLITE_NOMEM : ::sqlite3_extended_errcode(database);
    const int primary = code & 0xff;
    const char* message = database == nullptr ? "out of memory" : ::sqlite3_errmsg(database);
    std::string hint;
    if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) hint = "move it away; a new one is made then";
    return {kind_of(primary), words_of(primary, message), escape(path, 256), std::move(hint)};
}

// For a file: URI, in which a path may hold anything but these.
std::string uri_of(const std::string& path, std::string_view options) {
    std::string uri = "file:";
    for (const char c : path) {
        if (c == '%' || c == '?' || c == '#') {
            uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        } else {
            uri += c;
        }
    }
    return uri + std::string(options);
}

}  // namespace

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)), path_(other.path_) {}

Statement& Statement::operator=(Statement&& other) noexcept {
    if (this != &other) {
        ::sqlite3_finalize(statement_);
        database_ = other.database_;
        statement_ = std::exchange(other.statement_, nullptr);
        path_ = other.path_;
    }
    return *this;
}

Statement::~Statement() { ::sqlite3_finalize(statement_); }

Statement& Statement::bind(int parameter, std::int64_t value) {
    ::sqlite3_bind_int64(statement_, parameter, value);
    return *this;
}

Statement& Statement::bind(int parameter, double value) {
    ::sqlite3_bind_double(statement_, parameter, value);
    return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
    ::sqlite3_bind_text64(statement_, parameter, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    return *this;
}

Statement& Statement::bind_null(int parameter) {
    ::sqlite3_bind_null(statement_, parameter);
    return *this;
}

Result<bool> Statement::step() {
    const int code = ::sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) {
        ::sqlite3_reset(statement_);
        return false;
    }
    Error error = error_of(database_, *path_);
    ::sqlite3_reset(statement_);
    return error;
}

Result<void> Statement::run() {
    const auto row = step();
    if (!row) return row.error();
    ::sqlite3_reset(statement_);
    return {};
}

void Statement::reset() { ::sqlite3_reset(statement_); }

bool Statement::is_null(int column) const { return ::sqlite3_column_type(statement_, column) == SQLITE_NULL; }

std::int64_t Statement::integer(int column) const { return ::sqlite3_column_int64(statement_, column); }

double Statement::real(int column) const { return ::sqlite3_column_double(statement_, column); }

std::string Statement::text(int column) const {
    const auto* bytes = static_cast<const char*>(::sqlite3_column_blob(statement_, column));
    const int size = ::sqlite3_column_bytes(statement_, column);
    return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
}

std::optional<std::int64_t> Statement::maybe_integer(int column) const {
    return is_null(column) ? std::nullopt : std::optional(integer(column));
}

std::optional<std::chrono::nanoseconds> Statement::maybe_time(int column) const {
    return is_null(column) ? std::nullopt : std::optional(std::chrono::nanoseconds(integer(column)));
}

Result<Database> Database::open(const std::string& path, Mode mode, std::chrono::milliseconds patience) {
    Database database;
    database.path_ = std::make_unique<std::string>(path);
    const int access = mode == Mode::write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    const std::string uri = uri_of(path, mode == Mode::immutable ? "?immutable=1" : "");
    const int code =
        ::sqlite3_open_v2(uri.c_str(), &database.database_,
                          access | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    if (code != SQLITE_OK) return error_of(database.database_, path);
    ::sqlite3_busy_timeout(database.database_, static_cast<int>(patience.count()));
    return database;
}

Database::Database(Database&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)), path_(std::move(other.path_)) {}

Database& Database::operator=(Database&& other) noexcept {
    if (this != &other) {
        close();
        database_ = std::exchange(other.database_, nullptr);
        path_ = std::move(other.path_);
    }
    return *this;
}

Database::~Database() { close(); }

void Database::close() { ::sqlite3_close_v2(std::exchange(database_, nullptr)); }

Result<void> Database::run(const std::string& sql) {
    if (::sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
    return error_of(database_, *path_);
}

Result<Statement> Database::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    const int code =
        ::sqlite3_prepare_v2(database_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
    if (code != SQLITE_OK) return error_of(database_, *path_);
    return Statement(database_, statement, path_.get());
}

Result<std::int64_t> Database::number(const std::string& sql) {
    auto statement = prepare(sql);
    if (!statement) return statement.error();
    const auto row = statement->step();
    if (!row) return row.error();
    return *row ? statement->integer(0) : 0;
}

}  // namespace rampwatch::store
