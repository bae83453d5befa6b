#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# fetch: certificates and proxies. Scenarios F16, F17 of the robustness table.

load net
load nginx

setup_file() {
    net_fixtures
    make_ca "$BATS_FILE_TMPDIR/ca"
}

setup() {
    net_setup
    unset SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE
    ca=$fixtures/ca
}

# start_tls NAME: $tls is the URL of a server with this certificate.
start_tls() {
    as=$1 start_server "$fixtures/mini-src" --cert "$ca/$1.pem" --key "$ca/$1.key"
    tls=https://127.0.0.1:$port
}

# --- F16

@test "F16 a certificate that nobody vouches for: 4 with the reason, no fallback" {
    local name reason
    as=plain start_server "$fixtures/mini-src"
    while IFS='|' read -r name reason; do
        rm -rf data
        start_tls "$name"
        mini -q --mirror "$tls/ok/"
        [ "$status" -eq 4 ] || seen "$name: expected status 4"
        assert_one_error_line 'certificate'
        assert_one_error_line "$reason"
        equals "$name: requests" "$(requests . "$name.requests")" 0
        assert_nothing
    done <<'END'
good|(local|get) issuer|unable to get
self-signed|self.signed
END
    equals 'requests by http' "$(requests . plain.requests)" 0
}

@test "F16 wrong host, expired: 4 with the reason, also with the right CA" {
    local name reason
    while IFS='|' read -r name reason; do
        rm -rf data
        start_tls "$name"
        mini -q --cacert "$ca/ca.pem" --mirror "$tls/ok/"
        [ "$status" -eq 4 ] || seen "$name: expected status 4"
        assert_one_error_line "$reason"
        equals "$name: requests" "$(requests . "$name.requests")" 0
        assert_nothing
    done <<'END'
wrong-host|certificate.*(host|name|127\.0\.0\.1)
expired|expired
END
}

@test "F16 nobody tries http at the port of https" {
    need_strace
    # http on the same port would be answered by this one: it is no TLS.
    start_server "$fixtures/mini-src"
    patiently strace -f -o trace -e trace=connect "$MNISTPREP" -q \
        --catalogue "$fixtures/mini.json" fetch mini --only-mirrors \
        --retries 0 --mirror "https://127.0.0.1:$port/ok/"
    assert_status 4
    assert_one_error_line 'ssl|tls'
    equals requests "$(log_select method '^/ok' | wc -l)" 0
    no_match 'htons\(80\)' trace
    assert_nothing
}

@test "F16 --cacert, CURL_CA_BUNDLE, SSL_CERT_FILE: 0 with each" {
    start_tls good
    mini --cacert "$ca/ca.pem" --mirror "$tls/ok/"
    assert_status 0
    assert_fetched mini
    rm -r data
    CURL_CA_BUNDLE=$ca/ca.pem mini --mirror "$tls/ok/"
    assert_status 0
    assert_fetched mini
    rm -r data
    SSL_CERT_FILE=$ca/ca.pem mini --mirror "$tls/ok/"
    assert_status 0
    assert_fetched mini
    rm -r data
    # The option wins over the environment; an empty variable is none.
    CURL_CA_BUNDLE=$ca/self-signed.pem SSL_CERT_FILE='' \
        mini --cacert "$ca/ca.pem" --mirror "$tls/ok/"
    assert_status 0
    assert_fetched mini
    rm -r data
    CURL_CA_BUNDLE='' SSL_CERT_FILE=$ca/ca.pem mini --mirror "$tls/ok/"
    assert_status 0
    assert_fetched mini
}

@test "F16 SSL_CERT_DIR: 0" {
    mkdir dir
    cp "$ca/ca.pem" dir
    openssl rehash dir
    start_tls good
    SSL_CERT_DIR=$PWD/dir mini --mirror "$tls/ok/"
    assert_status 0
    assert_fetched mini
}

@test "F16 --cacert that is missing, or no certificate: named, not passed over" {
    start_tls good
    echo 'no certificate' >nothing.pem
    local file
    for file in missing.pem nothing.pem; do
        mini -q --retries 0 --cacert "$file" --mirror "$tls/ok/"
        [ "$status" -ne 0 ] || seen "$file: expected a failure"
        assert_one_error_line "$file|certificate"
        assert_nothing
    done
}

@test "F16 a redirect from https to http is refused, elsewhere and to loopback" {
    start_tls good
    local secure=$tls
    as=plain start_server "$fixtures/mini-src"
    local target
    for target in redirect-away \
        "redirect-to:http:%2F%2F127.0.0.1:$port%2Fok%2F"; do
        mini -q --retries 0 --cacert "$ca/ca.pem" --mirror "$secure/$target/"
        [ "$status" -eq 4 ] || seen "$target: expected status 4"
        assert_one_error_line redirect
        assert_nothing
    done
    equals 'requests by http' "$(requests . plain.requests)" 0
}

@test "F16 the next mirror may verify" {
    start_tls self-signed
    local wrong=$tls
    start_tls good
    mini --cacert "$ca/ca.pem" --mirror "$wrong/ok/" --mirror "$tls/ok/"
    assert_status 0
    assert_fetched mini
    assert_stderr 'certificate'
}

