#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A server of metrics behind a real reverse proxy: TLS that is verified, tokens and passwords out of files, redirects
# that carry no secret elsewhere, limits of rate.
# proxy.sh PROGRAM SOURCE_DIR
set -euo pipefail
program=$1 source=$2
PATH=$PATH:/usr/sbin
. "$source/tests/pages/options.sh"
need nginx openssl python3
. "$source/tests/servers.sh"
check() {  # WHAT CMD...
    if "${@:2}" >/dev/null 2>&1; then
        echo "ok   $1"
    else
        fail "$1"
        cat "$folder/err" >&2 || true
    fi
}

python3 "$source/tests/fleet/canned_metrics.py" "$folder/port" 2>"$folder/server.log" &
started
wait_for 20 "a server" test -e "$folder/port"

# A certificate for localhost, of an authority that nobody trusts as yet; and one for another name.
cd "$folder"
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=test-authority 2>/dev/null
certificate() {  # FILE NAME
    openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$2" 2>/dev/null
    openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 -out "$1.pem" \
        -extfile <(echo "subjectAltName=DNS:$2") 2>/dev/null
}
certificate good localhost
certificate other elsewhere.example
printf 'me:%s\n' "$(openssl passwd -apr1 s3cret)" >htpasswd
base=$((20000 + RANDOM % 20000))
good=$base other=$((base + 1)) plain=$((base + 2)) away=$((base + 3))
up="proxy_pass http://127.0.0.1:$(cat port)/; proxy_set_header Authorization \"\""
cat >nginx.conf <<NGINX
daemon off;
user root;
pid $folder/nginx.pid;
error_log $folder/nginx.log;
events {}
http {
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    log_format secrets '\$server_port \$request_uri "\$http_authorization" "\$http_x_scope_orgid"';
    access_log $folder/access.log secrets;
    limit_req_zone \$server_port zone=slow:1m rate=2r/s;
    map \$http_authorization \$is_known { default 0; "Bearer s3cret" 1; }
    server {
        listen 127.0.0.1:$good ssl;
        ssl_certificate $folder/good.pem;
        ssl_certificate_key $folder/good.key;
        location /open/ { $up; }
        location /bearer/ { if (\$is_known = 0) { return 401; } $up; }
        location /basic/ { auth_basic metrics; auth_basic_user_file $folder/htpasswd; $up; }
        location /busy/ { limit_req zone=slow; limit_req_status 429; $up; }
        location ~ ^/moved(/.*)\$ { return 308 /bearer\$1; }
        location /away/ { return 307 https://127.0.0.1:$away\$request_uri; }
        location /bare/ { return 307 http://localhost:$plain\$request_uri; }
    }
    server { listen 127.0.0.1:$other ssl; ssl_certificate $folder/other.pem; ssl_certificate_key $folder/other.key; location / { $up; } }
    server { listen 127.0.0.1:$away ssl; ssl_certificate $folder/good.pem; ssl_certificate_key $folder/good.key; location / { $up; } }
    server { listen 127.0.0.1:$plain; location / { $up; } }
}
NGINX
nginx -p "$folder" -c "$folder/nginx.conf" >nginx.out 2>&1 &
started
wait_for 20 "nginx" test -s nginx.pid
cd /

echo s3cret >"$folder/token"
echo me:s3cret >"$folder/basic"
fleet() {  # STATUS PORT PATH OPTION...: its words are in $folder/err
    local status=0
    "$program" fleet --prometheus "https://localhost:$2$3" --query process_resident_memory_bytes --source range \
        --step 5m --format json --jobs 1 "${@:4}" >"$folder/out" 2>"$folder/err" || status=$?
    [ "$status" = "$1" ]
}
said() { tr -s '\n ' ' ' <"$folder/err" | grep -qF -- "$1"; }
trust=(--ca-file "$folder/ca.pem")
bearer=(--bearer-file "$folder/token")

check "a certificate that nobody vouches for is an error" fleet 2 "$good" /open
check "which says what to do" said "--ca-file"
check "with its authority named the fleet is judged" fleet 1 "$good" /open "${trust[@]}"
check "one leak among two" test "$(grep -c '"ever_leak":true' "$folder/out") $(wc -l <"$folder/out")" = "1 2"
check "a certificate for another name is an error" fleet 2 "$other" / "${trust[@]}"
check "which is said" said "certificate"
check "who is nobody is told" fleet 2 "$good" /bearer "${trust[@]}"
check "by which options" said "--bearer-file"
check "a token from a file is known" fleet 1 "$good" /bearer "${trust[@]}" "${bearer[@]}"
check "so is a password" fleet 1 "$good" /basic "${trust[@]}" --basic-auth-file "$folder/basic"
echo me:wrong >"$folder/basic"
check "a wrong one is not" fleet 2 "$good" /basic "${trust[@]}" --basic-auth-file "$folder/basic"
check "a redirect within the host is followed with the token" fleet 1 "$good" /moved "${trust[@]}" "${bearer[@]}"

: >"$folder/access.log"
check "one to another host is not" fleet 2 "$good" /away "${trust[@]}" "${bearer[@]}" --header "X-Scope-OrgID: a"
check "which is said" said "which is not followed"
check "and no secret went there" sh -c "! grep '^$away ' '$folder/access.log'"
check "nor is one from https to http" fleet 2 "$good" /bare "${trust[@]}" "${bearer[@]}"
check "and no secret went there" sh -c "! grep '^$plain ' '$folder/access.log'"
check "no secret is told" sh -c "! grep -q s3cret '$folder/err'"

check "a limit of rate is kept to" fleet 1 "$good" /busy "${trust[@]}"
check "which is said" said "had to be sent again"
[ "$failures" -eq 0 ]
