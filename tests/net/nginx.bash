# SPDX-License-Identifier: MIT
# A real server: Debian's nginx, as whoever runs the tests, on a free port of
# 127.0.0.1, with Range, If-Range and ETag as it has them of its own. And a
# certificate authority for the tests, made by openssl.
#
#   need_nginx                skips the test where nginx is not installed
#   start_nginx ROOT [NAME=VALUE...]
#                             rate=50k       limit_rate per connection
#                             cert=FILE key=FILE    speak TLS
#                             sets $nginx_port and $nginx_url; everything of it
#                             lives in ./nginx; requests are in ./nginx/log, one
#                             JSON line each: method, uri, status, range,
#                             if_range, sent (bytes of body)
#   stop_nginx                (teardown does that, too)
#   make_ca DIR               ca.pem, and for each of good, wrong-host, expired
#                             and self-signed: NAME.pem and NAME.key. good is
#                             for 127.0.0.1 and localhost.

need_nginx() {
    nginx=$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v nginx) ||
        skip "nginx is not installed (Debian: nginx-light)"
}

start_nginx() {
    local root=$1 i word rate=0 cert='' key='' tls=''
    shift
    for word; do
        local "${word%%=*}=${word#*=}"
    done
    if [ -n "$cert" ]; then
        tls="ssl_certificate $cert; ssl_certificate_key $key;"
    fi
    mkdir -p nginx/tmp
    # The port may be taken between its choice and its use: then once more.
    for ((i = 0; i < 5; i++)); do
        nginx_port=$(closed_port)
        cat >nginx/conf <<CONF
daemon off;
master_process off;
pid $PWD/nginx/pid;
error_log $PWD/nginx/error.log notice;
events { worker_connections 64; }
http {
    log_format line escape=json '{"target":"\$request_uri",'
        '"method":"\$request_method","status":\$status,"range":"\$http_range",'
        '"if_range":"\$http_if_range","body":\$body_bytes_sent,'
        '"time":\$msec}';
    access_log $PWD/nginx/log line;
    client_body_temp_path $PWD/nginx/tmp/body;
    proxy_temp_path $PWD/nginx/tmp/proxy;
    fastcgi_temp_path $PWD/nginx/tmp/fastcgi;
    uwsgi_temp_path $PWD/nginx/tmp/uwsgi;
    scgi_temp_path $PWD/nginx/tmp/scgi;
    default_type application/octet-stream;
    server {
        listen 127.0.0.1:$nginx_port${cert:+ ssl};
        $tls
        root $root;
        limit_rate $rate;
    }
}
CONF
        "$nginx" -e "$PWD/nginx/error.log" -c "$PWD/nginx/conf" \
            >nginx/out 2>&1 3>&- &
        nginx_pid=$!
        started+=("$nginx_pid")
        if wait_until 5 nginx_answers "$nginx_port"; then
            # shellcheck disable=SC2034 # read by the tests
            nginx_url=http${cert:+s}://127.0.0.1:$nginx_port
            return 0
        fi
        kill "$nginx_pid" 2>/dev/null || true
    done
    cat nginx/out nginx/error.log >&2
    return 1
}

nginx_answers() {
    kill -0 "$nginx_pid" && (: <"/dev/tcp/127.0.0.1/$1")
}

stop_nginx() {
    kill "$nginx_pid"
    wait "$nginx_pid" || true
}

# sign DIR NAME SUBJECT_ALT_NAME FIRST_DAY LAST_DAY: signed by the CA there.
sign() {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
        -keyout "$1/$2.key" -out "$1/$2.csr" -subj "/CN=$2" 2>/dev/null
    printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\n' "$3" >"$1/$2.ext"
    openssl ca -batch -notext -config "$1/ca.conf" -in "$1/$2.csr" \
        -out "$1/$2.pem" -startdate "$4" -enddate "$5" -extfile "$1/$2.ext" \
        2>"$1/$2.log" || {
        cat "$1/$2.log" >&2
        return 1
    }
}

make_ca() {
    local dir=$1
    command -v openssl >/dev/null || skip "openssl is not installed"
    mkdir -p "$dir"
    cat >"$dir/ca.conf" <<CONF
[ca]
default_ca = test
[test]
new_certs_dir = $dir
database = $dir/index
serial = $dir/serial
private_key = $dir/ca.key
certificate = $dir/ca.pem
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
CONF
    : >"$dir/index"
    echo 01 >"$dir/serial"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
        -days 30 -keyout "$dir/ca.key" -out "$dir/ca.pem" \
        -subj '/CN=Test CA of mnistprep' 2>/dev/null
    sign "$dir" good 'IP:127.0.0.1,DNS:localhost' 20200101000000Z 20490101000000Z
    sign "$dir" wrong-host DNS:mirror.example.org 20200101000000Z 20490101000000Z
    sign "$dir" expired IP:127.0.0.1 20200101000000Z 20210101000000Z
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
        -days 30 -keyout "$dir/self-signed.key" -out "$dir/self-signed.pem" \
        -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 2>/dev/null
}