@test "F16 nginx with TLS and Range, cut and continued" {
    need_nginx
    start_nginx "$fixtures/duo-src" rate=60k cert="$ca/good.pem" key="$ca/good.key"
    duo --cacert "$ca/ca.pem" --max-time 1 --mirror "$nginx_url/"
    assert_status 4
    assert_resting data/duo/raw "$images"
    duo --cacert "$ca/ca.pem" --mirror "$nginx_url/"
    assert_status 0
    assert_fetched duo
    log_select status "$images" nginx/log | grep -q 206 ||
        seen "expected a 206"
}

# --- F17

@test "F17 https_proxy is used, by a tunnel; the certificate is still checked" {
    start_tls good
    as=proxy start_server "$fixtures/mini-src"
    https_proxy=$url mini --cacert "$ca/ca.pem" --mirror "$tls/ok/"
    assert_status 0
    assert_fetched mini
    equals 'requests to the proxy' \
        "$(log_select method . proxy.requests | sort -u)" CONNECT
    rm -r data
    https_proxy=$url mini -q --retries 0 --mirror "$tls/ok/"
    assert_status 4
    assert_one_error_line certificate
}

@test "F17 HTTPS_PROXY and ALL_PROXY, too; the proxy's ETag is not the file's" {
    start_tls good
    local name
    as=proxy start_server "$fixtures/mini-src"
    local proxy=$url
    for name in HTTPS_PROXY ALL_PROXY all_proxy; do
        rm -rf data
        : >proxy.requests
        export "$name=$proxy"
        mini --cacert "$ca/ca.pem" --mirror "$tls/cut-no-validator:$name/"
        unset "$name"
        [ "$status" -eq 0 ] || seen "$name: expected status 0"
        assert_fetched mini
        [ "$(requests . proxy.requests)" -gt 0 ] || seen "$name: not used"
        equals "$name: If-Range" \
            "$(header if-range "$name/$images" good.requests | sort -u)" -
    done
}

@test "F17 NO_PROXY goes past it" {
    start_tls good
    as=proxy start_server "$fixtures/mini-src"
    local name
    for name in NO_PROXY no_proxy; do
        rm -rf data
        export "$name=127.0.0.1"
        https_proxy=$url mini --cacert "$ca/ca.pem" --mirror "$tls/ok/"
        unset "$name"
        assert_status 0
        assert_fetched mini
    done
    equals 'requests to the proxy' "$(requests . proxy.requests)" 0
}

@test "F17 HTTP_PROXY in capitals is ignored, http_proxy is used" {
    start_server "$fixtures/mini-src"
    local direct=$url
    as=proxy start_server "$fixtures/mini-src"
    HTTP_PROXY=$url mini --mirror "$direct/ok/"
    assert_status 0
    assert_fetched mini
    equals 'requests to the proxy' "$(requests . proxy.requests)" 0
    rm -r data
    http_proxy=$url mini --mirror "$direct/ok/"
    assert_status 0
    assert_fetched mini
    equals 'requests to the proxy' "$(requests . proxy.requests)" 2
}

@test "F17 a proxy that wants a password: 4, and says so; with it: 0, unprinted" {
    start_tls good
    as=proxy start_server "$fixtures/mini-src" --proxy-user 'me:s3cr3t-word'
    local proxy=$port verbose
    https_proxy=http://127.0.0.1:$proxy \
        mini -q --retries 0 --cacert "$ca/ca.pem" --mirror "$tls/ok/"
    assert_status 4
    assert_one_error_line '407|proxy'
    assert_nothing
    for verbose in -q -v --json '--progress json' '-v --progress plain'; do
        rm -rf data
        # shellcheck disable=SC2086 # words are meant
        https_proxy=http://me:s3cr3t-word@127.0.0.1:$proxy \
            mini $verbose --cacert "$ca/ca.pem" --mirror "$tls/ok/"
        assert_status 0
        assert_fetched mini
        [[ $stderr$output != *s3cr3t-word* ]] || seen "the password is printed"
        rm -r data
        # shellcheck disable=SC2086 # words are meant
        https_proxy=http://me:s3cr3t-wrong@127.0.0.1:$proxy \
            mini $verbose --retries 0 --cacert "$ca/ca.pem" --mirror "$tls/ok/"
        assert_status 4
        [[ $stderr$output != *s3cr3t-wr* ]] || seen "the password is printed"
    done
}

@test "F17 a proxy that is not there: 4, names it, without its password" {
    local dead
    dead=$(closed_port)
    https_proxy=http://me:s3cr3t-word@127.0.0.1:$dead \
        mini -v --retries 0 --mirror https://127.0.0.1:1/
    assert_status 4
    assert_error_line "proxy|$dead"
    [[ $stderr$output != *s3cr3t-word* ]] || seen "the password is printed"
    # A name that does not resolve, with its password in front.
    https_proxy=http://me:s3cr3t-word@proxy.invalid:1 \
        mini -v --retries 0 --mirror https://127.0.0.1:1/
    assert_status 4
    [[ $stderr$output != *s3cr3t-word* ]] || seen "the password is printed"
}
