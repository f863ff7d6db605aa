# Builds the package in one stage and keeps nothing but it in the other.
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
# Nothing needs its install script here, and an npm that does not know `allowScripts` would compile better-sqlite3 without a compiler.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
# Of better-sqlite3 only what runs: neither the sources of SQLite nor the libraries of other systems.
RUN npm run -s build \
  && cp --parents -R node_modules/better-sqlite3/package.json node_modules/better-sqlite3/LICENSE node_modules/better-sqlite3/lib \
    node_modules/better-sqlite3/prebuilds/linux-* dist/package/

FROM node:24-slim
LABEL org.opencontainers.image.title="flux-compare" org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /build/dist/package /app
# The history lives in a volume; everything else may be read-only.
RUN mkdir -p /var/lib/flux-compare && chown 10001:10001 /var/lib/flux-compare && chmod 0700 /var/lib/flux-compare \
  && ln -s /app/bin/flux-compare.cjs /usr/local/bin/flux-compare
ENV NODE_ENV=production \
    FLUX_COMPARE_HISTORY=/var/lib/flux-compare/history.db
USER 10001:10001
VOLUME /var/lib/flux-compare
EXPOSE 8080
ENTRYPOINT ["flux-compare"]
CMD ["serve", "--config", "/etc/flux-compare/config.yaml"]
