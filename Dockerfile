# An image that holds one program, its libraries and certificates: no shell, no package manager, no root.

# What the dependencies are built from: the manifests, and in place of every crate one with nothing in it. Stages take
# files over by their content, so a change of code ends here and the next stage stays cached, whatever crates there are.
FROM rust:1.95-bookworm AS manifests
WORKDIR /build
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
COPY crates crates
RUN find crates -type f ! -name Cargo.toml ! -name lib.rs ! -name main.rs ! -name build.rs -delete \
 && find crates -type d -empty -delete \
 && echo 'fn main() {}' >empty.rs \
 && find crates -name '*.rs' -exec cp empty.rs {} \; \
 && rm empty.rs

FROM rust:1.95-bookworm AS build
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /build
COPY --from=manifests /build .
# The empty crates are forgotten: cargo compares times, and the code's may be older than this build.
RUN cargo build --release --locked --package finance-server \
 && rm -rf target/release/.fingerprint/finance-*
COPY migrations migrations
COPY crates crates
ARG FINANCE_COMMIT=unknown
RUN cargo build --release --locked --package finance-server
# All that is there at run time. The program starts in it once, so that a library that lacks is found out here.
# glibc has the look-up of names in files and in DNS built in.
RUN mkdir -p /image/usr/local/bin /image/etc/ssl/certs /image/data \
 && cp target/release/finance-api /image/usr/local/bin/ \
 && ldd target/release/finance-api | grep -o '/[^ ]*' | xargs cp --parents --dereference --target-directory /image \
 && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ \
 && echo 'finance:x:65532:65532::/data:/nonexistent' >/image/etc/passwd \
 && echo 'finance:x:65532:' >/image/etc/group \
 && echo 'hosts: files dns' >/image/etc/nsswitch.conf \
 && chown 65532:65532 /image/data \
 && chroot /image /usr/local/bin/finance-api --version

# The authorities of Amazon RDS, for sslmode=verify-full&sslrootcert=/etc/ssl/certs/rds-global-bundle.pem.
FROM node:22-bookworm-slim AS rds-ca
WORKDIR /build
COPY deploy/rds-ca-bundle.sh deploy/
RUN deploy/rds-ca-bundle.sh /image/etc/ssl/certs/rds-global-bundle.pem

FROM scratch
COPY --from=rds-ca /image /
COPY --from=build /image /
USER 65532:65532
# SQLite's file and the secret beside it; with PostgreSQL nothing is written.
WORKDIR /data
VOLUME /data
ENV PATH=/usr/local/bin HOST=0.0.0.0 PORT=8000 LOG_FORMAT=json
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["finance-api", "healthcheck"]
ENTRYPOINT ["finance-api"]
CMD ["serve"]
ARG VERSION=unknown
ARG FINANCE_COMMIT=unknown
LABEL org.opencontainers.image.title="Finance Tracker API" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${FINANCE_COMMIT}"
