# Three stages: dependencies (cached until a Cargo file changes), the program, and an image that holds nothing else.

FROM rust:1.95-bookworm AS build
WORKDIR /build

# Dependencies only: every crate of the workspace stands in with nothing in it.
COPY Cargo.toml Cargo.lock ./
COPY crates/domain/Cargo.toml crates/domain/
COPY crates/persistence/Cargo.toml crates/persistence/
COPY crates/auth/Cargo.toml crates/auth/
COPY crates/http/Cargo.toml crates/http/
COPY crates/testing/Cargo.toml crates/testing/
COPY crates/server/Cargo.toml crates/server/
RUN for crate in domain persistence auth http testing server; do \
      mkdir -p "crates/$crate/src" && touch "crates/$crate/src/lib.rs"; \
    done \
 && echo 'fn main() {}' | tee crates/server/src/main.rs crates/server/build.rs crates/http/build.rs >/dev/null \
 && cargo build --release --locked --package finance-server \
 && rm -rf crates target/release/.fingerprint/finance-*

# The program.
ARG FINANCE_COMMIT=unknown
ENV FINANCE_COMMIT=${FINANCE_COMMIT}
COPY migrations migrations
COPY crates crates
RUN cargo build --release --locked --package finance-server

# What it needs at run time and nothing else: its libraries, the certificates of public authorities, a directory for
# data, a user.
RUN set -eu; mkdir -p /image/usr/local/bin /image/etc/ssl/certs /image/data /image/tmp; \
    cp target/release/finance-api /image/usr/local/bin/; \
    ldd target/release/finance-api | grep -o '/[^ ]*' | xargs -I{} cp --parents --dereference {} /image; \
    cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/; \
    echo 'finance:x:65532:65532::/data:/nonexistent' > /image/etc/passwd; \
    echo 'hosts: files dns' > /image/etc/nsswitch.conf; \
    chown 65532:65532 /image/data; chmod 1777 /image/tmp

FROM scratch
COPY --from=build /image /
USER 65532:65532
WORKDIR /data
VOLUME /data
ENV HOST=0.0.0.0 PORT=8000 LOG_FORMAT=json
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["/usr/local/bin/finance-api", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/finance-api"]
CMD ["serve"]
